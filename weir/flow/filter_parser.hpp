#pragma once

#include <string_view>

#include "weir/flow/field_names.hpp"
#include "weir/flow/filter_ast.hpp"

namespace weir {

/// Reads a filter. Bounded: a mebibyte of text, 200 parentheses deep, 100,000 values in its lists.
/// Throws Error::usage with the place, what was expected, and what may have been meant.
FilterNode parse_filter(std::string_view filter, const FieldNames& names = {});

}  // namespace weir
