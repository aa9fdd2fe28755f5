#pragma once

#include "weir/flow/batch.hpp"
#include "weir/flow/flow.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Adds the fields that `fill_totals` reads where it is to fill some of `wanted`.
void add_parts_of_totals(FieldSet& wanted);

/// Fills `total_bytes` and `total_packets` where they are wanted and a row does not have them: what
/// went in and what went out, where exporters count that apart. A sum beyond 64 bits stops at
/// 2^64-1; a row that has neither part has no total.
void fill_totals(const FieldSet& wanted, FlowBatch& batch);

/// Whether there is something to fill.
bool wants_totals(const FieldSet& wanted);

/// Does that to every batch.
class TotalsStage final : public Stage {
 public:
  explicit TotalsStage(const FieldSet& wanted) : wanted_(wanted) {}
  void process(FlowBatch& batch, Accounts& /*accounts*/, Emit& next) override {
    fill_totals(wanted_, batch);
    next(batch);
  }

 private:
  FieldSet wanted_;
};

}  // namespace weir
