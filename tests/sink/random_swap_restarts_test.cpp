// The same over restarts: what is shown stays exact, though swaps begin anew.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "tests/sink/sink_fixture.hpp"
#include "tests/sink/swaps_fixture.hpp"

namespace weir::swaps {
namespace {

using namespace std::chrono_literals;

/// Is killed now and then, and goes on.
class KilledRun : public RandomSwaps {
 public:
  using RandomSwaps::RandomSwaps;

  void step() {
    ++step_;
    write();
    if (commit()) {
      kept_total_ = total_;
      kept_accounts_ = accounts_;
    }
    if (below(2) == 0) {
      scrape();
    }
    if (below(20) == 0) {
      swapped += sink_->summary().metrics[0].swapped;
      start();
      total_ = kept_total_;
      accounts_ = kept_accounts_;
    }
    held = std::max(held, sink_->summary().metrics[0].held_value);
  }

  std::uint64_t swapped = 0;
  std::uint64_t held = 0;  ///< at most

 private:
  void scrape() {
    const PrometheusSnapshot snapshot = sink_->snapshot();
    expect_all_there(snapshot);
    const MetricSnapshot& metric = snapshot.metrics[0];
    EXPECT_EQ(metric.total, kept_total_);
    EXPECT_LE(metric.population.live, setup_.max_series + 1);
    Values samples = samples_of(*sink_);
    std::uint64_t sum = metric.held_value;
    for (const auto& [name, value] : samples) {
      std::uint64_t& last = scraped_[name];
      if (value < last) {
        EXPECT_FALSE(shown_last_.contains(name)) << name << " falls";
        EXPECT_NE(metric.dropped_value, 0U);
        last = 0;
      }
      sum += value - std::exchange(last, value);
    }
    EXPECT_EQ(sum - std::exchange(held_, metric.held_value),
              kept_total_ - std::exchange(total_scraped_, kept_total_));
    shown_last_ = std::move(samples);
  }

  std::uint64_t kept_total_ = 0;
  Accounts kept_accounts_;
  Values scraped_;
  Values shown_last_;
  std::uint64_t held_ = 0;
  std::uint64_t total_scraped_ = 0;
};

void run_killed(const Setup& setup, std::uint64_t swaps, bool held) {
  std::uint64_t swapped = 0;
  std::uint64_t most_held = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    KilledRun run(seed, setup);
    for (int i = 0; i < 400 && !::testing::Test::HasFailure(); ++i) {
      run.step();
    }
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
    swapped += run.swapped;
    most_held = std::max(most_held, run.held);
  }
  EXPECT_GE(swapped, swaps);
  EXPECT_EQ(most_held != 0, held);
}

TEST(RandomSwapRestarts, GoOnWithWhatWasKept) {
  run_killed({}, 30, true);
}

TEST(RandomSwapRestarts, WithSeriesThatBeginAtZero) {
  run_killed({.hold = 65s}, 10, true);
}

TEST(RandomSwapRestarts, WithEverythingAtOnce) {
  run_killed({.max_series = 30, .rows = 20, .ttl = 60s, .hold = 40s, .renames = true}, 5, true);
}

}  // namespace
}  // namespace weir::swaps
