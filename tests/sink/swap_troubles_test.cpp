// Swaps among all else that happens to series and processes.

#include <gtest/gtest.h>

#include <string>

#include "tests/sink/swaps_fixture.hpp"

namespace weir::swaps {
namespace {

using namespace std::chrono_literals;

class SwapTroubles : public SwapsFixture {};

TEST_F(SwapTroubles, ACommitThatFailsChangesNothing) {
  begin();
  choose();
  const Values before = scrape();
  store.refuses = true;
  for (int i = 0; i < 5; ++i) {
    write(3, 1);
    clock.pass(1h);
    EXPECT_FALSE(sink->commit({{}, accounts}));
    EXPECT_EQ(samples_of(*sink), before);
  }
  store.refuses = false;
  EXPECT_EQ(commit_and_scrape(), (Values{{text("1"), 100}, {text("2"), 1000}, {other, 205}}));
  commit();
  store.refuses = true;
  EXPECT_FALSE(sink->commit({{}, accounts}));
  store.refuses = false;
  write(3, 1);
  EXPECT_EQ(commit_and_scrape(), (Values{{text("2"), 1000}, {text("3"), 0}, {other, 206}}));
}

TEST_F(SwapTroubles, AfterARestartTheyBeginAnewAndNothingIsMissing) {
  begin();
  choose();
  commit();
  restart();
  EXPECT_EQ(scrape(), (Values{{text("1"), 100}, {text("2"), 1000}, {other, 200}}));
  commit();
  EXPECT_EQ(scrape(), (Values{{text("2"), 1000}, {other, 200}})) << "there is no successor";
  write(3, 7);
  EXPECT_EQ(commit_and_scrape(), (Values{{text("2"), 1000}, {text("3"), 7}, {other, 200}}));
}

TEST_F(SwapTroubles, ASuccessorThatNobodySawHoldsBackWhatItCountsAfterARestart) {
  begin();
  choose();
  commit();
  scrape();
  commit();
  commit();
  EXPECT_EQ(summary().population.held, 1U);
  restart();
  write(3, 9);
  commit();
  EXPECT_EQ(summary().held_value, 9U);
  EXPECT_EQ(scrape(), (Values{{text("2"), 1000}, {text("3"), 0}, {other, 200}}));
  EXPECT_EQ(commit_and_scrape(), (Values{{text("2"), 1000}, {text("3"), 9}, {other, 200}}));
}

TEST_F(SwapTroubles, AfterARestartOnlyThoseThatAreShownHavePlaces) {
  limit = 3;
  ttl = 20s;
  restart();
  commit();
  write(1, 10);
  write(2, 10);
  commit_and_scrape();
  const auto pass = [this](std::uint64_t as) {
    for (int i = 0; i < 30; ++i) {
      write(as, 1);
      commit();
    }
  };
  pass(3);
  EXPECT_EQ(scrape().size(), 3U) << "two are leaving";
  restart();
  write(4, 5);
  write(3, 1);
  EXPECT_EQ(commit_and_scrape().at(other), 5U) << "they still are";
  EXPECT_EQ(commit_and_scrape(), (Values{{text("3"), 31}, {other, 5}}));
  restart();
  write(4, 5);
  EXPECT_EQ(commit_and_scrape(), (Values{{text("3"), 31}, {text("4"), 5}, {other, 5}}));
}

TEST_F(SwapTroubles, WithSeriesThatBeginAtZeroTheyTakeTheirTime) {
  hold = 65s;
  begin();
  EXPECT_EQ(commit_and_scrape(65s), (Values{{text("1"), 100}, {text("2"), 1000}, {other, 200}}));
  commit_and_scrape();
  EXPECT_EQ(commit_and_scrape(64s).count(text("1")), 1U);
  EXPECT_EQ(commit_and_scrape(1s).count(text("1")), 0U);
  EXPECT_EQ(commit_and_scrape(), (Values{{text("2"), 1000}, {text("3"), 0}, {other, 200}}));
  write(3, 1);
  EXPECT_EQ(commit_and_scrape(64s), (Values{{text("2"), 1000}, {text("3"), 0}, {other, 201}}));
  write(3, 2);
  EXPECT_EQ(commit_and_scrape(1s), (Values{{text("2"), 1000}, {text("3"), 0}, {other, 203}}));
  write(3, 4);
  EXPECT_EQ(commit_and_scrape(), (Values{{text("2"), 1000}, {text("3"), 4}, {other, 203}}));
}

TEST_F(SwapTroubles, IdleSeriesKeepTheirPlacesUntilTheyWereSeen) {
  ttl = 30s;
  restart();
  commit();
  write(1, 10);
  write(2, 10);
  commit_and_scrape();
  for (int i = 0; i < 40; ++i) {
    write(1, 1);
    commit();
  }
  EXPECT_EQ(summary().population.live, 2U);
  write(3, 5);
  commit();
  EXPECT_EQ(scrape(), (Values{{text("1"), 50}, {text("2"), 10}, {other, 5}}));
  commit();
  write(3, 7);
  EXPECT_EQ(commit_and_scrape(), (Values{{text("1"), 50}, {text("3"), 7}, {other, 5}}));
}

TEST_F(SwapTroubles, AVictimThatIsRenamedAndOneThatWaitsAreNoTrouble) {
  for (int renamed = 0; renamed < 8; ++renamed) {
    sink = nullptr;
    store = FakeStore();
    accounts = Accounts();
    written = 0;
    names->set({});
    begin();
    choose();
    for (int step = 0; step < 8; ++step) {
      if (step == renamed) {
        names->set({{1, "ONE"}, {2, "TWO"}, {3, "THREE"}});
      }
      write(1, 1);
      write(2, 100);
      write(3, 10);
      commit_and_scrape();
    }
    write(3, 0);
    commit_and_scrape(60s);
    for (int step = 0; step < 8; ++step) {
      write(2, 100);
      write(3, 10);
      commit_and_scrape();
    }
    const Values samples = scrape();
    EXPECT_EQ(samples.size(), 3U);
    EXPECT_EQ(samples.count(text("2", "TWO")) + samples.count(text("3", "THREE")), 2U) << renamed;
  }
}

TEST_F(SwapTroubles, AClockThatIsSetBackDelaysThemByAMinuteAtMost) {
  begin();
  commit(-24h);
  commit_and_scrape(60s);
  for (int i = 0; i < 4; ++i) {
    commit_and_scrape();
  }
  EXPECT_EQ(summary().swapped, 1U);
}

TEST_F(SwapTroubles, ALabelSetThatLooksLikeOtherGetsNoPlace) {
  names->set({{5, "other"}});
  Metric by_name = simple_metric({{"name", field("src_as"), names}}, 1);
  by_name.keep = keep;
  PrometheusSink named({.metrics = {by_name}, .now = clock.reader()});
  const auto step = [&](std::chrono::milliseconds later) {
    clock.pass(later);
    ASSERT_TRUE(named.commit({}));
    EXPECT_LE(samples_of(named).size(), 2U);
  };
  step(1s);
  write_flow(named, accounts, 1, 0, "", 1);
  for (int i = 0; i < 10; ++i) {
    write_flow(named, accounts, 5, 0, "", 1000);
    step(60s);
  }
  EXPECT_EQ(named.summary().metrics[0].swapped, 0U);
  EXPECT_EQ(samples_of(named).at("m_total{name=\"other\"}"), 10'000U);
}

TEST_F(SwapTroubles, RecordsThatAreLookedAtOneByOneAreWeighedToo) {
  begin();
  FlowBatch batch;
  append_flow(batch, 9, 0, "", 5000);
  append_flow(batch, 2, 0, "", ~std::uint64_t{0} - 1000);
  append_flow(batch, 2, 0, "", 5000);
  sink->write(batch, accounts);
  EXPECT_EQ(accounts.refused[static_cast<std::size_t>(Refused::overflow)], 1U);
  commit(60s);
  for (int i = 0; i < 4; ++i) {
    samples_of(*sink);
    commit();
  }
  EXPECT_TRUE(samples_of(*sink).contains(text("9")));
}

TEST_F(SwapTroubles, WhatIsKeptMayChangeWhileCounting) {
  begin();
  choose();
  for (int i = 0; i < 3; ++i) {
    commit_and_scrape();
  }
  ASSERT_TRUE(scrape().contains(text("3")));
  keep = Metric::Keep::first;
  ASSERT_TRUE(sink->reconfigure({metric()}, {{}, accounts}));
  commit();
  write(3, 5);
  EXPECT_EQ(commit_and_scrape(), (Values{{text("2"), 1000}, {text("3"), 5}, {other, 200}}));
  write(4, 5000);
  commit_and_scrape(60s);
  commit_and_scrape(60s);
  EXPECT_EQ(summary().swapped, 1U);
  keep = Metric::Keep::top;
  limit = 3;
  ASSERT_TRUE(sink->reconfigure({metric()}, {{}, accounts}));
  commit();
  write(4, 10);
  write(5, 1000);
  EXPECT_EQ(commit_and_scrape(),
            (Values{{text("2"), 1000}, {text("3"), 5}, {text("4"), 10}, {other, 6200}}));
  commit_and_scrape(60s);
  for (int i = 0; i < 4; ++i) {
    commit_and_scrape();
  }
  EXPECT_EQ(summary().swapped, 2U);
  EXPECT_TRUE(scrape().contains(text("5")));
}

}  // namespace
}  // namespace weir::swaps
