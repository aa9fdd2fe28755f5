#pragma once

#include <string_view>

#include "weir/flow/field_names.hpp"
#include "weir/flow/filter_program.hpp"
#include "weir/flow/flow.hpp"

namespace weir {

/// A condition on flow records, written in the language of docs/filter.md and compiled once.
class Filter {
 public:
  /// Matches everything.
  Filter() = default;
  /// Throws Error::usage with the place and what to do.
  static Filter compile(std::string_view text, const FieldNames& names = {});

  /// Thread-safe.
  [[nodiscard]] bool matches(const Flow& flow) const {
    return program_.empty() || program_.run(flow);
  }
  /// All fields it reads.
  [[nodiscard]] const FieldSet& fields() const { return program_.fields(); }
  /// It has no condition at all.
  [[nodiscard]] bool matches_all() const { return program_.empty(); }

 private:
  FilterProgram program_;
};

}  // namespace weir
