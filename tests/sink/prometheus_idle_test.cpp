// Series that turn dormant, come back, and are dropped at last.

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "tests/sink/fake_store.hpp"
#include "tests/sink/sink_fixture.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;
using Samples = std::map<std::string, std::uint64_t>;

class PrometheusSinkIdle : public ::testing::Test {
 protected:
  PrometheusSinkOptions options() {
    return {.metrics = {simple_metric({{"as", field("src_as"), {}}}, limit)},
            .series_ttl = 60s,
            .now = clock.reader()};
  }
  void write(std::uint64_t as, std::uint64_t bytes) {
    accounts.origin(0).messages += 1;
    write_flow(*sink, accounts, as, 0, "", bytes);
  }
  /// A commit, and what it shows.
  Samples scrape(std::chrono::milliseconds later) {
    clock.pass(later);
    EXPECT_TRUE(sink->commit({{}, accounts}));
    expect_all_there(sink->snapshot());
    return samples_of(*sink);
  }
  /// Records come each second, always of this AS.
  void pass(std::chrono::seconds time, std::uint64_t as, std::uint64_t bytes = 0) {
    for (; time > 0s; time -= 1s) {
      write(as, bytes);
      scrape(1s);
    }
  }
  static std::string text(std::uint64_t as) { return "m_total{as=\"" + std::to_string(as) + "\"}"; }
  MetricSnapshot metric() const { return sink->summary().metrics[0]; }

  TestClock clock;
  std::size_t limit = 3;
  FakeStore store;
  Accounts accounts;
  std::unique_ptr<PrometheusSink> sink = store.restored(options(), store);
};

TEST_F(PrometheusSinkIdle, TurnsDormantAfterTheTimeAndReturnsWithOldAndNew) {
  write(1, 10);
  pass(50s, 2);
  EXPECT_EQ(metric().population.live, 2U);
  pass(20s, 2);
  EXPECT_EQ(samples_of(*sink), (Samples{{text(2), 0}}));
  EXPECT_EQ(metric().population.dormant, 1U);
  EXPECT_EQ(metric().dormant_value, 10U);
  write(1, 5);
  EXPECT_EQ(scrape(1s), (Samples{{text(1), 15}, {text(2), 0}}));
  EXPECT_EQ(metric().population.dormant, 0U);
}

TEST_F(PrometheusSinkIdle, TimeWithoutRecordsIsNoIdleness) {
  write(1, 10);
  scrape(1s);
  for (int i = 0; i < 500; ++i) {
    scrape(1s);
  }
  EXPECT_EQ(metric().population.live, 1U);
  write(2, 1);
  EXPECT_EQ(scrape(24h).size(), 2U) << "that was a long pause";
  scrape(1s);
  EXPECT_EQ(metric().population.live, 2U);
}

TEST_F(PrometheusSinkIdle, AClockThatIsSetBackMakesNothingIdle) {
  write(1, 10);
  pass(10s, 2);
  write(2, 1);
  scrape(-24h);
  scrape(1s);
  EXPECT_EQ(metric().population.live, 2U);
  pass(60s, 2);
  EXPECT_EQ(samples_of(*sink), (Samples{{text(2), 1}}));
}

TEST_F(PrometheusSinkIdle, KeepsCountingThatTimeOverARestart) {
  write(1, 10);
  pass(40s, 2);
  sink = store.restored(options(), store);
  pass(15s, 2);
  EXPECT_EQ(metric().population.live, 2U);
  pass(15s, 2);
  EXPECT_EQ(samples_of(*sink), (Samples{{text(2), 0}}));
}

TEST_F(PrometheusSinkIdle, ARecordForASeriesThatIsBeingRetiredKeepsItShown) {
  write(1, 10);
  scrape(1s);
  for (int round = 0; round < 50; ++round) {
    // Comes about when the series is found idle: before, with, and after the commit that says so.
    pass(std::chrono::seconds(55 + round % 10), 2);
    write(1, 1);
    scrape(1s);
    ASSERT_EQ(samples_of(*sink).at(text(1)), 11U + static_cast<unsigned>(round));
    scrape(1s);
    scrape(1s);
    ASSERT_EQ(samples_of(*sink).at(text(1)), 11U + static_cast<unsigned>(round));
  }
  FakeStore elsewhere;
  EXPECT_EQ(samples_of(*store.restored(options(), elsewhere)), samples_of(*sink));
}

