#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/error.hpp"

namespace weir {

/// Where something stands in a configuration file.
struct ConfigPlace {
  std::shared_ptr<const std::string> file;  ///< as the user named it; null: none
  std::size_t line = 0;                     ///< from 1
  std::size_t column = 0;                   ///< from 1

  /// `weir.yaml:12:3`
  [[nodiscard]] std::string to_string() const;
};

struct ConfigMember;

/// A part of a configuration: a text, a list, names with values, or nothing at all. Numbers and
/// `true` are texts too: what a value means is decided by who asks for it.
struct ConfigNode {
  enum class Kind : std::uint8_t { nothing, text, list, map };

  Kind kind = Kind::nothing;
  std::string text;                   ///< of Kind::text
  std::vector<ConfigNode> items;      ///< of Kind::list
  std::vector<ConfigMember> members;  ///< of Kind::map; no name is there twice
  ConfigPlace place;

  /// The value called `name`, in which `-` and `_` are the same; null where there is none.
  [[nodiscard]] const ConfigNode* find(std::string_view name) const;

  /// An Error::usage that begins with the place.
  [[nodiscard]] Error error(std::string_view what) const;

  // What it is read as. Each throws `error` where it is something else; `what` it is for, as in
  // `max_series`, begins the text. Values are not repeated in it unless they are shown below.

  [[nodiscard]] const std::string& as_text(std::string_view what) const;
  /// A text, or a list of texts.
  [[nodiscard]] std::vector<std::string> as_texts(std::string_view what) const;
  /// `true` or `false`
  [[nodiscard]] bool as_bool(std::string_view what) const;
  /// A whole number within [low, high]. The text is repeated.
  [[nodiscard]] std::uint64_t as_number(std::string_view what, std::uint64_t low,
                                        std::uint64_t high) const;
  [[nodiscard]] const std::vector<ConfigNode>& as_list(std::string_view what) const;
  /// Names with values, any names.
  [[nodiscard]] const std::vector<ConfigMember>& as_map(std::string_view what) const;
  /// Names with values, of which each is one of `known`; else the text has near matches.
  [[nodiscard]] const std::vector<ConfigMember>& as_map(
      std::string_view what, std::span<const std::string_view> known) const;
};

/// One value with its name.
struct ConfigMember {
  std::string name;
  ConfigPlace place;  ///< of the name
  ConfigNode value;

  /// An Error::usage that begins with the place of the name.
  [[nodiscard]] Error error(std::string_view what) const;
};

/// Whether two names are the same: `-` and `_` are.
[[nodiscard]] bool same_config_name(std::string_view a, std::string_view b);

/// `name` as it is compared: with `-` for each `_`.
[[nodiscard]] std::string config_name(std::string_view name);

}  // namespace weir
