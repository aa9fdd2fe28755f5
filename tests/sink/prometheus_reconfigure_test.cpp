#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/sink/fake_store.hpp"
#include "tests/sink/sink_fixture.hpp"

namespace weir {
namespace {

using Samples = std::map<std::string, std::uint64_t>;

/// Metrics come and go while the sink counts, and after that in the next process.
class PrometheusReconfigure : public ::testing::Test {
 protected:
  static Metric metric(const std::string& name, FieldId label = field("src_as")) {
    Metric made = simple_metric({{"as", label, {}}});
    made.name = name;
    return made;
  }
  void write(std::uint64_t src_as, std::uint64_t dst_as, std::uint64_t bytes) {
    write_flow(*sink, accounts, src_as, dst_as, "", bytes);
  }
  void commit() { ASSERT_TRUE(sink->commit(checkpoint())); }
  [[nodiscard]] Checkpoint checkpoint() const { return {{}, accounts}; }
  [[nodiscard]] bool reconfigure(std::vector<Metric> metrics) {
    return sink->reconfigure(std::move(metrics), checkpoint());
  }
  void restart(std::vector<Metric> metrics, std::optional<std::size_t> from = {}) {
    sink = store.restored({.metrics = std::move(metrics)}, store, from);
  }

  FakeStore store;
  Accounts accounts;
  std::unique_ptr<PrometheusSink> sink;
};

TEST_F(PrometheusReconfigure, MetricsThatStayKeepTheirCountersAndOthersBegin) {
  restart({metric("a_total"), metric("b_total")});
  write(1, 2, 10);
  commit();
  ASSERT_TRUE(reconfigure({metric("c_total"), metric("b_total")}));
  EXPECT_EQ(samples_of(*sink), (Samples{{R"(b_total{as="1"})", 10}}));
  write(1, 2, 5);
  commit();
  const Samples all = {{R"(c_total{as="1"})", 5}, {R"(b_total{as="1"})", 15}};
  EXPECT_EQ(samples_of(*sink), all);
  restart({metric("c_total"), metric("b_total")});
  EXPECT_EQ(samples_of(*sink), all);
  EXPECT_FALSE(sink->dirty());
}

TEST_F(PrometheusReconfigure, AMetricThatComesBackBeginsAnew) {
  restart({metric("a_total")});
  write(1, 2, 10);
  commit();
  ASSERT_TRUE(reconfigure({}));
  EXPECT_TRUE(samples_of(*sink).empty());
  ASSERT_TRUE(reconfigure({metric("a_total")}));
  write(1, 2, 1);
  commit();
  EXPECT_EQ(samples_of(*sink), (Samples{{R"(a_total{as="1"})", 1}}));
  restart({metric("a_total")});
  EXPECT_EQ(samples_of(*sink), (Samples{{R"(a_total{as="1"})", 1}}));
}

TEST_F(PrometheusReconfigure, AMetricThatMeansSomethingElseBeginsAnew) {
  restart({metric("a_total")});
  write(1, 2, 10);
  commit();
  ASSERT_TRUE(reconfigure({metric("a_total", field("dst_as"))}));
  write(1, 2, 3);
  commit();
  EXPECT_EQ(samples_of(*sink), (Samples{{R"(a_total{as="2"})", 3}}));
  EXPECT_EQ(sink->summary().metrics[0].total, 3U);
}

TEST_F(PrometheusReconfigure, NothingChangesWhereItCannotBeMadeDurable) {
  restart({metric("a_total")});
  write(1, 2, 10);
  commit();
  store.refuses = true;
  EXPECT_FALSE(reconfigure({metric("b_total")}));
  EXPECT_EQ(sink->summary().commit_failures, 1U);
  store.refuses = false;
  write(1, 2, 1);
  commit();
  EXPECT_EQ(samples_of(*sink), (Samples{{R"(a_total{as="1"})", 11}}));
  restart({metric("a_total")});
  EXPECT_EQ(samples_of(*sink), (Samples{{R"(a_total{as="1"})", 11}}));
}

TEST_F(PrometheusReconfigure, ALowerCapRetiresTheLightestAndAHigherOneAdmitsMore) {
  restart({metric("a_total")});
  for (std::uint64_t as = 1; as <= 4; ++as) {
    write(as, 0, as * 10);
  }
  commit();
  Metric capped = metric("a_total");
  capped.max_series = 2;
  ASSERT_TRUE(reconfigure({capped}));
  commit();
  static_cast<void>(sink->snapshot());
  write(1, 0, 1);
  commit();
  EXPECT_EQ(samples_of(*sink), (Samples{{R"(a_total{as="3"})", 30},
                                        {R"(a_total{as="4"})", 40},
                                        {R"(a_total{as="other"})", 1}}));
  EXPECT_EQ(sink->summary().metrics[0].population.limit, 2U);
  capped.max_series = 3;
  ASSERT_TRUE(reconfigure({capped}));
  write(1, 0, 1);
  commit();
  EXPECT_EQ(samples_of(*sink).at(R"(a_total{as="1"})"), 11U) << "it goes on where it was";
}

TEST_F(PrometheusReconfigure, FieldsOfTheUsersMayChangeTheirPlacesInARecord) {
  const auto by = [](FieldId label, FieldId value) {
    Metric made = simple_metric({{"site", label, {}}}, 2);
    made.value = value;
    return made;
  };
  const auto write_own = [&](std::size_t slot, std::string_view site, std::uint64_t value) {
    FlowBatch batch;
    Flow& row = batch.next();
    set(row, static_cast<FieldId>(kFirstUserField + 3 * slot + 1), site);
    set(row, static_cast<FieldId>(kFirstUserField + 3 * slot), value);
    batch.append();
    sink->write(batch, accounts);
  };
  const auto text = [](std::size_t slot) {
    return static_cast<FieldId>(kFirstUserField + 3 * slot + 1);
  };
  const auto number = [](std::size_t slot) {
    return static_cast<FieldId>(kFirstUserField + 3 * slot);
  };
  restart({by(text(0), number(0))});
  write_own(0, "a", 1);
  write_own(0, "b", 2);
  write_own(0, "c", 4);  // beyond the cap
  commit();
  ASSERT_TRUE(reconfigure({by(text(5), number(5))}));
  write_own(5, "a", 10);
  write_own(5, "c", 40);
  write_own(0, "b", 100);  // says nothing in the fields that count now
  commit();
  const Samples all = {
      {R"(m_total{site="a"})", 11}, {R"(m_total{site="b"})", 2}, {R"(m_total{site="other"})", 44}};
  EXPECT_EQ(samples_of(*sink), all);
  restart({by(text(1), number(1))});
  EXPECT_EQ(samples_of(*sink), all);
  write_own(1, "b", 1000);
  commit();
  EXPECT_EQ(samples_of(*sink).at(R"(m_total{site="b"})"), 1002U);
}

TEST_F(PrometheusReconfigure, ATimeToLiveThatIsShorterNowCountsAtOnce) {
  TestClock clock;
  Metric metric_now = metric("a_total");
  metric_now.ttl = std::chrono::hours(24 * 30);
  sink = std::make_unique<PrometheusSink>(
      PrometheusSinkOptions{.metrics = {metric_now}, .now = clock.reader()});
  const auto pass = [&](int seconds) {
    for (int i = 0; i < seconds; ++i) {
      clock.pass(std::chrono::seconds(1));
      ++accounts.origin(0).messages;
      commit();
    }
  };
  write(1, 2, 10);
  pass(5);
  metric_now.ttl = std::chrono::seconds(10);
  ASSERT_TRUE(reconfigure({metric_now}));
  pass(20);
  static_cast<void>(sink->snapshot());
  pass(2);
  EXPECT_TRUE(samples_of(*sink).empty());
}

TEST_F(PrometheusReconfigure, SnapshotsAndLogsTellOfItWhereverReadingBegins) {
  restart({metric("a_total")});
  write(1, 2, 10);
  commit();
  store.keep_snapshot(*sink);
  ASSERT_TRUE(reconfigure({metric("b_total"), metric("a_total")}));
  store.keep_snapshot(*sink);
  write(7, 8, 2);
  commit();
  store.keep_snapshot(*sink);
  const Samples all = samples_of(*sink);
  EXPECT_EQ(all.size(), 3U);
  for (const auto from : {std::optional<std::size_t>(), std::optional<std::size_t>(0),
                          std::optional<std::size_t>(1), std::optional<std::size_t>(2)}) {
    FakeStore copy = store;
    EXPECT_EQ(
        samples_of(*copy.restored({.metrics = {metric("a_total"), metric("b_total")}}, copy, from)),
        all);
  }
}

TEST_F(PrometheusReconfigure, ASnapshotOfAScrapeKeepsTheMetricsItWasTakenOf) {
  restart({metric("a_total")});
  write(1, 2, 10);
  commit();
  const PrometheusSnapshot before = sink->snapshot();
  ASSERT_TRUE(reconfigure({metric("b_total")}));
  ASSERT_EQ(before.metrics.size(), 1U);
  EXPECT_EQ(before.metrics[0].name, "a_total");
  EXPECT_EQ(before.metrics[0].registry->series(1).text(), R"(a_total{as="1"} )");
}

TEST_F(PrometheusReconfigure, WhatTheNextProcessDoesNotCountIsForgotten) {
  restart({metric("a_total"), metric("b_total")});
  write(1, 2, 10);
  commit();
  restart({metric("b_total")});
  EXPECT_TRUE(sink->changes().empty()) << "one that is gone is no change of meaning";
  EXPECT_EQ(samples_of(*sink), (Samples{{R"(b_total{as="1"})", 10}}));
  write(1, 2, 1);
  commit();
  restart({metric("a_total"), metric("b_total")});
  EXPECT_EQ(samples_of(*sink), (Samples{{R"(b_total{as="1"})", 11}}));
}

TEST_F(PrometheusReconfigure, TheNextProcessMayHaveThemInAnotherOrder) {
  const Metric a = metric("a_total");
  const Metric b = metric("b_total", field("dst_as"));
  restart({a, b});
  write(1, 2, 10);
  commit();
  restart({b, a});
  write(3, 4, 5);
  commit();
  const Samples all = {{R"(a_total{as="1"})", 10},
                       {R"(a_total{as="3"})", 5},
                       {R"(b_total{as="2"})", 10},
                       {R"(b_total{as="4"})", 5}};
  EXPECT_EQ(samples_of(*sink), all);
  restart({b, a});
  EXPECT_EQ(samples_of(*sink), all);
}

TEST_F(PrometheusReconfigure, WhatTheNextProcessCountsIsKeptBeforeAnythingCameThatItCounts) {
  restart({metric("a_total"), metric("b_total")});
  write(1, 2, 10);
  commit();
  restart({metric("c_total"), metric("b_total")});
  commit();
  write(1, 2, 5);
  commit();
  const Samples all = samples_of(*sink);
  EXPECT_EQ(all, (Samples{{R"(c_total{as="1"})", 5}, {R"(b_total{as="1"})", 15}}));
  restart({metric("c_total"), metric("b_total")});
  EXPECT_EQ(samples_of(*sink), all);
}

}  // namespace
}  // namespace weir