TEST_F(PrometheusSinkIdle, DropsTheOldestBeyondTheCapAndAccountsForThem) {
  for (std::uint64_t as = 1; as <= 5; ++as) {
    write(as, as * 10);
    pass(70s, 100);
  }
  pass(5s, 100);
  EXPECT_EQ(metric().population.dormant, 3U);
  EXPECT_EQ(metric().dropped_value, 10U + 20U);
  EXPECT_EQ(metric().dormant_value, 30U + 40U + 50U);
  write(2, 1);
  EXPECT_EQ(scrape(1s).at(text(2)), 1U) << "it was forgotten";
  write(3, 1);
  EXPECT_EQ(scrape(1s).at(text(3)), 31U);
}

TEST_F(PrometheusSinkIdle, CommitsThatFailDropNoMoreThanIsBeyondTheCap) {
  for (std::uint64_t as = 1; as <= 4; ++as) {
    write(as, 10);
    pass(as < 4 ? 70s : 1s, 100);
  }
  while (metric().population.dormant < 4) {
    pass(1s, 100);
  }
  ASSERT_EQ(metric().dropped_value, 0U);
  store.refuses = true;
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(sink->commit({{}, accounts}));
    EXPECT_EQ(metric().population.dormant, 4U);
    EXPECT_EQ(metric().dropped_value, 0U);
  }
  store.refuses = false;
  scrape(1s);
  EXPECT_EQ(metric().population.dormant, 3U);
  EXPECT_EQ(metric().dropped_value, 10U);
  EXPECT_EQ(sink->summary().commit_failures, 10U);
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

TEST(PrometheusSinkChurn, MillionsOfLabelSetsThatComeAndGoTakeNoMoreMemory) {
  constexpr std::uint64_t kSets = 2'000'000;
  TestClock clock;
  PrometheusSink sink({.metrics = {simple_metric({{"as", field("src_as"), {}}}, 5000)},
                       .series_ttl = 1s,
                       .now = clock.reader()});
  Accounts accounts;
  FlowBatch batch;
  std::uint64_t resident_before = 0;
  for (std::uint64_t i = 0; i < kSets; ++i) {
    append_flow(batch, i, 0, "", 1);
    if (batch.full()) {
      sink.write(batch, accounts);
      batch.clear();
      ++accounts.origin(0).messages;
      clock.pass(100ms);
      ASSERT_TRUE(sink.commit({{}, accounts}));
      if (i % 16 == 15) {
        static_cast<void>(sink.snapshot());
      }
    }
    if (i == kSets / 2) {
      resident_before = resident_bytes();
    }
  }
  EXPECT_LT(resident_bytes(), resident_before + (std::size_t{4} << 20));
  const PrometheusSnapshot snapshot = sink.snapshot();
  expect_all_there(snapshot);
  EXPECT_EQ(snapshot.metrics[0].capped, 0U);
  EXPECT_LE(snapshot.metrics[0].values.size(), 20'000U);
  EXPECT_GT(snapshot.metrics[0].dropped_value, kSets / 2);
}

/// Whoever reads a body goes on seeing what was when it was taken, though its series are dropped
/// meanwhile and their ids given to others.
TEST(PrometheusSinkChurn, ABodyStaysWholeWhileItsSeriesAreDropped) {
  TestClock clock;
  PrometheusSink sink(
      {.metrics = {simple_metric({{"as", field("src_as"), {}}, {"host", field("label"), {}}}, 50)},
       .series_ttl = 1s,
       .now = clock.reader()});
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> read{0};
  std::uint64_t broken = 0;
  std::jthread scraper([&] {
    while (!done) {
      const auto body =
          std::make_shared<const ExpositionBody>(sink.snapshot(), "", ExpositionFormat::text);
      ExpositionBody::Reader reader(body);
      std::string text(body->size(), '#');
      for (std::size_t at = 0; at < text.size();) {
        at += reader.read(text.data() + at, std::min<std::size_t>(100, text.size() - at));
        std::this_thread::yield();
      }
      for (const auto& [sample, value] : samples_of(text)) {
        // Each AS has its own host, and counts once for each of its records.
        const std::string as = sample.substr(12, sample.find('"', 12) - 12);
        broken += sample == "m_total{as=\"" + as + "\",host=\"h" + as + "\"}" ||
                          sample.starts_with("m_total{as=\"other\"")
                      ? 0U
                      : 1U;
      }
      ++read;
    }
  });
  Accounts accounts;
  for (std::uint64_t i = 0; i < 1500 || read < 20; ++i) {
    write_flow(sink, accounts, i, 0, "h" + std::to_string(i), 1);
    ++accounts.origin(0).messages;
    clock.pass(200ms);
    EXPECT_TRUE(sink.commit({{}, accounts}));
  }
  done = true;
  scraper.join();
  EXPECT_EQ(broken, 0U);
  EXPECT_GT(sink.summary().metrics[0].dropped_value, 0U);
}

}  // namespace
}  // namespace weir
