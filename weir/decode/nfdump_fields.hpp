#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/decode/nfdump_format.hpp"

namespace weir {

/// One value of a record to be sent.
struct NfdumpField {
  std::size_t column = 0;  ///< which of the row's columns it is
  std::string name;        ///< as it is sent
  NfdumpKind kind = NfdumpKind::text;

  bool operator==(const NfdumpField&) const = default;
};

/// The fields that `selection` names, in its order: items separated by commas, each a column's
/// token (`%ts`, `ts`) or name (`first_seen`), and a new name after a colon if it is to have one.
/// An empty selection is all columns under their own names. Throws Error::usage for an unknown
/// column, with near matches, and for two fields of one name.
std::vector<NfdumpField> choose_nfdump_fields(std::span<const NfdumpColumn> columns,
                                              std::string_view selection);

/// For JSON, whose columns otherwise are what the first record has: makes them those that
/// `selection` names, so that a key is there even if the first record lacks it. Does nothing for
/// other formats or an empty selection. Throws Error::usage for what nfdump's JSON has not.
void fix_nfdump_columns(NfdumpFormat& format, std::string_view selection);

}  // namespace weir
