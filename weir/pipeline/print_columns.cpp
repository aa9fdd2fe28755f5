#include "weir/pipeline/print_columns.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "weir/base/error.hpp"

namespace weir {
namespace {

constexpr std::string_view kRecordFields =
    "first_seen,duration,proto,src_addr,src_port,dst_addr,dst_port,packets,bytes,flows";

template <Derived id>
std::uint64_t derived(const Flow& row) {
  return derived_value(row, id);
}

using Compute = std::uint64_t (*)(const Flow&);
Compute compute_of(Derived id) {
  static constexpr std::array<Compute, kDerived.size()> kComputed = {
      derived<Derived::duration>, derived<Derived::pps>, derived<Derived::bps>,
      derived<Derived::bpp>};
  return kComputed[static_cast<std::size_t>(id)];
}

/// All fields that groups would have to have in their key to be shown: of a record any may be.
std::string every_key_field(const FieldNames& names) {
  std::string list;
  for (const std::string_view name : names.all()) {
    if (info(names.find(name).value()).merge == Merge::key) {
      list += (list.empty() ? "" : ",") + std::string(name);
    }
  }
  return list;
}

void add_mirrored(FieldSet& fields) {
  FieldSet both = fields;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto id = static_cast<FieldId>(i);
    if (fields.has(id)) {
      both.add(mirror_of(id));
    }
  }
  fields = both;
}

}  // namespace

PrintRows parse_print_rows(const std::optional<std::string>& by, const std::string& fields,
                           bool bidirectional, const FieldNames& names) {
  if (by) {
    return {.spec = parse_group_spec(*by, fields, bidirectional, names), .grouped = true};
  }
  if (bidirectional) {
    throw Error::usage("--bidirectional makes one group of both directions: give --by as well");
  }
  const std::string_view columns = fields.empty() ? kRecordFields : std::string_view(fields);
  PrintRows rows{.spec = parse_group_spec(every_key_field(names), columns, false, names),
                 .grouped = false};
  rows.spec.key.clear();
  return rows;
}

std::vector<RowColumn> text_columns(const PrintRows& rows) {
  std::vector<RowColumn> columns;
  for (const GroupColumn& column : rows.spec.columns) {
    RowColumn text{.name = column.name};
    if (const auto* id = std::get_if<FieldId>(&column.source)) {
      text.field = *id;
      // Of records, what cannot be merged.
      text.key = rows.grouped
                     ? std::ranges::any_of(rows.spec.key,
                                           [&](const KeyPart& part) { return part.field == *id; })
                     : info(*id).merge == Merge::key;
    } else {
      const Derived computed = std::get<Derived>(column.source);
      text.compute = compute_of(computed);
      text.milliseconds = computed == Derived::duration;
    }
    columns.push_back(std::move(text));
  }
  return columns;
}

FieldSet needed_fields(const PrintRows& rows) {
  FieldSet fields;
  for (const KeyPart& part : rows.spec.key) {
    fields.add(part.field);
  }
  for (const GroupColumn& column : rows.spec.columns) {
    if (const auto* id = std::get_if<FieldId>(&column.source)) {
      fields.add(*id);
      continue;
    }
    const DerivedInfo& computed = info(std::get<Derived>(column.source));
    for (std::size_t i = 0; i < computed.count; ++i) {
      fields.add(computed.needs[i]);
    }
  }
  if (rows.spec.bidirectional) {
    // Which end is which is decided by ports, protocols and addresses.
    fields.add(field("proto"));
    add_mirrored(fields);
    fields.add(field("out_bytes"));
    fields.add(field("out_packets"));
  }
  return fields;
}

std::string default_order(const GroupSpec& spec) {
  const auto column_of = [&](auto&& wanted) {
    return std::ranges::find_if(spec.columns, [&](const GroupColumn& column) {
      const auto* id = std::get_if<FieldId>(&column.source);
      return id != nullptr && wanted(*id);
    });
  };
  for (const FieldId id : {field("bytes"), field("packets"), field("flows")}) {
    const auto found = column_of([id](FieldId each) { return each == id; });
    if (found != spec.columns.end()) {
      return found->name;
    }
  }
  const auto found = column_of([](FieldId each) { return info(each).merge == Merge::sum; });
  if (found == spec.columns.end()) {
    throw Error::usage("--top: give --order COLUMN, the column whose greatest are wanted");
  }
  return found->name;
}

}  // namespace weir
