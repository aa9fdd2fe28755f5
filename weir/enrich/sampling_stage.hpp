#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "weir/enrich/exporter_tables.hpp"
#include "weir/enrich/published.hpp"
#include "weir/enrich/sampling_counters.hpp"
#include "weir/flow/refusals.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Multiplies what rows count by their sampling rate, and counts by what. See Sampling::stage.
class SamplingStage : public Stage {
 public:
  /// `fixed` is the rate of all rows, 0 for none; `table` that of exporters, null for none. Without
  /// both it is the row's own. `refusals` may be null, else it outlives the stage.
  SamplingStage(std::uint64_t fixed, std::shared_ptr<const Published<SamplingTable>> table,
                std::shared_ptr<SamplingCounters> counters, Refusals* refusals);

  void process(FlowBatch& batch, Accounts& accounts, Emit& next) override;

 private:
  /// What is known of one exporter while a batch is gone through: most rows come from the same one
  /// as the row before.
  struct Exporter {
    bool settled = false;
    std::optional<IpAddress> address;
    std::size_t place = 0;
    std::uint64_t rate = 0;  ///< the table's; 0: none
  };
  void settle(Exporter& exporter, const Flow& row, SamplingCounters::Table& counts);
  [[nodiscard]] bool multiply(Flow& row, const Exporter& exporter, SamplingCounters::Table& counts);

  std::uint64_t fixed_;
  std::optional<Following<SamplingTable>> table_;
  const SamplingTable* newest_ = nullptr;  ///< during one batch; null: none
  std::shared_ptr<SamplingCounters> counters_;
  Refusals* refusals_;
  std::vector<RecordPlace> refused_;  ///< of one batch
};

}  // namespace weir
