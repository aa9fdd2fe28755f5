#pragma once

#include "weir/flow/filter.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Passes on the rows that match and counts the others as filtered (`where`).
class WhereStage : public Stage {
 public:
  explicit WhereStage(Filter filter);

  void process(FlowBatch& batch, Accounts& accounts, Emit& next) override;

 private:
  Filter filter_;
};

}  // namespace weir
