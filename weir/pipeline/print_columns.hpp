#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weir/aggregate/group_order.hpp"
#include "weir/aggregate/group_spec.hpp"
#include "weir/encode/row_column.hpp"
#include "weir/flow/field_set.hpp"

namespace weir {

/// What the rows are that `weir print` writes: groups, or the records as they are.
struct PrintRows {
  GroupSpec spec;
  bool grouped = false;
};

/// Reads --by and --fields; without `by` there is a row for each record, of any fields. `names` are
/// those that fields have. Throws Error::usage.
[[nodiscard]] PrintRows parse_print_rows(const std::optional<std::string>& by,
                                         const std::string& fields, bool bidirectional,
                                         const FieldNames& names = {});

/// The columns as they are written.
[[nodiscard]] std::vector<RowColumn> text_columns(const PrintRows& rows);

/// The fields that columns and groups are made of.
[[nodiscard]] FieldSet needed_fields(const PrintRows& rows);

/// By which column the greatest groups are found where nothing is said: bytes, else packets, flows,
/// else the first one that is a number of its own. Throws Error::usage where there is none.
[[nodiscard]] std::string default_order(const GroupSpec& spec);

}  // namespace weir
