#include "weir/flow/where_stage.hpp"

#include <utility>

namespace weir {

WhereStage::WhereStage(Filter filter) : filter_(std::move(filter)) {}

void WhereStage::process(FlowBatch& batch, Accounts& accounts, Emit& next) {
  const std::size_t before = batch.size();
  if (!filter_.matches_all()) {
    batch.keep([this](const Flow& flow) { return filter_.matches(flow); });
  }
  accounts.filter(Filtered::where, before - batch.size());
  if (!batch.empty()) {
    next(batch);
  }
}

}  // namespace weir
