#include "weir/pipeline/plan_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PlanMetrics, TellOfReloadsAlways) {
  const ExportPlan plan;
  const SamplingCounters counters;
  ReloadStatus reloaded{false, std::chrono::system_clock::time_point(std::chrono::seconds(1500))};
  const std::string text = plan_metrics({plan, counters, reloaded}, ExpositionFormat::text);
  EXPECT_THAT(text, HasSubstr("\nweir_config_last_reload_successful 0\n"));
  EXPECT_THAT(text, HasSubstr("\nweir_config_last_reload_success_timestamp_seconds 1500\n"));
  EXPECT_THAT(text, Not(HasSubstr("weir_sampling")));
  EXPECT_THAT(text, Not(HasSubstr("weir_lookup")));
}

TEST(PlanMetrics, TellOfFilesAndOfSampling) {
  const TempFolder temp;
  temp.put("net\xff.csv", "10.0.0.0/8,lan,ACME\n");
  EnrichOptions lookups;
  lookups.networks = temp.path("net\xff.csv");
  ExportPlan plan;
  plan.enrichment = std::make_shared<Enrichment>(lookups);
  plan.sampling = std::make_shared<Sampling>(SamplingOptions{.rule = SamplingRule::record});
  const SamplingCounters counters;
  const std::string text = plan_metrics({plan, counters, {}}, ExpositionFormat::text);
  EXPECT_THAT(text, HasSubstr("\n# TYPE weir_sampling_records_total counter\n"));
  EXPECT_THAT(text, HasSubstr("weir_lookup_entries{kind=\"networks\",path=\""));
  EXPECT_THAT(text, HasSubstr("net\xef\xbf\xbd.csv\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("weir_lookup_failures_total{kind=\"networks\""));
}

}  // namespace
}  // namespace weir
