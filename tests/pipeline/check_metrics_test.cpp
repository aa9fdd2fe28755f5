#include "weir/pipeline/check_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/pipeline/as_traffic.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Level = Finding::Level;

class SomeNames final : public Lookup {
 public:
  [[nodiscard]] std::uint64_t generation() const override { return 0; }
  [[nodiscard]] std::shared_ptr<const NameTable> current() const override { return nullptr; }
};

std::vector<Metric> defaults(std::size_t max_series) {
  return as_traffic_metrics({1}, std::make_shared<SomeNames>(), max_series);
}

Metric metric_by(std::vector<MetricLabel> labels) {
  Metric metric;
  metric.name = "x_total";
  metric.labels = std::move(labels);
  metric.max_series = 1000;
  return metric;
}

/// The texts of all warnings.
std::string warnings(const Metric& metric, const EnrichOptions& lookups = {}) {
  std::string text;
  for (const Finding& finding : describe_metric(metric, {}, lookups)) {
    if (finding.level == Level::warning) {
      text += finding.text + " | " + finding.advice + "\n";
    }
  }
  return text;
}

TEST(CheckMetricsTest, WhatDoesNotFitIsAWarning) {
  const Finding fits = check_memory(defaults(1'000'000), 8'000'000'000);
  EXPECT_EQ(fits.level, Level::ok);
  EXPECT_THAT(fits.text,
              AllOf(HasSubstr("1,000,000 series"), HasSubstr("2 metrics"), HasSubstr("668 MB")));
  EXPECT_EQ(check_memory(defaults(1'000'000), 500'000'000).level, Level::warning);
  EXPECT_EQ(check_memory(defaults(10'000'000), 0).level, Level::ok);
}

TEST(CheckMetricsTest, MetricsWithCapsOfTheirOwnAreAddedUp) {
  std::vector<Metric> metrics = defaults(1'000'000);
  metrics.push_back(metric_by({{"port", field("dst_port")}}));
  EXPECT_THAT(check_memory(metrics, 0).text, HasSubstr("at most 2,001,000 series in 3 metrics"));
  EXPECT_THAT(check_memory({metric_by({})}, 0).text, HasSubstr("at most 1 series in the metric;"));
}

TEST(CheckMetricsTest, LabelsCostMemoryAndTime) {
  const MetricCost none = cost_of(metric_by({}));
  const MetricCost port = cost_of(metric_by({{"port", field("dst_port")}}));
  const MetricCost more =
      cost_of(metric_by({{"port", field("dst_port")}, {"net", field("src_addr"), nullptr, 24}}));
  EXPECT_LT(none.series, port.series);
  EXPECT_LT(port.series, more.series);
  EXPECT_EQ(none.text, 0U);
  EXPECT_LT(port.text, more.text);
  EXPECT_LT(none.counting, port.counting);
  EXPECT_LT(port.counting, more.counting);
  // The same field twice is in the key once.
  const MetricCost twice = cost_of(metric_by({{"a", field("dst_port")}, {"b", field("dst_port")}}));
  EXPECT_EQ(twice.series, port.series);
}

TEST(CheckMetricsTest, KeepingTheHeaviestTakesATableBesides) {
  Metric metric = metric_by({{"port", field("dst_port")}});
  const MetricCost first = cost_of(metric);
  metric.keep = Metric::Keep::top;
  const MetricCost top = cost_of(metric);
  EXPECT_EQ(first.other, 0U);
  EXPECT_EQ(top.other, 8000U * 70);
  EXPECT_GT(top.counting, first.counting);
  metric.max_series = 1'000'000;
  EXPECT_EQ(cost_of(metric).other, 250'000U * 70);
  EXPECT_THAT(check_memory({metric}, 0).text, HasSubstr("1,000,000 series in 1 metric;"));
}

TEST(CheckMetricsTest, CountingIsToldForAllMetricsTogether) {
  EXPECT_THAT(describe_counting(defaults(10)).text, HasSubstr("in all 2 metrics"));
  EXPECT_THAT(describe_counting({metric_by({})}).text,
              AllOf(HasSubstr("in the metric"), HasSubstr("µs of CPU")));
}

TEST(CheckMetricsTest, AMetricIsSaidInPlainWords) {
  Metric metric = metric_by({{"net", field("src_addr"), nullptr, 24, 48},
                             {"as", field("dst_as"), std::make_shared<SomeNames>()},
                             {"proto", field("proto")}});
  metric.where = Filter::compile("proto == tcp");
  metric.where_text = "proto == tcp";
  metric.keep = Metric::Keep::top;
  metric.ttl = std::chrono::hours(1);
  EXPECT_EQ(
      describe_metric(metric, {}, {})[0].text,
      "counts bytes in x_total by net (src_addr/24/48), as (the name of dst_as), proto, where "
      "proto == tcp; at most 1,000 series, those with most traffic, until they do not count "
      "for 1h");
  EXPECT_EQ(describe_metric(metric_by({}), {}, {})[0].text,
            "counts bytes in x_total; at most 1,000 series");
}

TEST(CheckMetricsTest, LabelsWithoutEndAreWarningsUnlessTheHeaviestAreKept) {
  for (const char* name : {"src_addr", "dst_port", "first_seen", "src_mac", "bytes"}) {
    Metric metric = metric_by({{"l", *find_field(name)}});
    EXPECT_THAT(warnings(metric), AllOf(HasSubstr(name), HasSubstr("keep: top"))) << name;
    metric.keep = Metric::Keep::top;
    EXPECT_THAT(warnings(metric), IsEmpty()) << name;
  }
  Metric chosen = metric_by({{"l", field("dst_port")}});
  chosen.where = Filter::compile("dst_port in [80, 443]");
  EXPECT_THAT(warnings(chosen), IsEmpty());
  for (const char* name : {"src_as", "proto", "exporter", "in_if", "label"}) {
    EXPECT_THAT(warnings(metric_by({{"l", *find_field(name)}})), IsEmpty()) << name;
  }
  EXPECT_THAT(warnings(metric_by({{"l", field("src_addr"), nullptr, 24, 48}})), IsEmpty());
}

TEST(CheckMetricsTest, FieldsThatNoRecordCarriesNeedTheirFile) {
  EXPECT_THAT(warnings(metric_by({{"l", field("src_customer")}})),
              AllOf(HasSubstr("src_customer"), HasSubstr("lookups: {networks: FILE}")));
  EXPECT_THAT(warnings(metric_by({{"l", field("src_customer")}}), {.networks = "x"}), IsEmpty());
  EXPECT_THAT(warnings(metric_by({{"l", field("in_if_speed")}})), HasSubstr("interfaces"));
  EXPECT_THAT(warnings(metric_by({{"l", field("exporter_name")}})), HasSubstr("exporters"));
  EXPECT_THAT(warnings(metric_by({{"l", field("dst_country_numeric")}}), {.geo = {"x"}}),
              IsEmpty());
  Metric filtered = metric_by({});
  filtered.where = Filter::compile("customer == 'a'");
  EXPECT_THAT(warnings(filtered), AllOf(HasSubstr("src_customer"), HasSubstr("dst_customer")));
}

TEST(CheckMetricsTest, LabelsThatPrometheusHasItselfAreWarnings) {
  EXPECT_THAT(warnings(metric_by({{"instance", field("exporter")}})),
              HasSubstr("exported_instance"));
  EXPECT_THAT(warnings(metric_by({{"router", field("exporter")}})), Not(HasSubstr("exported")));
}

TEST(CheckMetricsTest, LabelSetsOfASampleAreTold) {
  const Findings findings = describe_seen("topic a", {{"x_total", 2}, {"y_total", 0}}, 7);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].text, "topic a: of 7 records x_total has 2 series, y_total has no series");
  EXPECT_THAT(describe_seen("topic a", {{"x_total", 1}}, 1).at(0).text,
              HasSubstr("of 1 record x_total has 1 series"));
  EXPECT_TRUE(describe_seen("topic a", {{"x_total", 0}}, 0).empty());
}

}  // namespace
}  // namespace weir
