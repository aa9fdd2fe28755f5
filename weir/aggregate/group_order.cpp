#include "weir/aggregate/group_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <vector>

#include "weir/aggregate/group_view.hpp"
#include "weir/aggregate/rank.hpp"
#include "weir/base/error.hpp"
#include "weir/base/near_match.hpp"

namespace weir {
namespace {

std::string_view source_name(const std::variant<FieldId, Derived>& source) {
  const FieldId* const id = std::get_if<FieldId>(&source);
  return id != nullptr ? info(*id).name : info(std::get<Derived>(source)).name;
}

/// What to do about a column to sort by that is not there.
std::string advice(std::string_view name, const GroupSpec& spec) {
  std::vector<std::string_view> names;
  names.reserve(spec.columns.size());
  for (const GroupColumn& known : spec.columns) {
    names.push_back(known.name);
  }
  const auto id = find_field(name);
  if (find_derived(name) || (id && info(*id).merge != Merge::key)) {
    return fmt::format(" Add it to them: --fields {},{}", fmt::join(names, ","), name);
  }
  const std::string near = did_you_mean(name, names);
  return near.empty() ? fmt::format(" They are {}.", fmt::join(names, ", ")) : near;
}

}  // namespace

GroupOrder parse_group_order(std::string_view word, const GroupSpec& spec) {
  const auto find = [&spec](std::string_view name) {
    const auto named = std::ranges::find(spec.columns, name, &GroupColumn::name);
    return named != spec.columns.end()
               ? named
               : std::ranges::find_if(spec.columns, [name](const GroupColumn& column) {
                   return source_name(column.source) == name;
                 });
  };
  std::string_view name = word;
  std::optional<bool> descending;
  if (word.ends_with(":asc") || word.ends_with(":desc")) {
    descending = word.ends_with(":desc");
    name = word.substr(0, word.rfind(':'));
  }
  const auto column = find(name);
  if (column == spec.columns.end()) {
    throw Error::usage(
        fmt::format("cannot sort by '{}': it is none of the columns.{}", name, advice(name, spec)));
  }
  const FieldId* const id = std::get_if<FieldId>(&column->source);
  const bool key = id != nullptr && std::ranges::any_of(spec.key, [id](const KeyPart& part) {
                     return part.field == *id;
                   });
  return {.by = column->source, .descending = descending.value_or(!key)};
}

GroupComparator::GroupComparator(const GroupLayout& layout, const GroupOrder& order)
    : layout_(&layout), descending_(order.descending) {
  if (!order.by) {
    return;
  }
  if (const auto* const derived = std::get_if<Derived>(&*order.by)) {
    derived_ = *derived;
    return;
  }
  const auto id = std::get<FieldId>(*order.by);
  const auto part = std::ranges::find(layout.parts(), id, &GroupLayout::Part::field);
  const auto value = std::ranges::find(layout.values(), id, &GroupLayout::Value::field);
  if (part != layout.parts().end()) {
    part_ = static_cast<std::size_t>(part - layout.parts().begin());
  } else if (value != layout.values().end()) {
    value_ = static_cast<std::size_t>(value - layout.values().begin());
  } else {
    throw std::logic_error("sorted by a field that is not there");
  }
}

std::uint64_t GroupComparator::rank(const std::uint64_t* words) const {
  const std::uint64_t ascending = ascending_rank(words);
  return descending_ ? ~ascending : ascending;
}

std::uint64_t GroupComparator::ascending_rank(const std::uint64_t* words) const {
  const GroupView view(*layout_, words);
  if (value_) {
    return view.value(*value_);
  }
  if (derived_) {
    Flow row;
    row.present.clear();
    view.to_flow(row);
    return derived_value(row, *derived_);
  }
  if (!part_) {
    return 0;
  }
  const GroupLayout::Part& part = layout_->parts()[*part_];
  const char* const bytes = reinterpret_cast<const char*>(words) + part.at;
  switch (part.storage) {
    case Storage::integer:
      return view.integer(part);
    case Storage::real:
      return rank_of_real(std::bit_cast<double>(view.integer(part)));
    case Storage::address:
      return rank_of_bytes({bytes, sizeof(IpAddress)});
    case Storage::text:
      return rank_of_bytes(view.text(part));
  }
  return 0;
}

bool GroupComparator::before(const std::uint64_t* a, const std::uint64_t* b) const {
  const GroupView first(*layout_, a);
  const GroupView second(*layout_, b);
  if (part_) {
    const int order = first.compare_parts(*part_, second, *part_);
    if (order != 0) {
      return descending_ ? order > 0 : order < 0;
    }
  }
  return first.compare_keys(second) < 0;
}

}  // namespace weir
