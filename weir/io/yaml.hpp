#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "weir/base/config_node.hpp"

namespace weir {

/// What a YAML text may be at most, whatever is in it.
struct YamlLimits {
  static constexpr std::size_t kBytes = std::size_t{1} << 20;  ///< of the text
  static constexpr std::size_t kDepth = 32;
  /// Of the tree, in which each `*alias` counts as what it stands for.
  static constexpr std::size_t kNodes = 100'000;
  static constexpr std::size_t kText = std::size_t{4} << 20;  ///< bytes of all texts together
};

/// Reads one YAML 1.2 document. Anchors and aliases are understood, tags and merge keys are not.
/// `name` is the file's, for messages. Throws Error::usage with the place for what is not
/// well-formed UTF-8 or YAML, has a name twice, or is beyond YamlLimits.
[[nodiscard]] ConfigNode parse_yaml(std::string_view text, const std::string& name);

/// The same of a file. Throws Error::usage where it cannot be read.
[[nodiscard]] ConfigNode read_yaml(const std::string& path);

}  // namespace weir
