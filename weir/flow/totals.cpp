#include "weir/flow/totals.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace weir {
namespace {

struct Total {
  FieldId total;
  FieldId in;
  FieldId out;
};
constexpr std::array<Total, 2> kTotals = {
    {{field("total_bytes"), field("bytes"), field("out_bytes")},
     {field("total_packets"), field("packets"), field("out_packets")}}};

void fill(const Total& of, Flow& row) {
  const bool known = row.present.has(of.in) || row.present.has(of.out);
  if (row.present.has(of.total) || !known) {
    return;
  }
  std::uint64_t sum = 0;
  if (__builtin_add_overflow(get_integer(row, of.in), get_integer(row, of.out), &sum)) {
    sum = std::numeric_limits<std::uint64_t>::max();
  }
  set(row, of.total, sum);
}

}  // namespace

void add_parts_of_totals(FieldSet& wanted) {
  for (const Total& each : kTotals) {
    if (wanted.has(each.total)) {
      wanted.add(each.in);
      wanted.add(each.out);
    }
  }
}

bool wants_totals(const FieldSet& wanted) {
  return std::any_of(kTotals.begin(), kTotals.end(),
                     [&](const Total& each) { return wanted.has(each.total); });
}

void fill_totals(const FieldSet& wanted, FlowBatch& batch) {
  for (const Total& each : kTotals) {
    if (wanted.has(each.total)) {
      for (std::size_t i = 0; i < batch.size(); ++i) {
        fill(each, batch[i]);
      }
    }
  }
}

}  // namespace weir
