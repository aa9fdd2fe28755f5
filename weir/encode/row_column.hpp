#pragma once

#include <cstdint>
#include <string>

#include "weir/flow/flow.hpp"

namespace weir {

/// One column of rows that are written as text: a field, or a number that is computed from several.
struct RowColumn {
  std::string name;
  FieldId field = 0;
  /// In place of a field.
  std::uint64_t (*compute)(const Flow&) = nullptr;
  bool milliseconds = false;  ///< what it computes; written as seconds
  bool key = false;           ///< tells groups apart: empty in the row of all others together
};

}  // namespace weir
