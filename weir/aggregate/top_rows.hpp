#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/aggregate/group_order.hpp"
#include "weir/aggregate/packed_rows.hpp"
#include "weir/aggregate/row_order.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Keeps the first rows of an order, as they are, and merges all others into one: memory for so
/// many rows and no more. Each thread has one; they are merged at the end. What is kept depends
/// neither on the number of threads nor on the order in which rows come.
class TopRows {
 public:
  /// Of the rows these fields are kept; `order` has a column that is made of them, and `top`.
  TopRows(const FieldSet& fields, const GroupOrder& order);

  /// Takes rows, of which nothing has to be kept. Throws Error where a sum of the others would be
  /// beyond 64 bits.
  void process(const FlowBatch& batch);
  /// Takes all that another one of the same kind has. Throws as `process`.
  void merge(TopRows&& more);

  /// Rows that are not kept, and all of them as one, without the fields that cannot be merged.
  [[nodiscard]] std::uint64_t others() const { return others_; }
  void other(Flow& row) const;
  /// The rows that are kept, in order. Once.
  void emit(Emit& emit);

 private:
  struct Kept {
    std::uint64_t rank;
    PackedRow row;
  };
  struct Sum {
    FieldId field;
    Merge merge;
    std::uint64_t value;
    bool any;
  };

  void offer(const Flow& row);
  /// Of kept rows the one that comes last is the first of the heap.
  [[nodiscard]] bool comes_before(const Kept& a, const Kept& b) const;
  void keep(Kept kept);
  void drop_last();
  void add_other(const Flow& row);
  static void add(Sum& sum, std::uint64_t value);

  RowPacker packer_;
  RowOrder order_;
  std::size_t top_;
  std::vector<Kept> kept_;
  std::uint64_t others_ = 0;
  std::vector<Sum> sums_;  ///< of the others
};

}  // namespace weir
