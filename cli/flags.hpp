#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// One flag of a command: a row of its option table.
struct Flag {
  enum class Kind {
    value,   ///< takes one value; of several the last counts
    list,    ///< takes one value each time, and may be given several times
    toggle,  ///< takes none
    maybe,   ///< takes one value, or none, which means `otherwise`
  };
  std::string names;  ///< as in "--brokers,--broker" or "-X"
  Kind kind = Kind::value;
  std::string placeholder;  ///< of the value in the help
  std::string help;
  /// Called for each value in order, "" for a toggle. May throw Error::usage.
  std::function<void(const std::string& value)> take;
  std::string otherwise{};  ///< of Kind::maybe: what it is without a value
};

enum class Parsed {
  run,   ///< go on
  help,  ///< the help was asked for and printed
};

/// Reads a command's arguments by its table. Long flags may be written with one dash, as Go
/// programs accept. Throws Error::usage that names the flag, with near matches for an unknown one;
/// so does a flag whose value is missing, followed by another flag, or empty after a `=`. Where a
/// value is not needed, the next word is it unless it begins with a dash.
Parsed parse_flags(const std::string& command, const std::string& description,
                   const std::vector<Flag>& flags, const std::vector<std::string>& arguments);

/// `-topic=x` becomes `--topic=x` where `topic` is one of the long names; everything else stays.
std::vector<std::string> with_two_dashes(const std::vector<std::string>& arguments,
                                         const std::vector<std::string_view>& long_names);

/// The parts of a comma-separated list without blanks around them; empty ones are left out.
std::vector<std::string> split_list(std::string_view list);

/// A whole number within [low, high]; throws Error::usage that names `flag` otherwise.
unsigned long long parse_number(std::string_view flag, std::string_view text,
                                unsigned long long low, unsigned long long high);

}  // namespace weir
