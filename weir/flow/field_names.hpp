#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/flow/flow.hpp"

namespace weir {

/// The names of fields: those of the field table, and those that the configuration gives to fields
/// of the user's own.
class FieldNames {
 public:
  /// The id of a field; nothing if there is none of that name.
  [[nodiscard]] std::optional<FieldId> find(std::string_view name) const;
  /// What a field is called; of a user's field that has no name, the table's.
  [[nodiscard]] std::string_view name(FieldId id) const;
  /// All names there are, the user's first.
  [[nodiscard]] std::vector<std::string_view> all() const;

  /// Gives a name to a field of the user's own: a number, a text or an address. Throws Error::usage
  /// for another kind, a name that is taken or is none (letters, digits, underscores, no digit in
  /// front), or when all 16 fields of the user's have a name.
  FieldId add(std::string_view name, Kind kind);

 private:
  std::vector<std::pair<std::string, FieldId>> own_;
};

}  // namespace weir
