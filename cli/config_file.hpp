#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/flags.hpp"
#include "weir/base/config_node.hpp"

namespace weir {

/// What a configuration file may hold besides flags.
struct ConfigSections {
  std::vector<std::string_view> names;
  /// Called once with the whole file, before any flag is taken; not at all without a file. May
  /// throw Error::usage.
  std::function<void(const ConfigNode& root)> take{};
};

/// What a configuration file says of one flag.
struct ConfiguredFlag {
  const Flag* flag = nullptr;
  std::string name;  ///< as the file has it, with its way: `web.listen-address`
  ConfigPlace place;
  const ConfigNode* value = nullptr;  ///< in the tree that was looked at
};

/// The flags among what a file says. They are called by their long names, in which `-` and `_` are
/// the same; what is before a dot may be a name of its own, as in `web: {listen-address: …}`.
/// Throws Error::usage for what is neither a flag nor one of `sections`, with near matches, and for
/// what is said twice.
[[nodiscard]] std::vector<ConfiguredFlag> configured_flags(
    const ConfigNode& root, const std::vector<Flag>& flags,
    const std::vector<std::string_view>& sections);

/// Hands a flag what the file says, as if it stood on the command line. Lists are for flags that
/// may be given several times, and for those that take a list with commas; `true` and `false` for
/// those without a value. Throws Error::usage with the place.
void take(const ConfiguredFlag& configured);

/// How the flag is called in a file, the first name there is; empty where it cannot stand there.
[[nodiscard]] std::string config_name_of(const Flag& flag);

}  // namespace weir
