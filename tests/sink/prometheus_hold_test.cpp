// Series that are shown as 0 first, for `increase()` to see all that they count.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "tests/sink/fake_store.hpp"
#include "tests/sink/sink_fixture.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;
using Samples = std::map<std::string, std::uint64_t>;

class PrometheusSinkHold : public ::testing::Test {
 protected:
  PrometheusSinkOptions options() {
    return {.metrics = {simple_metric(
                {{"as", field("src_as"), {}}, {"name", field("src_as"), names}}, 2)},
            .hold = 65s,
            .series_ttl = ttl,
            .now = clock.reader()};
  }
  void restart() { sink = store.restored(options(), store); }
  void write(std::uint64_t as, std::uint64_t bytes) {
    accounts.origin(0).messages += 1;
    write_flow(*sink, accounts, as, 0, "", bytes);
  }
  void commit(std::chrono::milliseconds later = 1s) {
    clock.pass(later);
    ASSERT_TRUE(sink->commit({{}, accounts}));
  }
  /// As a scrape does it: what is shown after a commit.
  Samples scrape(std::chrono::milliseconds later = 1s) {
    clock.pass(later);
    EXPECT_TRUE(sink->commit({{}, accounts}));
    Samples samples = samples_of(*sink);
    expect_all_there(sink->snapshot());
    return samples;
  }
  static std::string text(const std::string& as, const std::string& name = "") {
    return "m_total{as=\"" + as + "\",name=\"" + name + "\"}";
  }
  std::uint64_t held() const { return sink->summary().metrics[0].population.held; }

  TestClock clock;
  std::shared_ptr<TestLookup> names = std::make_shared<TestLookup>();
  std::chrono::milliseconds ttl{0};
  FakeStore store;
  Accounts accounts;
  std::unique_ptr<PrometheusSink> sink = store.restored(options(), store);
};

TEST_F(PrometheusSinkHold, ShowsTrueValuesAtOnceBeforeTheFirstScrape) {
  write(1, 10);
  commit();
  write(1, 5);
  EXPECT_EQ(scrape(), (Samples{{text("1"), 15}}));
  EXPECT_EQ(held(), 0U);
}

TEST_F(PrometheusSinkHold, ShowsANewSeriesAsZeroUntilTheTimeHasPassed) {
  EXPECT_EQ(scrape(), Samples{});
  write(1, 10);
  EXPECT_EQ(scrape(), (Samples{{text("1"), 0}}));
  const MetricSnapshot metric = sink->summary().metrics[0];
  EXPECT_EQ(metric.held_value, 10U);
  EXPECT_EQ(metric.total, 10U);
  EXPECT_EQ(metric.population.held, 1U);
  EXPECT_EQ(metric.population.live, 1U);
  write(1, 5);
  EXPECT_EQ(scrape(64s), (Samples{{text("1"), 0}}));
  EXPECT_EQ(scrape(999ms), (Samples{{text("1"), 0}}));
  EXPECT_EQ(scrape(1ms), (Samples{{text("1"), 15}}));
  EXPECT_EQ(held(), 0U);
}

TEST_F(PrometheusSinkHold, WaitsForAScrapeHoweverLongItTakes) {
  EXPECT_EQ(scrape(), Samples{});
  write(1, 10);
  for (int i = 0; i < 100; ++i) {
    commit(10s);
  }
  EXPECT_EQ(held(), 1U);
  EXPECT_EQ(samples_of(*sink), (Samples{{text("1"), 0}}));
  EXPECT_EQ(scrape(), (Samples{{text("1"), 10}}));
}

/// A store that takes its time, during which somebody scrapes.
TEST_F(PrometheusSinkHold, AScrapeWhileItsBirthIsBeingKeptHasNotSeenIt) {
  EXPECT_EQ(scrape(), Samples{});
  struct Slow final : CommitStore {
    [[nodiscard]] std::uint64_t append(std::string_view /*commit*/) override {
      EXPECT_TRUE(samples_of(*sink).empty());
      return ++number;
    }
    [[nodiscard]] std::string trouble() const override { return ""; }
    const PrometheusSink* sink = nullptr;
    std::uint64_t number = 100;
  } slow;
  slow.sink = sink.get();
  sink->keep_in(slow, slow.number);
  write(1, 10);
  commit();
  sink->keep_in(store, store.commits.size());
  commit(1h);
  EXPECT_EQ(held(), 1U);
  EXPECT_EQ(samples_of(*sink), (Samples{{text("1"), 0}}));
  EXPECT_EQ(scrape(), (Samples{{text("1"), 10}}));
}

TEST_F(PrometheusSinkHold, NeverShowsZeroBehindAValueAfterARestart) {
  write(1, 10);
  EXPECT_EQ(scrape(), (Samples{{text("1"), 10}}));
  write(2, 20);
  EXPECT_EQ(scrape(), (Samples{{text("1"), 10}, {text("2"), 0}}));
  restart();
  EXPECT_EQ(samples_of(*sink), (Samples{{text("1"), 10}, {text("2"), 0}}));
  EXPECT_EQ(scrape(65s), (Samples{{text("1"), 10}, {text("2"), 20}}));
  restart();
  EXPECT_EQ(samples_of(*sink), (Samples{{text("1"), 10}, {text("2"), 20}}));
}

