// Heavier series that take the places of lighter ones.

#include "weir/sink/series_swaps.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/sink/swaps_fixture.hpp"

namespace weir::swaps {
namespace {

using namespace std::chrono_literals;

class SeriesSwapsTest : public SwapsFixture {
 protected:
  /// A thousand places, all taken, and two thousand heavier ones without.
  void crowd() {
    limit = 1000;
    restart();
    commit();
    for (std::uint64_t as = 0; as < 3000; ++as) {
      write(as, as);
    }
    commit_and_scrape();
  }
};

TEST_F(SeriesSwapsTest, AHeavierOneTakesThePlaceOfTheLightestInSteps) {
  begin();
  choose();
  // From here on neither counts for itself.
  write(1, 1);
  write(3, 10);
  commit();
  write(1, 2);
  commit();
  write(3, 20);
  commit(1h);
  EXPECT_EQ(summary().population.live, 3U) << "nobody has seen the last value of 1";
  EXPECT_EQ(scrape(), (Values{{text("1"), 100}, {text("2"), 1000}, {other, 233}}));
  write(1, 4);
  commit();
  EXPECT_EQ(samples_of(*sink), (Values{{text("2"), 1000}, {other, 237}})) << "its place is kept";
  EXPECT_EQ(summary().swapped, 1U);
  write(4, 5);
  write(3, 30);
  commit();
  EXPECT_EQ(scrape(), (Values{{text("2"), 1000}, {text("3"), 0}, {other, 272}}));
  write(3, 40);
  commit();
  EXPECT_EQ(scrape(), (Values{{text("2"), 1000}, {text("3"), 0}, {other, 312}}));
  write(3, 50);
  write(1, 6);
  commit();
  EXPECT_EQ(scrape(), (Values{{text("2"), 1000}, {text("3"), 50}, {other, 318}}));
  EXPECT_EQ(summary().dormant_value, 100U);
  EXPECT_EQ(summary().held_value, 0U);
}

TEST_F(SeriesSwapsTest, AScrapeThatDidNotArriveHasSeenNothing) {
  begin();
  choose();
  commit();
  const std::uint64_t scrape = sink->offer().scrape;
  for (int i = 0; i < 5; ++i) {
    commit();
    EXPECT_EQ(summary().swapped, 0U);
  }
  sink->seen(scrape);
  commit();
  EXPECT_EQ(summary().swapped, 1U);
}

TEST_F(SeriesSwapsTest, ASuccessorThatNobodySawDoesNotCount) {
  begin();
  choose();
  commit();
  scrape();
  commit();
  commit();
  for (int i = 0; i < 10; ++i) {
    write(3, 1);
    commit(1h);
  }
  EXPECT_EQ(scrape(), (Values{{text("2"), 1000}, {text("3"), 0}, {other, 210}}));
  commit();
  write(3, 1);
  EXPECT_EQ(commit_and_scrape(), (Values{{text("2"), 1000}, {text("3"), 1}, {other, 210}}));
}

TEST_F(SeriesSwapsTest, LessThanTwiceAsMuchIsNotEnough) {
  restart();
  commit();
  write(1, 100);
  write(2, 1000);
  write(3, 199);
  for (int i = 0; i < 20; ++i) {
    commit_and_scrape(60s);
  }
  EXPECT_EQ(summary().swapped, 0U);
  EXPECT_EQ(scrape(), (Values{{text("1"), 100}, {text("2"), 1000}, {other, 199}}));
}

TEST_F(SeriesSwapsTest, WhoCameFirstIsKeptWhereThatIsWanted) {
  keep = Metric::Keep::first;
  begin();
  for (int i = 0; i < 10; ++i) {
    write(3, 1'000'000);
    commit_and_scrape(60s);
  }
  EXPECT_EQ(summary().swapped, 0U);
  EXPECT_TRUE(scrape().contains(text("1")));
}

TEST_F(SeriesSwapsTest, AVictimReturnsWithItsOldValue) {
  begin();
  choose();
  for (int i = 0; i < 4; ++i) {
    commit_and_scrape();
  }
  EXPECT_EQ(scrape(), (Values{{text("2"), 1000}, {text("3"), 0}, {other, 200}}));
  write(1, 5000);
  EXPECT_EQ(commit_and_scrape(60s), (Values{{text("2"), 1000}, {text("3"), 0}, {other, 5200}}));
  commit_and_scrape();
  commit_and_scrape();
  EXPECT_EQ(commit_and_scrape(), (Values{{text("1"), 100}, {text("2"), 1000}, {other, 5200}}));
  commit();
  write(1, 7);
  EXPECT_EQ(commit_and_scrape(), (Values{{text("1"), 107}, {text("2"), 1000}, {other, 5200}}));
  EXPECT_EQ(summary().swapped, 2U);
}

TEST_F(SeriesSwapsTest, OldTrafficWeighsLessAndLess) {
  begin();
  write(2, 1'000'000);
  for (int minute = 0; minute < 100; ++minute) {
    write(3, 1000);
    write(4, 3000);
    commit_and_scrape(60s);
    for (int i = 0; i < 5; ++i) {
      commit_and_scrape();
    }
  }
  const Values samples = scrape();
  EXPECT_TRUE(samples.contains(text("3")));
  EXPECT_TRUE(samples.contains(text("4"))) << "which has less than 2 ever had";
}

TEST_F(SeriesSwapsTest, AMinuteSeesAHundredthOfTheSeriesSwappedAtMost) {
  limit = 300;
  restart();
  commit();
  for (std::uint64_t as = 0; as < 1000; ++as) {
    write(as, as);
  }
  commit_and_scrape();
  for (std::uint64_t minute = 1; minute <= 20; ++minute) {
    commit_and_scrape(60s);
    EXPECT_LE(summary().swapped, 3 * (minute - 1));
    for (int i = 0; i < 5; ++i) {
      commit_and_scrape();
    }
    EXPECT_EQ(summary().swapped, 3 * minute);
  }
}

TEST_F(SeriesSwapsTest, NoMoreThanAFewAreUnderWayWhileNobodyLooks) {
  crowd();
  for (int i = 0; i < 100; ++i) {
    commit(60s);
  }
  SeriesTable::State leaving = SeriesTable::State::leaving;
  const MetricSnapshot snapshot = sink->snapshot().metrics[0];
  EXPECT_EQ(std::count(snapshot.states.begin(), snapshot.states.end(), leaving), 50);
  for (int i = 0; i < 100; ++i) {
    commit(60s);
  }
  EXPECT_EQ(summary().swapped, 50U) << "shown, and not seen yet";
  EXPECT_EQ(summary().population.live, 1001U);
}

TEST_F(SeriesSwapsTest, AfterALongTimeWithoutAScrapeNoMinuteSeesMoreThanAHundredthGoLive) {
  crowd();
  for (int i = 0; i < 10; ++i) {
    commit(60s);
  }
  std::vector<std::uint64_t> swapped(60, 0);
  for (int second = 0; second < 360; ++second) {
    write(5000, 1);  // which finds no place, though some are free
    commit_and_scrape(1s);
    swapped.push_back(summary().swapped);
    ASSERT_LE(swapped.back() - swapped[swapped.size() - 61], 10U) << second;
    ASSERT_LE(summary().population.live, 1001U) << second;
    ASSERT_FALSE(scrape().contains(text("5000")));
  }
  EXPECT_GE(swapped.back(), 50U);
}

TEST_F(SeriesSwapsTest, TheirNumberIsWithinReasonForEveryCap) {
  EXPECT_EQ(SeriesSwaps::per_check(1), 1U);
  EXPECT_EQ(SeriesSwaps::per_check(199), 1U);
  EXPECT_EQ(SeriesSwaps::per_check(10'000), 100U);
  EXPECT_EQ(SeriesSwaps::most_under_way(0), 1U);
  EXPECT_EQ(SeriesSwaps::most_under_way(1), 1U);
  EXPECT_EQ(SeriesSwaps::most_under_way(6), 3U);
  EXPECT_EQ(SeriesSwaps::most_under_way(10'000), 500U);
}

TEST_F(SeriesSwapsTest, TheOnlySeriesMayBeSwappedToo) {
  limit = 1;
  restart();
  commit();
  write(1, 10);
  write(2, 20);
  commit_and_scrape();
  commit_and_scrape(60s);
  for (int i = 0; i < 4; ++i) {
    commit_and_scrape();
  }
  write(2, 3);
  EXPECT_EQ(commit_and_scrape(), (Values{{text("2"), 3}, {other, 20}}));
}

}  // namespace
}  // namespace weir::swaps
