#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "weir/flow/filter_ast.hpp"
#include "weir/flow/flow.hpp"

namespace weir {

/// A value of the field as a filter writes it: `1.5M`, `tcp`, `10.0.0.0/8`, `2026-01-02`. Quoted
/// values are taken where the field's values are texts to begin with, so not for numbers. Nothing
/// if the field does not take it.
std::optional<FilterItem> parse_filter_value(const FieldInfo& field, std::string_view text,
                                             bool quoted);

/// The range between two single values; nothing for texts, flags, networks and addresses of two
/// families. `low` may be above `high`.
std::optional<FilterItem> join_filter_range(const FieldInfo& field, const FilterItem& low,
                                            const FilterItem& high);

/// A range `low-high` in one word, split where both sides are values of the field.
std::optional<FilterItem> parse_filter_range(const FieldInfo& field, std::string_view text);

/// The range ends before it begins.
bool runs_backwards(const FilterItem& item);

/// More than one value: a range or a network.
bool is_range(const FilterItem& item);

/// What the field takes, for errors: `a whole number from 0 to 65535`.
std::string filter_value_hint(const FieldInfo& field);

}  // namespace weir
