#include "weir/pipeline/as_traffic.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/flow/batch.hpp"

namespace weir {
namespace {

AsNameOptions one_name() {
  AsNameOptions options;
  options.source = "http://names.invalid/";
  options.cache_folder = "";
  options.fetch = [](const std::string&, const std::stop_token&) {
    return HttpFetchResult{200, "6939 HURRICANE, US\n", ""};
  };
  return options;
}

/// Which of the two metrics count a flow: "receive", "transmit", "both" or "none".
std::string counted_as(const std::vector<std::uint32_t>& own, std::optional<std::uint32_t> src,
                       std::optional<std::uint32_t> dst) {
  const auto metrics = as_traffic_metrics(own, nullptr, 10);
  FlowBatch batch;
  Flow& row = batch.next();
  if (src) {
    set(row, field("src_as"), std::uint64_t{*src});
  }
  if (dst) {
    set(row, field("dst_as"), std::uint64_t{*dst});
  }
  const bool receive = metrics.at(0).where.matches(row);
  const bool transmit = metrics.at(1).where.matches(row);
  if (receive && transmit) {
    return "both";
  }
  return receive ? "receive" : transmit ? "transmit" : "none";
}

TEST(AsTrafficTest, FromAnOwnSystemIsTransmitAlsoWhenItEndsInOne) {
  EXPECT_EQ(counted_as({64500, 64501}, 64500, 15169), "transmit");
  EXPECT_EQ(counted_as({64500, 64501}, 64501, 64500), "transmit");
  EXPECT_EQ(counted_as({64500, 64501}, 15169, 64501), "receive");
  EXPECT_EQ(counted_as({64500, 64501}, 15169, 6939), "none");
  EXPECT_EQ(counted_as({64500, 64501}, {}, {}), "none");
  EXPECT_EQ(counted_as({4294967295}, 1, 4294967295), "receive");
}

TEST(AsTrafficTest, AMissingNumberIsSystem0) {
  EXPECT_EQ(counted_as({0}, {}, 15169), "transmit");
  EXPECT_EQ(counted_as({0}, {}, {}), "transmit");
  EXPECT_EQ(counted_as({0}, 15169, {}), "receive");
  EXPECT_EQ(counted_as({0}, 15169, 0), "receive");
  EXPECT_EQ(counted_as({0}, 15169, 6939), "none");
  EXPECT_EQ(counted_as({7, 0}, {}, 7), "transmit");
  EXPECT_EQ(counted_as({7, 0}, 15169, 7), "receive");
}

TEST(AsTrafficTest, NamesHelpAndLabelsAreFlowExporters) {
  const auto metrics = as_traffic_metrics({1}, nullptr, 42);
  ASSERT_EQ(metrics.size(), 2U);
  EXPECT_EQ(metrics[0].name, "flow_receive_bytes_total");
  EXPECT_EQ(metrics[0].help, "Bytes received.");
  EXPECT_EQ(metrics[1].name, "flow_transmit_bytes_total");
  EXPECT_EQ(metrics[1].help, "Bytes transferred.");
  for (const Metric& metric : metrics) {
    std::string labels;
    for (const MetricLabel& label : metric.labels) {
      labels += label.name + " ";
    }
    EXPECT_EQ(labels, "source_as source_as_name destination_as destination_as_name hostname ");
    EXPECT_EQ(metric.value, field("bytes"));
    EXPECT_EQ(metric.max_series, 42U);
  }
}

TEST(AsTrafficTest, TheLookupGivesNamesAndFollowsTheUpdater) {
  AsNameLookup lookup(one_name());
  ASSERT_TRUE(lookup.updater().wait_first(std::chrono::minutes(1)));
  EXPECT_EQ(lookup.generation(), lookup.updater().generation());
  EXPECT_EQ(lookup.source(), one_name().source);
  std::string text = ">";
  lookup.current()->append(6939, text);
  lookup.current()->append(1, text);
  lookup.current()->append((std::uint64_t{1} << 32U) + 6939, text);
  EXPECT_EQ(text, ">HURRICANE");
}

}  // namespace
}  // namespace weir
