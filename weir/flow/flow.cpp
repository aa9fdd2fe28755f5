#include "weir/flow/flow.hpp"

#include <algorithm>

namespace weir {

std::optional<FieldId> find_field(std::string_view name) {
  const auto* row = std::find_if(kFields.begin(), kFields.end(),
                                 [name](const FieldInfo& field) { return field.name == name; });
  if (row == kFields.end()) {
    return std::nullopt;
  }
  return static_cast<FieldId>(row - kFields.begin());
}

}  // namespace weir
