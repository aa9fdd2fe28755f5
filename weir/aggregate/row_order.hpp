#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "weir/aggregate/derived.hpp"
#include "weir/flow/flow.hpp"

namespace weir {

/// Compares rows by a field or a derived column, then by other fields, so that which of several
/// rows comes first does not depend on the order in which they came.
class RowOrder {
 public:
  /// `then` decides between rows that are equal in `by`.
  RowOrder(std::variant<FieldId, Derived> by, bool descending, std::vector<FieldId> then);

  /// Decides mostly: a row of a lesser rank comes before one of a greater.
  [[nodiscard]] std::uint64_t rank(const Flow& row) const;
  /// Of two rows of the same rank: whether the first comes first. False for rows that are equal in
  /// all that is compared.
  [[nodiscard]] bool before(const Flow& a, const Flow& b) const;

 private:
  std::variant<FieldId, Derived> by_;
  bool descending_;
  std::vector<FieldId> then_;
};

}  // namespace weir
