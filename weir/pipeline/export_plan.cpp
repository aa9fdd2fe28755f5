#include "weir/pipeline/export_plan.hpp"

#include <utility>

#include "weir/flow/totals.hpp"
#include "weir/flow/where_stage.hpp"
#include "weir/pipeline/registry.hpp"

namespace weir {

PipelineParts pipeline_parts(const ExportPlan& plan,
                             const std::shared_ptr<SamplingCounters>& counters,
                             Refusals* refusals) {
  FieldSet wanted = plan.where.fields();
  for (const Metric& metric : plan.metrics) {
    wanted |= fields_of(metric);
  }
  DecoderOptions decoding{wanted, plan.mapping, refusals};
  PipelineParts parts;
  const auto add = [&parts](std::unique_ptr<Stage> stage) {
    if (stage) {
      parts.stages.push_back(std::move(stage));
    }
  };
  add_parts_of_totals(decoding.wanted);
  if (wants_totals(wanted)) {
    add(std::make_unique<TotalsStage>(wanted));
  }
  if (plan.sampling) {
    decoding.wanted |= plan.sampling->reads();
    add(plan.sampling->stage(counters, refusals));
  }
  if (plan.enrichment) {
    decoding.wanted |= plan.enrichment->reads(wanted);
    add(plan.enrichment->stage(wanted));
  }
  if (!plan.where.matches_all()) {
    add(std::make_unique<WhereStage>(plan.where));
  }
  parts.decoder = make_decoder(plan.format, decoding);
  return parts;
}

}  // namespace weir
