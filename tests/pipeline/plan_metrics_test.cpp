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

TEST(PlanMetrics, FailuresGoOnWhenAReloadReplacesWhatFailed) {
  const TempFolder temp;
  temp.put("networks.csv", "10.0.0.0/8,lan,ACME\n");
  EnrichOptions lookups;
  lookups.networks = temp.path("networks.csv");
  lookups.check = std::chrono::milliseconds(0);
  ExportPlan plan;
  plan.enrichment = std::make_shared<Enrichment>(lookups);
  temp.put("networks.csv", "this is no network\n");
  EXPECT_NE(plan.enrichment->refresh(), "");
  const SamplingCounters counters;
  const auto shown = [&] { return plan_metrics({plan, counters, {}}, ExpositionFormat::text); };
  const std::string one = "networks.csv\"} 1\n";
  ASSERT_THAT(shown().substr(shown().find("weir_lookup_failures_total{")), HasSubstr(one));

  temp.put("networks.csv", "10.0.0.0/8,lan,ACME\n");
  for (int i = 0; i < 3; ++i) {
    ExportPlan next = plan;
    if (i != 1) {  // one that changes nothing is among them
      next.enrichment = std::make_shared<Enrichment>(lookups);
    }
    inherit_failures(plan, next);
    plan = next;
    EXPECT_THAT(shown().substr(shown().find("weir_lookup_failures_total{")), HasSubstr(one)) << i;
  }
}

}  // namespace
}  // namespace weir
