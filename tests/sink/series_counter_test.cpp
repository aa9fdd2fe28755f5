#include "weir/sink/series_counter.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/sink/sink_fixture.hpp"

namespace weir {
namespace {

/// A counter of bytes by AS, and the batch it is fed.
struct Fed {
  explicit Fed(std::shared_ptr<SeriesRegistry> of)
      : registry(std::move(of)), counter(registry, field("bytes")), rows(FlowBatch::kCapacity) {
    std::iota(rows.begin(), rows.end(), std::uint16_t{0});
  }
  void add(std::uint64_t as, std::uint64_t bytes) {
    append_flow(batch, as, 0, "", bytes);
    if (batch.full()) {
      flush();
    }
  }
  void flush() {
    counter.catch_up();
    EXPECT_TRUE(counter.prepare(batch, {rows.data(), batch.size()}));
    counter.add();
    batch.clear();
  }
  void commit() {
    flush();
    settle();
  }
  /// Commits what was added.
  void settle() {
    SeriesDelta delta;
    counter.catch_up();
    counter.collect(shown, delta);
    shown.apply(delta, {});
    counter.settle();
  }
  std::map<std::string, std::uint64_t> values() const {
    std::map<std::string, std::uint64_t> out;
    for (SeriesId id = 0; id < shown.size(); ++id) {
      if (shown.state(id) != SeriesTable::State::absent) {
        out[std::string(registry->series(id).text())] += shown.value(id);
      }
    }
    return out;
  }

