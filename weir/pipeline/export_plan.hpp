#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/enrich/enrichment.hpp"
#include "weir/enrich/sampling.hpp"
#include "weir/flow/decoder_options.hpp"
#include "weir/flow/filter.hpp"
#include "weir/pipeline/as_traffic.hpp"
#include "weir/pipeline/pipeline.hpp"
#include "weir/sink/dead_letters.hpp"
#include "weir/sink/metric.hpp"

namespace weir {

/// How often files and sources failed that a reload has replaced.
struct PastFailures {
  using File = std::pair<std::string, std::string>;  ///< kind and path

  std::uint64_t names = 0;  ///< of autonomous systems
  std::map<File, std::uint64_t> files{};
};

/// What records mean and what is counted of them: all that can change while reading goes on.
struct ExportPlan {
  std::string format = "auto";                  ///< of the records
  std::vector<MappedValue> mapping{};           ///< of JSON
  std::shared_ptr<Sampling> sampling{};         ///< null: off
  std::shared_ptr<Enrichment> enrichment{};     ///< null: none
  std::shared_ptr<AsNameLookup> names{};        ///< of autonomous systems; null: nobody asks
  std::shared_ptr<DeadLetters> dead_letters{};  ///< null: refused records go nowhere
  Filter where{};                               ///< flows that do not match are not counted at all
  std::vector<Metric> metrics{};
  PastFailures past{};
  /// Called when a reload has taken effect.
  std::function<void()> taken{};
  /// Told on the landing page: names and values.
  std::vector<std::pair<std::string, std::string>> facts{};
};

/// Decoder and stages that do what a plan says. `refusals` outlives them, if not null.
PipelineParts pipeline_parts(const ExportPlan& plan,
                             const std::shared_ptr<SamplingCounters>& counters, Refusals* refusals);

}  // namespace weir
