#pragma once

#include "weir/flow/filter_ast.hpp"
#include "weir/flow/filter_program.hpp"

namespace weir {

/// Compiles a filter that was read by parse_filter.
FilterProgram build_filter(const FilterNode& root);

}  // namespace weir
