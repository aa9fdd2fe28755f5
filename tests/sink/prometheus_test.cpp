#include "weir/sink/prometheus.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <unordered_set>

#include "tests/sink/sink_fixture.hpp"

namespace weir {
namespace {

using Samples = std::map<std::string, std::uint64_t>;

constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();

std::string default_text(const std::string& metric, std::uint64_t src, std::uint64_t dst,
                         const NameMap& names, const std::string& host) {
  const auto name = [&names](std::uint64_t as) { return names.contains(as) ? names.at(as) : ""; };
  return metric + "{source_as=\"" + std::to_string(src) + "\",source_as_name=\"" + name(src) +
         "\",destination_as=\"" + std::to_string(dst) + "\",destination_as_name=\"" + name(dst) +
         "\",hostname=\"" + host + "\"}";
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

TEST(PrometheusSink, CountsTheDefaultMetricsAsTheirDefinitionSays) {
  const NameMap names = {{64500, "OWN"}, {1, "LVLT, ONE"}, {2, "TWO"}};
  PrometheusSink sink({.metrics = default_metrics(std::make_shared<TestLookup>(names))});
  std::mt19937_64 random(7);
  Accounts accounts;
  Samples truth;
  std::uint64_t ignored = 0;
  constexpr std::uint64_t kRows = 20'000;
  FlowBatch batch;
  for (std::uint64_t i = 0; i < kRows; ++i) {
    const std::uint64_t src = random() % 3 == 0 ? 64500 : random() % 50;
    const std::uint64_t dst = random() % 3 == 0 ? 64500 : random() % 50;
    const std::string host = "bdr" + std::to_string(random() % 3);
    const std::uint64_t bytes = random() % 100'000;
    append_flow(batch, src, dst, host, bytes);
    if (batch.full()) {
      sink.write(batch, accounts);
      batch.clear();
    }
    if (src == 64500) {
      truth[default_text("flow_transmit_bytes_total", src, dst, names, host)] += bytes;
    } else if (dst == 64500) {
      truth[default_text("flow_receive_bytes_total", src, dst, names, host)] += bytes;
    } else {
      ++ignored;
    }
  }
  sink.write(batch, accounts);
  sink.commit({});
  EXPECT_EQ(samples_of(sink), truth);
  EXPECT_EQ(accounts.counted, kRows - ignored);
  EXPECT_EQ(accounts.filtered[static_cast<std::size_t>(Filtered::no_metric)], ignored);
}

TEST(PrometheusSink, ShowsNothingBeforeACommitAndThenAllOfOneMoment) {
  PrometheusSink sink({.metrics = default_metrics(std::make_shared<TestLookup>())});
  Accounts accounts;
  write_flow(sink, accounts, 64500, 1, "a", 10);
  EXPECT_TRUE(sink.dirty());
  EXPECT_TRUE(samples_of(sink).empty());
  EXPECT_EQ(sink.snapshot().committed_at, std::chrono::system_clock::time_point{});
  sink.commit({{{{"a", "0", "", 17, -1, 0}}, {}, {}}, accounts});
  EXPECT_FALSE(sink.dirty());
  write_flow(sink, accounts, 64500, 1, "a", 5);
  write_flow(sink, accounts, 64500, 2, "a", 5);
  const auto snapshot = sink.snapshot();
  EXPECT_EQ(snapshot.metrics[0].total, 10U);
  EXPECT_EQ(snapshot.checkpoint.source.origins.at(0).next, 17);
  EXPECT_EQ(snapshot.checkpoint.accounts.counted, 1U);
  EXPECT_NE(snapshot.committed_at, std::chrono::system_clock::time_point{});
  EXPECT_EQ(samples_of(sink),
            (Samples{{default_text("flow_transmit_bytes_total", 64500, 1, {}, "a"), 10}}));
  const auto summary = sink.summary();
  EXPECT_EQ(summary.metrics[0].total, 10U);
  EXPECT_TRUE(summary.metrics[0].values.empty());
}

TEST(PrometheusSink, ASnapshotStaysAsItWasTaken) {
  PrometheusSink sink({.metrics = default_metrics(std::make_shared<TestLookup>())});
  Accounts accounts;
  write_flow(sink, accounts, 64500, 1, "a", 10);
  sink.commit({});
  const auto body =
      std::make_shared<const ExpositionBody>(sink.snapshot(), "", ExpositionFormat::text);
  write_flow(sink, accounts, 64500, 1, "a", 1'000'000);
  sink.commit({});
  std::string out(body->size(), '\0');
  EXPECT_EQ(ExpositionBody::Reader(body).read(out.data(), out.size()), body->size());
  EXPECT_EQ(samples_of(out).begin()->second, 10U);
}

TEST(PrometheusSink, HoldsTheCapAndKeepsTheSumExactWithMemoryFlat) {
  constexpr std::size_t kCap = 10'000;
  PrometheusSink sink({.metrics = default_metrics(std::make_shared<TestLookup>(), kCap)});
  std::mt19937_64 random(3);
  Accounts accounts;
  std::array<std::uint64_t, 2> truth{};
  std::array<std::unordered_set<std::uint64_t>, 2> admitted;
  std::array<std::uint64_t, 2> capped{};
  FlowBatch batch;
  std::uint64_t resident_before = 0;
  for (int million = 0; million < 2; ++million) {
    for (int i = 0; i < 1'000'000; ++i) {
      const bool transmit = random() % 2 == 0;
      const std::uint64_t other = random() % 4'000'000'000;
      const std::uint64_t bytes = random() % 1'000'000;
      append_flow(batch, transmit ? 64500 : other, transmit ? other : 64500, "bdr", bytes);
      const std::size_t m = transmit ? 0 : 1;
      truth[m] += bytes;
      if (admitted[m].size() < kCap) {
        admitted[m].insert(other);
      } else {
        capped[m] += admitted[m].contains(other) ? 0U : 1U;
      }
      if (batch.full()) {
        sink.write(batch, accounts);
        batch.clear();
      }
    }
    sink.write(batch, accounts);
    batch.clear();
    sink.commit({});
    if (million == 0) {
      resident_before = resident_bytes();
    }
  }
  EXPECT_LT(resident_bytes(), resident_before + (std::size_t{4} << 20));
  const auto snapshot = sink.snapshot();
  for (std::size_t m = 0; m < 2; ++m) {
    const MetricSnapshot& metric = snapshot.metrics[m];
    EXPECT_EQ(metric.population.live, kCap + 1);
    EXPECT_EQ(metric.population.limit, kCap);
    EXPECT_EQ(metric.values.size(), kCap + 1);
    EXPECT_EQ(sums_of(metric).live, truth[m]);
    EXPECT_EQ(metric.total, truth[m]);
    EXPECT_EQ(metric.capped, capped[m]);
    EXPECT_GT(metric.values[SeriesRegistry::kOther], truth[m] / 2);
  }
  EXPECT_EQ(accounts.counted, 2'000'000U);
}

TEST(PrometheusSink, RefusesOnlyTheRecordsThatWouldWrapTheirSeries) {
  PrometheusSink sink({.metrics = default_metrics(std::make_shared<TestLookup>())});
  Accounts accounts;
  FlowBatch batch;
  append_flow(batch, 64500, 1, "a", kMax - 5);
  append_flow(batch, 64500, 1, "a", 6);
  append_flow(batch, 64500, 2, "a", 100);
  append_flow(batch, 7, 64500, "a", 9);
  append_flow(batch, 7, 8, "a", kMax);
  append_flow(batch, 64500, 1, "a", 5);
  sink.write(batch, accounts);
  sink.commit({});
  write_flow(sink, accounts, 64500, 1, "a", 1);
  write_flow(sink, accounts, 64500, 1, "a", 0);
  write_flow(sink, accounts, 64500, 3, "a", 3);
  sink.commit({});
  EXPECT_EQ(samples_of(sink),
            (Samples{{default_text("flow_transmit_bytes_total", 64500, 1, {}, "a"), kMax},
                     {default_text("flow_transmit_bytes_total", 64500, 2, {}, "a"), 100},
                     {default_text("flow_transmit_bytes_total", 64500, 3, {}, "a"), 3},
                     {default_text("flow_receive_bytes_total", 7, 64500, {}, "a"), 9}}));
  EXPECT_EQ(accounts.counted, 6U);
  EXPECT_EQ(accounts.refused[static_cast<std::size_t>(Refused::overflow)], 2U);
  EXPECT_EQ(accounts.filtered[static_cast<std::size_t>(Filtered::no_metric)], 1U);
  EXPECT_EQ(sink.snapshot().metrics[0].total, kMax);
}

TEST(PrometheusSink, RefusesARecordAsAWholeWhenOneOfItsMetricsWouldWrap) {
  Metric by_source = simple_metric({{"as", field("src_as"), {}}});
  Metric by_host = simple_metric({{"host", field("label"), {}}});
  by_source.name = "s_total";
  by_host.name = "h_total";
  PrometheusSink sink({.metrics = {by_source, by_host}});
  Accounts accounts;
  write_flow(sink, accounts, 1, 0, "a", kMax);
  write_flow(sink, accounts, 2, 0, "a", 1);
  write_flow(sink, accounts, 2, 0, "b", 1);
  sink.commit({});
  EXPECT_EQ(samples_of(sink), (Samples{{R"(s_total{as="1"})", kMax},
                                       {R"(s_total{as="2"})", 1},
                                       {R"(h_total{host="a"})", kMax},
                                       {R"(h_total{host="b"})", 1}}));
  EXPECT_EQ(accounts.counted, 2U);
  EXPECT_EQ(accounts.refused[static_cast<std::size_t>(Refused::overflow)], 1U);
}

TEST(PrometheusSink, CountsARecordOnceHoweverManyMetricsTakeIt) {
  Metric all = simple_metric({});
  Metric tcp = simple_metric({});
  tcp.name = "tcp_total";
  tcp.where = Filter::compile("src_as = 1");
  PrometheusSink sink({.metrics = {all, tcp}});
  Accounts accounts;
  write_flow(sink, accounts, 1, 0, "", 3);
  write_flow(sink, accounts, 2, 0, "", 4);
  sink.commit({});
  EXPECT_EQ(accounts.counted, 2U);
  EXPECT_EQ(samples_of(sink), (Samples{{"m_total{}", 7}, {"tcp_total{}", 3}}));
}

TEST(PrometheusSink, OpensANewSeriesWhenANameArrivesAndTheOldOneWhenItComesBack) {
  const auto names = std::make_shared<TestLookup>();
  PrometheusSink sink({.metrics = default_metrics(names)});
  Accounts accounts;
  const auto text = [](const NameMap& map) {
    return default_text("flow_transmit_bytes_total", 64500, 1, map, "a");
  };
  const auto count = [&](std::uint64_t bytes) {
    write_flow(sink, accounts, 64500, 1, "a", bytes);
    sink.commit({});
    const auto snapshot = sink.snapshot();
    const Sums sums = sums_of(snapshot.metrics[0]);
    EXPECT_EQ(sums.live + sums.dormant, snapshot.metrics[0].total);
    sink.commit({});  // what has been scraped for the last time goes
    return samples_of(sink);
  };
  EXPECT_EQ(count(1), (Samples{{text({}), 1}}));
  names->set({{1, "ONE"}});
  EXPECT_EQ(count(10), (Samples{{text({{1, "ONE"}}), 10}})) << "from 0";
  names->set({{1, "UNO"}});
  EXPECT_EQ(count(100), (Samples{{text({{1, "UNO"}}), 100}}));
  names->set({{1, "ONE"}});
  EXPECT_EQ(count(1000), (Samples{{text({{1, "ONE"}}), 1010}})) << "with its old value";
  EXPECT_EQ(sink.snapshot().metrics[0].total, 1111U);
  EXPECT_EQ(sink.snapshot().metrics[0].population.dormant, 2U);
}

TEST(PrometheusSink, ASeriesWhoseNameChangedIsShownUntilItsLastValueWasScraped) {
  const auto names = std::make_shared<TestLookup>();
  PrometheusSink sink({.metrics = default_metrics(names)});
  Accounts accounts;
  write_flow(sink, accounts, 64500, 1, "a", 5);
  sink.commit({});
  EXPECT_EQ(samples_of(sink).size(), 1U);
  write_flow(sink, accounts, 64500, 1, "a", 20);
  names->set({{1, "ONE"}});
  write_flow(sink, accounts, 64500, 1, "a", 7);
  EXPECT_EQ(samples_of(sink).begin()->second, 5U) << "nothing changes without a commit";
  sink.commit({});
  sink.commit({});
  const PrometheusSnapshot seen = sink.snapshot();
  EXPECT_EQ(sums_of(seen.metrics[0]).live, 32U) << "both, the old one with its last value";
  EXPECT_EQ(seen.metrics[0].population.live, 2U);
  sink.commit({});
  const PrometheusSnapshot after = sink.snapshot();
  EXPECT_EQ(sums_of(after.metrics[0]).live, 7U);
  EXPECT_EQ(sums_of(after.metrics[0]).dormant, 25U);
  EXPECT_EQ(after.metrics[0].population.live, 1U);
  EXPECT_EQ(after.metrics[0].population.dormant, 1U);
}

TEST(PrometheusSink, NamesThatChangeWithoutEndAreBounded) {
  const auto names = std::make_shared<TestLookup>();
  auto metrics = default_metrics(names);
  for (Metric& metric : metrics) {
    metric.max_series = 10;
  }
  PrometheusSink sink({.metrics = std::move(metrics)});
  Accounts accounts;
  for (int i = 0; i < 100; ++i) {
    names->set({{1, "NAME " + std::to_string(i)}});
    write_flow(sink, accounts, 64500, 1, "a", 1);
    sink.commit({});
  }
  const PrometheusSnapshot snapshot = sink.snapshot();
  EXPECT_LE(snapshot.metrics[1].values.size(), 21U);
  EXPECT_EQ(snapshot.metrics[0].total + snapshot.metrics[1].total, 100U);
}

TEST(PrometheusSink, WhatIsPendingWhenANameChangesStaysWithTheOldSeries) {
  const auto names = std::make_shared<TestLookup>();
  PrometheusSink sink({.metrics = default_metrics(names)});
  Accounts accounts;
  write_flow(sink, accounts, 64500, 1, "a", 5);
  names->set({{1, "ONE"}});
  write_flow(sink, accounts, 64500, 1, "a", 7);
  sink.commit({});
  EXPECT_EQ(samples_of(sink).size(), 2U);
  sink.commit({});
  EXPECT_EQ(samples_of(sink).begin()->second, 7U);
  const Sums sums = sums_of(sink.snapshot().metrics[0]);
  EXPECT_EQ(sums.live, 7U);
  EXPECT_EQ(sums.dormant, 5U);
}

TEST(PrometheusSink, SnapshotsWhileCountingAreWhole) {
  PrometheusSink sink({.metrics = {simple_metric({{"as", field("src_as"), {}}})}});
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> taken{0};
  std::uint64_t broken = 0;
  std::jthread scraper([&] {
    std::uint64_t last = 0;
    while (!done) {
      const auto snapshot = sink.snapshot();
      const MetricSnapshot& metric = snapshot.metrics[0];
      const bool whole = sums_of(metric).live == metric.total && metric.total >= last &&
                         metric.total == snapshot.checkpoint.accounts.counted;
      broken += whole ? 0U : 1U;
      last = metric.total;
      ++taken;
    }
  });
  Accounts accounts;
  FlowBatch batch;
  for (std::uint64_t i = 0; i < 300 || taken < 10; ++i) {
    for (std::uint64_t row = 0; row < FlowBatch::kCapacity; ++row) {
      append_flow(batch, i % 300 * 20 + row, 0, "", 1);
    }
    sink.write(batch, accounts);
    batch.clear();
    if (i % 3 == 0) {
      sink.commit({{}, accounts});
    }
  }
  done = true;
  scraper.join();
  EXPECT_EQ(broken, 0U);
}

}  // namespace
}  // namespace weir