TEST_F(PrometheusSinkHold, HoldsWhatIsNewAfterARestartThoughNobodyScrapedThisProcess) {
  commit();
  restart();
  write(1, 10);
  commit();
  EXPECT_EQ(samples_of(*sink), (Samples{{text("1"), 0}}));
}

TEST_F(PrometheusSinkHold, AHeldSeriesWaitsForAScrapeOfTheNewProcess) {
  scrape();
  write(1, 10);
  scrape();
  restart();
  commit(1h);
  EXPECT_EQ(held(), 1U) << "who scraped the old process may have been somebody else";
  EXPECT_EQ(samples_of(*sink), (Samples{{text("1"), 0}}));
  EXPECT_EQ(scrape(), (Samples{{text("1"), 10}}));
}

TEST_F(PrometheusSinkHold, HoldsOtherToo) {
  write(1, 1);
  write(2, 2);
  scrape();
  write(3, 30);
  write(4, 40);
  EXPECT_EQ(scrape(), (Samples{{text("1"), 1}, {text("2"), 2}, {text("other", "other"), 0}}));
  restart();
  scrape();
  EXPECT_EQ(scrape(65s), (Samples{{text("1"), 1}, {text("2"), 2}, {text("other", "other"), 70}}));
}

TEST_F(PrometheusSinkHold, ARenamedSeriesShowsWhatItHeldBeforeItGoes) {
  scrape();
  write(1, 10);
  EXPECT_EQ(scrape(), (Samples{{text("1"), 0}}));
  names->set({{1, "ONE"}});
  write(1, 5);
  EXPECT_EQ(scrape(30s), (Samples{{text("1"), 0}, {text("1", "ONE"), 0}}));
  EXPECT_EQ(scrape(35s), (Samples{{text("1"), 10}, {text("1", "ONE"), 0}}));
  restart();
  EXPECT_EQ(samples_of(*sink), (Samples{{text("1"), 10}, {text("1", "ONE"), 0}}));
  EXPECT_EQ(scrape(30s), (Samples{{text("1"), 10}, {text("1", "ONE"), 5}}));
  EXPECT_EQ(scrape(35s), (Samples{{text("1", "ONE"), 5}})) << "its value was seen for long enough";
  EXPECT_EQ(sink->summary().metrics[0].dormant_value, 10U);
}

TEST_F(PrometheusSinkHold, ASeriesThatReturnsShowsItsOldValueFirst) {
  write(1, 10);
  scrape();
  names->set({{1, "ONE"}});
  write(1, 1);
  EXPECT_EQ(scrape(), (Samples{{text("1"), 10}, {text("1", "ONE"), 0}}));
  scrape(65s);
  EXPECT_EQ(scrape(65s), (Samples{{text("1", "ONE"), 1}}));
  names->set({});
  write(1, 5);
  EXPECT_EQ(scrape(), (Samples{{text("1"), 10}, {text("1", "ONE"), 1}}));
  restart();
  EXPECT_EQ(samples_of(*sink), (Samples{{text("1"), 10}, {text("1", "ONE"), 1}}));
  EXPECT_EQ(scrape(65s), (Samples{{text("1"), 15}}));
}

TEST_F(PrometheusSinkHold, ASeriesThatReturnsWhileItIsStillShownIsNotHeld) {
  write(1, 10);
  scrape();
  names->set({{1, "ONE"}});
  write(2, 1);
  scrape();
  names->set({});
  write(1, 5);
  const Samples samples = scrape();
  EXPECT_EQ(samples.at(text("1")), 15U);
}

TEST_F(PrometheusSinkHold, BeginsToWaitAnewWhenTheClockIsSetBack) {
  scrape();
  write(1, 10);
  EXPECT_EQ(scrape(), (Samples{{text("1"), 0}}));
  write(1, 0);
  EXPECT_EQ(scrape(-24h), (Samples{{text("1"), 0}}));
  write(2, 20);
  EXPECT_EQ(scrape(64s), (Samples{{text("1"), 0}, {text("2"), 0}}));
  restart();
  scrape(0s);
  EXPECT_EQ(scrape(1s), (Samples{{text("1"), 10}, {text("2"), 0}}));
  EXPECT_EQ(scrape(64s), (Samples{{text("1"), 10}, {text("2"), 20}}));
}

TEST_F(PrometheusSinkHold, ACommitThatFailsHoldsNothingBack) {
  scrape();
  write(1, 10);
  store.refuses = true;
  for (int i = 0; i < 5; ++i) {
    clock.pass(1h);
    EXPECT_FALSE(sink->commit({{}, accounts}));
    EXPECT_EQ(samples_of(*sink), Samples{});
  }
  store.refuses = false;
  EXPECT_EQ(scrape(), (Samples{{text("1"), 0}}));
  EXPECT_EQ(scrape(65s), (Samples{{text("1"), 10}}));
}

}  // namespace
}  // namespace weir
