#include "weir/aggregate/top_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "weir/base/error.hpp"

namespace weir {
namespace {

std::variant<FieldId, Derived> column_of(const GroupOrder& order) {
  if (!order.by || order.top == 0) {
    throw std::logic_error("the top rows of no order");
  }
  return *order.by;
}

}  // namespace

TopRows::TopRows(const FieldSet& fields, const GroupOrder& order)
    : packer_(fields),
      order_(column_of(order), order.descending, packer_.fields()),
      top_(order.top) {
  for (const FieldId id : packer_.fields()) {
    if (info(id).merge != Merge::key) {
      sums_.push_back({.field = id, .merge = info(id).merge, .value = 0, .any = false});
    }
  }
}

void TopRows::process(const FlowBatch& batch) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    offer(batch[i]);
  }
}

void TopRows::offer(const Flow& row) {
  const std::uint64_t rank = order_.rank(row);
  if (kept_.size() == top_) {
    const Kept& last = kept_.front();
    bool better = rank < last.rank;
    if (rank == last.rank) {
      Flow known;
      packer_.unpack(last.row, known);
      better = order_.before(row, known);
    }
    if (!better) {
      add_other(row);
      return;
    }
    drop_last();
  }
  keep({rank, packer_.pack(row)});
}

bool TopRows::comes_before(const Kept& a, const Kept& b) const {
  if (a.rank != b.rank) {
    return a.rank < b.rank;
  }
  Flow one;
  Flow other;
  packer_.unpack(a.row, one);
  packer_.unpack(b.row, other);
  return order_.before(one, other);
}

void TopRows::keep(Kept kept) {
  kept_.push_back(std::move(kept));
  std::push_heap(kept_.begin(), kept_.end(),
                 [this](const Kept& a, const Kept& b) { return comes_before(a, b); });
}

void TopRows::drop_last() {
  std::pop_heap(kept_.begin(), kept_.end(),
                [this](const Kept& a, const Kept& b) { return comes_before(a, b); });
  Flow row;
  packer_.unpack(kept_.back().row, row);
  kept_.pop_back();
  add_other(row);
}

void TopRows::add_other(const Flow& row) {
  ++others_;
  for (Sum& sum : sums_) {
    if (row.present.has(sum.field)) {
      add(sum, get_integer(row, sum.field));
    } else if (sum.field == field("flows")) {
      add(sum, 1);  // a record that does not say is one
    }
  }
}

void TopRows::add(Sum& sum, std::uint64_t value) {
  switch (sum.merge) {
    case Merge::min:
      sum.value = sum.any ? std::min(sum.value, value) : value;
      break;
    case Merge::max:
      sum.value = std::max(sum.value, value);
      break;
    case Merge::bit_or:
      sum.value |= value;
      break;
    case Merge::sum:
    case Merge::key:
      if (__builtin_add_overflow(sum.value, value, &sum.value)) {
        throw Error(fmt::format(
            "the sum of {0} of all other records is beyond 2^64-1, so some cannot be true; leave "
            "them out with --where, as in --where '{0} < 1000G'",
            info(sum.field).name));
      }
  }
  sum.any = true;
}

void TopRows::merge(TopRows&& more) {
  Flow row;
  for (const Kept& kept : more.kept_) {
    packer_.unpack(kept.row, row);
    offer(row);
  }
  more.kept_.clear();
  others_ += more.others_;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    if (more.sums_[i].any) {
      add(sums_[i], more.sums_[i].value);
    }
  }
}

void TopRows::other(Flow& row) const {
  row.present.clear();
  for (const Sum& sum : sums_) {
    if (sum.any) {
      set(row, sum.field, sum.value);
    }
  }
}

void TopRows::emit(Emit& emit) {
  std::sort_heap(kept_.begin(), kept_.end(),
                 [this](const Kept& a, const Kept& b) { return comes_before(a, b); });
  FlowBatch batch;
  for (const Kept& kept : kept_) {
    packer_.unpack(kept.row, batch.next());
    batch.append();
    if (batch.full()) {
      emit(batch);
      batch.clear();
    }
  }
  if (!batch.empty()) {
    emit(batch);
  }
  kept_.clear();
}

}  // namespace weir
