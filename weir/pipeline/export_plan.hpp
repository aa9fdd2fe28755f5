#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/enrich/enrichment.hpp"
#include "weir/enrich/sampling.hpp"
#include "weir/flow/decoder_options.hpp"
#include "weir/flow/filter.hpp"
#include "weir/pipeline/pipeline.hpp"
#include "weir/sink/metric.hpp"

namespace weir {

/// What records mean and what is counted of them: all that can change while reading goes on.
struct ExportPlan {
  std::string format = "auto";               ///< of the records
  std::vector<MappedValue> mapping{};        ///< of JSON
  std::shared_ptr<Sampling> sampling{};      ///< null: off
  std::shared_ptr<Enrichment> enrichment{};  ///< null: none
  Filter where{};                            ///< flows that do not match are not counted at all
  std::vector<Metric> metrics{};
  /// Called when a reload has taken effect.
  std::function<void()> taken{};
  /// Told on the landing page: names and values.
  std::vector<std::pair<std::string, std::string>> facts{};
};

/// Decoder and stages that do what a plan says. `refusals` outlives them, if not null.
PipelineParts pipeline_parts(const ExportPlan& plan,
                             const std::shared_ptr<SamplingCounters>& counters, Refusals* refusals);

}  // namespace weir
