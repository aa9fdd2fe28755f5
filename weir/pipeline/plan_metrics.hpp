#pragma once

#include <chrono>
#include <string>

#include "weir/pipeline/export_plan.hpp"
#include "weir/sink/metric_text.hpp"

namespace weir {

/// What came of the last reload.
struct ReloadStatus {
  bool successful = true;
  std::chrono::system_clock::time_point at =
      std::chrono::system_clock::now();  ///< of the last good one
};

/// What an exporter works by at the moment of a scrape.
struct PlanState {
  const ExportPlan& plan;
  const SamplingCounters& sampled;
  ReloadStatus reloaded;
};

/// `next` takes the place of `now`: its counters go on from there.
void inherit_failures(const ExportPlan& now, ExportPlan& next);

/// The families that tell of it: reloads, sampling, lookup files; without an end mark.
std::string plan_metrics(const PlanState& state, ExpositionFormat format);

}  // namespace weir
