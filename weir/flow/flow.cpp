#include "weir/flow/flow.hpp"

#include <algorithm>

namespace weir {

std::optional<FieldId> find_field(std::string_view name) {
  const auto row = std::find_if(kNamedFields.begin(), kNamedFields.end(),
                                [name](const FieldInfo& field) { return field.name == name; });
  if (row == kNamedFields.end()) {
    return std::nullopt;
  }
  return static_cast<FieldId>(row - kNamedFields.begin());
}

}  // namespace weir
