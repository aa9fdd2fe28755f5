#include "weir/sink/series_table.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace weir {
namespace {

using namespace std::chrono_literals;
using enum SeriesChange;
using State = SeriesTable::State;

/// A table, and commits of it a second apart with a scrape after each.
struct Table {
  void apply(SeriesDelta delta) {
    time.unix_ms += 1000;
    time.active_ms += 1000;
    delta.total = table.total();
    for (const auto& [id, value] : delta.values) {
      delta.total += value - table.value(id);
    }
    table.apply(delta, time);
    ++time.scrapes;
  }
  SeriesDelta chosen(std::chrono::milliseconds hold = 0ms) const {
    SeriesDelta delta;
    table.choose(time, hold, delta);
    return delta;
  }
  std::uint64_t shown() const {
    std::uint64_t sum = 0;
    for (SeriesId id = 0; id < table.size(); ++id) {
      const bool counts = table.state(id) == State::live || table.state(id) == State::leaving;
      sum += counts ? table.value(id) : 0;
    }
    return sum - table.held_value();
  }
  void expect_all_there() const {
    EXPECT_EQ(shown() + table.held_value() + table.dormant_value() + table.dropped_value(),
              table.total());
  }

  SeriesTable table;
  CommitTime time{1'000'000, 0, 1};
};

TEST(SeriesTable, FollowsASeriesThroughAllItsStates) {
  Table t;
  t.apply({.events = {{1, admitted}}, .values = {{1, 10}}});
  EXPECT_EQ(t.table.state(1), State::live);
  EXPECT_EQ(t.table.state(0), State::absent);
  EXPECT_EQ(t.table.state(99), State::absent);
  EXPECT_EQ(t.table.born()[1], 1001U);
  t.apply({.events = {{1, retired}}, .values = {{1, 15}}});
  EXPECT_EQ(t.table.state(1), State::leaving);
  EXPECT_EQ(t.table.shown_count(), 1U);
  t.apply(t.chosen());
  EXPECT_EQ(t.table.state(1), State::dormant);
  EXPECT_EQ(t.table.shown_count(), 0U);
  EXPECT_EQ(t.table.dormant_value(), 15U);
  EXPECT_EQ(t.table.dormant_beyond(0), 1U);
  EXPECT_EQ(t.table.dormant_beyond(1), 0U);
  t.expect_all_there();
  t.apply({.events = {{1, returned}}, .values = {{1, 16}}});
  EXPECT_EQ(t.table.state(1), State::live);
  EXPECT_EQ(t.table.dormant_value(), 0U);
  EXPECT_EQ(t.table.born()[1], 1001U) << "it is the same series";
  t.apply({.events = {{1, retired}}});
  t.apply(t.chosen());
  t.apply({.events = {{1, dropped}}});
  EXPECT_EQ(t.table.state(1), State::absent);
  EXPECT_EQ(t.table.dropped_value(), 16U);
  t.expect_all_there();
  t.apply({.events = {{1, admitted}}, .values = {{1, 3}}});
  EXPECT_EQ(t.table.value(1), 3U);
  EXPECT_GT(t.table.born()[1], 1001U);
  t.expect_all_there();
}

TEST(SeriesTable, ASeriesThatIsRetiredAndReturnsInOneCommitStays) {
  Table t;
  t.apply({.events = {{1, admitted}}, .values = {{1, 10}}});
  t.apply({.events = {{1, retired}, {1, returned}}, .values = {{1, 11}}});
  EXPECT_EQ(t.table.state(1), State::live);
  EXPECT_TRUE(t.table.leaving().empty());
  EXPECT_TRUE(t.chosen().hidden.empty());
  EXPECT_EQ(t.table.shown_count(), 1U);
  t.apply({.events = {{1, retired}, {1, returned}, {1, retired}}});
  EXPECT_EQ(t.table.leaving().size(), 1U);
  EXPECT_EQ(t.chosen().hidden, (std::vector<SeriesId>{1}));
  t.apply({.events = {{1, returned}, {1, retired}}});
  EXPECT_EQ(t.table.leaving().size(), 1U);
  EXPECT_EQ(t.table.leaving()[0].since_ms, t.time.unix_ms) << "from the last time";
  t.apply(t.chosen());
  EXPECT_EQ(t.table.dormant_count(), 1U);
  t.expect_all_there();
}

TEST(SeriesTable, ASeriesThatIsHiddenAndReturnsInOneCommitStays) {
  Table t;
  t.apply({.events = {{1, admitted}}, .values = {{1, 10}}});
  t.apply({.events = {{1, retired}}});
  SeriesDelta delta = t.chosen();
  ASSERT_EQ(delta.hidden.size(), 1U);
  delta.events = {{1, returned}};
  delta.values = {{1, 12}};
  delta.hold = true;
  t.apply(delta);
  EXPECT_EQ(t.table.state(1), State::live);
  EXPECT_EQ(t.table.held_value(), 2U) << "shown as before first";
  EXPECT_TRUE(t.table.leaving().empty());
  t.expect_all_there();
}

TEST(SeriesTable, HoldsAndReleasesInTheOrderOfTime) {
  Table t;
  t.apply({.events = {{1, admitted}}, .values = {{1, 10}}, .hold = true});
  t.apply({.events = {{2, admitted}}, .values = {{2, 20}}, .hold = true});
  EXPECT_EQ(t.table.held_value(), 30U);
  EXPECT_TRUE(t.chosen(2s).released.empty());
  t.time.unix_ms += 1000;
  EXPECT_EQ(t.chosen(2s).released, (std::vector<SeriesId>{1}));
  t.time.scrapes = 0;
  EXPECT_TRUE(t.chosen(0s).released.empty()) << "nobody looked";
  t.time.scrapes = 9;
  t.apply(t.chosen(0s));
  EXPECT_EQ(t.table.held_value(), 0U);
  EXPECT_EQ(t.shown(), 30U);
}

TEST(SeriesTable, WhatIsHeldLeavesOnlyAfterItWasShown) {
  Table t;
  t.apply({.events = {{1, admitted}}, .values = {{1, 10}}, .hold = true});
  t.apply({.events = {{1, retired}}});
  SeriesDelta delta = t.chosen();
  EXPECT_EQ(delta.released, (std::vector<SeriesId>{1}));
  EXPECT_TRUE(delta.hidden.empty());
  t.apply(delta);
  EXPECT_EQ(t.shown(), 10U);
  delta = t.chosen();
  EXPECT_EQ(delta.hidden, (std::vector<SeriesId>{1}));
  t.apply(delta);
  EXPECT_EQ(t.table.dormant_value(), 10U);
  t.expect_all_there();
}

TEST(SeriesTable, KnowsWhoIsIdle) {
  Table t;
  t.apply({.events = {{SeriesRegistry::kOther, admitted}, {1, admitted}, {2, admitted}}});
  for (int i = 0; i < 10; ++i) {
    t.apply({.values = {{2, static_cast<std::uint64_t>(i)}}});
  }
  EXPECT_EQ(t.table.idle(t.time, 10s), (std::vector<SeriesId>{1})) << "never other";
  EXPECT_TRUE(t.table.idle(t.time, 11s).empty());
  EXPECT_EQ(t.table.live(), (std::vector<SeriesId>{0, 1, 2}));
  t.apply({.events = {{2, retired}, {1, retired}}});
  EXPECT_EQ(t.table.stopped(), (std::vector<SeriesId>{1, 2})) << "1 counted longer ago";
  EXPECT_EQ(t.table.live(), (std::vector<SeriesId>{0}));
}

}  // namespace
}  // namespace weir