  std::shared_ptr<SeriesRegistry> registry;
  SeriesCounter counter;
  SeriesTable shown;
  FlowBatch batch;
  std::vector<std::uint16_t> rows;
};

std::shared_ptr<SeriesRegistry> by_as(std::size_t max_series = 1'000'000) {
  return std::make_shared<SeriesRegistry>(simple_metric({{"as", field("src_as"), {}}}, max_series));
}

std::string text(std::uint64_t as) {
  return "m_total{as=\"" + std::to_string(as) + "\"} ";
}

TEST(SeriesCounter, ShowsNothingBeforeACommit) {
  Fed fed(by_as());
  EXPECT_FALSE(fed.counter.dirty());
  fed.add(1, 10);
  fed.flush();
  EXPECT_TRUE(fed.counter.dirty());
  EXPECT_EQ(fed.shown.size(), 0U);
  fed.commit();
  EXPECT_FALSE(fed.counter.dirty());
  EXPECT_EQ(fed.values()[text(1)], 10U);
  EXPECT_EQ(fed.shown.total(), 10U);
}

TEST(SeriesCounter, ASeriesOfZeroBytesIsShownToo) {
  Fed fed(by_as());
  fed.add(1, 0);
  fed.flush();
  EXPECT_TRUE(fed.counter.dirty());
  fed.commit();
  EXPECT_EQ(fed.shown.size(), 2U);
  EXPECT_EQ(fed.values()[text(1)], 0U);
}

TEST(SeriesCounter, AddsUpOverGrowthAndManyCommits) {
  Fed fed(by_as());
  std::map<std::string, std::uint64_t> truth;
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t as = random() % (1 + static_cast<unsigned>(i) / 2);
    const std::uint64_t bytes = random() % 1500;
    fed.add(as, bytes);
    truth[text(as)] += bytes;
    if (i % 7001 == 0) {
      fed.commit();
    }
  }
  fed.commit();
  EXPECT_EQ(fed.values(), truth);
  EXPECT_EQ(fed.shown.capped(), 0U);
}

TEST(SeriesCounter, CountsInOtherBeyondTheCap) {
  Fed fed(by_as(2));
  for (std::uint64_t as = 1; as <= 5; ++as) {
    fed.add(as, as);
  }
  fed.add(1, 100);
  fed.commit();
  EXPECT_EQ(fed.values(), (std::map<std::string, std::uint64_t>{
                              {text(1), 101}, {text(2), 2}, {R"(m_total{as="other"} )", 12}}));
  EXPECT_EQ(fed.shown.capped(), 3U);
  EXPECT_EQ(fed.shown.total(), 115U);
}

TEST(SeriesCounter, CountsWithoutLabelsInTheOnlySeriesThereIs) {
  Fed fed(std::make_shared<SeriesRegistry>(simple_metric({})));
  fed.add(1, 5);
  fed.add(2, 6);
  fed.commit();
  EXPECT_EQ(fed.values(), (std::map<std::string, std::uint64_t>{{"m_total{} ", 11}}));
  EXPECT_EQ(fed.shown.capped(), 0U);
  EXPECT_EQ(fed.shown.shown_count(), 1U);
}

TEST(SeriesCounter, CountsByNameWhereTheNumberIsNoLabel) {
  const auto names = std::make_shared<TestLookup>(NameMap{{1, "A"}, {2, "A"}, {3, "B"}});
  Fed fed(std::make_shared<SeriesRegistry>(simple_metric({{"name", field("src_as"), names}})));
  for (std::uint64_t as = 1; as <= 5; ++as) {
    fed.add(as, 1U << as);
  }
  fed.commit();
  auto values = fed.values();
  EXPECT_EQ(values[R"(m_total{name="A"} )"], 2U + 4U);
  EXPECT_EQ(values[R"(m_total{name="B"} )"], 8U);
  EXPECT_EQ(values[R"(m_total{name=""} )"], 16U + 32U);
  names->set({{1, "B"}});
  fed.registry->follow_lookups();
  fed.add(1, 100);
  fed.commit();
  values = fed.values();
  EXPECT_EQ(values[R"(m_total{name="A"} )"], 6U) << "it keeps what it has";
  EXPECT_EQ(values[R"(m_total{name="B"} )"], 108U);
}

TEST(SeriesCounter, KnowsWhatFits) {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  Fed fed(by_as());
  append_flow(fed.batch, 1, 0, "", kMax);
  append_flow(fed.batch, 1, 0, "", 1);
  append_flow(fed.batch, 2, 0, "", 1);
  EXPECT_TRUE(fed.counter.prepare(fed.batch, {fed.rows.data(), 1}));
  EXPECT_FALSE(fed.counter.prepare(fed.batch, {fed.rows.data(), 2}));
  const auto one = fed.counter.cell_of(fed.batch[0]);
  fed.counter.add(fed.batch[0], one);
  for (int committed = 0; committed < 2; ++committed) {
    EXPECT_EQ(fed.counter.cell_of(fed.batch[1]), one);
    EXPECT_FALSE(fed.counter.fits(fed.batch[1], one, fed.shown));
    const auto two = fed.counter.cell_of(fed.batch[2]);
    EXPECT_TRUE(fed.counter.fits(fed.batch[2], two, fed.shown));
    fed.counter.add(fed.batch[2], two);
    fed.settle();
  }
  EXPECT_EQ(fed.values()[text(1)], kMax);
  EXPECT_EQ(fed.values()[text(2)], 2U);
  EXPECT_EQ(fed.shown.total(), kMax) << "stops there";
}

TEST(SeriesCounter, FollowsSeriesThatTurnDormantAndComeBack) {
  const auto names = std::make_shared<TestLookup>();
  Fed fed(std::make_shared<SeriesRegistry>(
      simple_metric({{"as", field("src_as"), {}}, {"name", field("src_as"), names}})));
  for (int round = 0; round < 2000; ++round) {
    names->set({{1, round % 2 == 0 ? "EVEN" : "ODD"}});
    fed.registry->follow_lookups();
    fed.add(1, 1);
    fed.add(2, 1);
    fed.flush();
  }
  fed.commit();
  EXPECT_EQ(fed.values(),
            (std::map<std::string, std::uint64_t>{{R"(m_total{as="1",name="EVEN"} )", 1000},
                                                  {R"(m_total{as="1",name="ODD"} )", 1000},
                                                  {R"(m_total{as="2",name=""} )", 2000}}));
}

/// Two pipelines, each with its own counter, that meet in one registry while names change.
TEST(SeriesCounter, TwoThreadsCountExactlyAndAgreeOnTheSeries) {
  constexpr int kRecords = 60'000;
  const auto names = std::make_shared<TestLookup>();
  const auto registry = std::make_shared<SeriesRegistry>(
      simple_metric({{"as", field("src_as"), {}}, {"name", field("src_as"), names}}, 5000));
  std::vector<std::unique_ptr<Fed>> feds;
  for (int i = 0; i < 2; ++i) {
    feds.push_back(std::make_unique<Fed>(registry));
  }
  std::array<std::uint64_t, 2> truth{};
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 2; ++t) {
      threads.emplace_back([&, t] {
        std::mt19937_64 random(t);
        for (int i = 0; i < kRecords; ++i) {
          if (i % 10'000 == 0 && t == 0) {
            names->set({{static_cast<std::uint64_t>(i) / 10'000, "N" + std::to_string(i)}});
          }
          if (i % 256 == 0 && registry->lookups_changed()) {
            registry->follow_lookups();
          }
          const std::uint64_t bytes = random() % 1500;
          truth[t] += bytes;
          feds[t]->add(random() % 8000, bytes);
          if (i % 5000 == 0) {
            feds[t]->commit();
          }
        }
        feds[t]->flush();
      });
    }
  }
  for (const auto& fed : feds) {
    fed->commit();
  }
  std::set<std::string_view> texts;
  for (SeriesId id = 0; id < registry->size(); ++id) {
    EXPECT_TRUE(texts.insert(registry->series(id).text()).second) << registry->series(id).text();
  }
  for (std::size_t t = 0; t < 2; ++t) {
    const SeriesTable& table = feds[t]->shown;
    EXPECT_LE(table.live().size(), 5001U);
    EXPECT_GE(table.stopped().size(), 1U);
    EXPECT_EQ(table.live(), feds[0]->shown.live());
    const auto& values = feds[t]->shown.values();
    EXPECT_EQ(std::accumulate(values.begin(), values.end(), std::uint64_t{0}), truth[t]);
    EXPECT_EQ(feds[t]->shown.total(), truth[t]);
  }
}

}  // namespace
}  // namespace weir
