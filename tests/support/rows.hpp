#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "weir/base/time.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// What a field of a row holds, as text.
inline std::string field_text(const Flow& row, FieldId id) {
  switch (storage_of(info(id).kind)) {
    case Storage::real:
      return fmt::format("{}", get_real(row, id));
    case Storage::address:
      return get_address(row, id).to_string();
    case Storage::text:
      return std::string(get_text(row, id));
    case Storage::integer:
      break;
  }
  switch (info(id).kind) {
    case Kind::time:
      return format_time(get_integer(row, id));
    case Kind::mac:
      return format_mac(get_integer(row, id));
    default:
      return fmt::format("{}", get_integer(row, id));
  }
}

/// `name=value` of all that is present, in the table's order, separated by blanks.
inline std::string row_text(const Flow& row) {
  std::string text;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto id = static_cast<FieldId>(i);
    if (row.present.has(id)) {
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", info(id).name, field_text(row, id));
    }
  }
  return text;
}

/// Keeps the rows it receives as texts.
class CollectRows final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      rows.push_back(row_text(batch[i]));
    }
  }
  std::vector<std::string> rows;
};

inline FieldSet all_fields() {
  FieldSet fields;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    fields.add(static_cast<FieldId>(i));
  }
  return fields;
}

}  // namespace weir
