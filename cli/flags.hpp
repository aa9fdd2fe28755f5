#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/config_node.hpp"

namespace weir {

/// One flag of a command: a row of its option table.
struct Flag {
  enum class Kind {
    value,   ///< takes one value; of several the last counts
    list,    ///< takes one value each time, and may be given several times
    toggle,  ///< takes none
    maybe,   ///< takes one value, or none, which means `otherwise`
  };
  std::string names{};  ///< as in "--brokers,--broker" or "-X"
  Kind kind = Kind::value;
  std::string placeholder{};  ///< of the value in the help
  std::string help{};
  /// Called for each value in order, "" for a toggle. May throw Error::usage.
  std::function<void(const std::string& value)> take{};
  std::string otherwise{};  ///< of Kind::maybe: what it is without a value

  // In a configuration file, where it is called by its long names:
  bool in_file = true;  ///< it may stand there
  std::string key{};    ///< another name that it has there
  /// Takes what the file says in place of `take`. May throw Error::usage.
  std::function<void(const ConfigNode& value)> take_node{};
  /// What the command line gives comes behind what the file gives, and does not replace it.
  bool adds = false;
  /// Flags of different alternatives exclude each other. Those that the command line does not
  /// choose are left out of the file, if it chooses one.
  std::string alternative{};
  /// It belongs to the alternatives that the file chooses, whichever these are, and is left out of
  /// it where the command line chooses others.
  bool with_alternatives = false;
};

struct ConfigSections;

enum class Parsed {
  run,   ///< go on
  help,  ///< the help was asked for and printed
};

/// Reads a command's arguments by its table. Long flags may be written with one dash, as Go
/// programs accept. Throws Error::usage that names the flag, with near matches for an unknown one;
/// so does a flag whose value is missing, followed by another flag, or empty after a `=`. Where a
/// value is not needed, the next word is it unless it begins with a dash.
///
/// Each command also has --config, a YAML file with the same flags, of which those that are given
/// on the command line are left alone; see config_file.hpp.
Parsed parse_flags(const std::string& command, const std::string& description,
                   const std::vector<Flag>& flags, const std::vector<std::string>& arguments,
                   const ConfigSections& sections);
Parsed parse_flags(const std::string& command, const std::string& description,
                   const std::vector<Flag>& flags, const std::vector<std::string>& arguments);

/// `--brokers` and `--broker` of `--brokers,--broker`.
[[nodiscard]] std::vector<std::string_view> names_of(const Flag& flag);

/// `-topic=x` becomes `--topic=x` where `topic` is one of the long names; everything else stays.
std::vector<std::string> with_two_dashes(const std::vector<std::string>& arguments,
                                         const std::vector<std::string_view>& long_names);

/// The parts of a comma-separated list without blanks around them; empty ones are left out.
std::vector<std::string> split_list(std::string_view list);

/// A whole number within [low, high]; throws Error::usage that names `flag` otherwise.
unsigned long long parse_number(std::string_view flag, std::string_view text,
                                unsigned long long low, unsigned long long high);

}  // namespace weir
