#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "weir/base/ip.hpp"
#include "weir/flow/field_set.hpp"

namespace weir {

/// How a test compares its fields with its items.
enum class Comparison : std::uint8_t {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  has,    ///< all bits of the item are set
  truthy  ///< a bare field: present and not 0 or empty
};

/// From `low` to `high`, both included; a single value has both the same.
template <typename T>
struct FilterRange {
  T low;
  T high;
};

/// One value of a test's right side, in the storage class of the field. Networks are ranges of
/// addresses of one family.
using FilterItem = std::variant<FilterRange<std::uint64_t>, FilterRange<double>,
                                FilterRange<IpAddress>, std::string>;

/// One comparison. Two fields are an either-side word: true when it is true of one of them, and
/// `not_equal` when neither is equal.
struct FilterTest {
  std::vector<FieldId> fields;
  Comparison comparison = Comparison::truthy;
  std::vector<FilterItem> items;
};

/// A filter as it was written, with names and values resolved.
struct FilterNode {
  enum class Kind : std::uint8_t { all, any, negation, test };

  Kind kind = Kind::test;
  std::vector<FilterNode> children;  ///< of all (and) and any (or); the one of a negation
  FilterTest test;
};

}  // namespace weir
