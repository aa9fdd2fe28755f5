// Random traffic into a metric that keeps the heaviest, against what really came.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/sink/sink_fixture.hpp"
#include "tests/sink/swaps_fixture.hpp"
#include "weir/sink/series_swaps.hpp"

namespace weir::swaps {
namespace {

using namespace std::chrono_literals;

const std::string kOther = "m_total{as=\"other\",name=\"other\"} ";

/// Looks at each commit. Every record has to be in its own series or in `other`, and all of a label
/// set between two commits in the same one.
class ExactRun : public RandomSwaps {
 public:
  using RandomSwaps::RandomSwaps;

  void step() {
    ++step_;
    write();
    if (!commit()) {
      return;
    }
    const View now(*sink_, options());
    check_places(now);
    if (before_) {
      check_increments(*before_, now);
      check_steps(*before_, now);
      forget_dropped(*before_, now);
    }
    if (setup_.ttl == 0ms && !setup_.renames) {
      choice_.follow(*this, before_.get(), now);
    }
    came_.clear();
    for (const std::string& each : opening_) {
      unseen_.erase(each);
    }
    opening_.clear();
    swapped_before_ = std::exchange(swapped_, sink_->summary().metrics[0].swapped);
    before_ = std::make_unique<View>(now);
    if (below(2) == 0) {
      scrape(now);
    }
  }

  [[nodiscard]] std::uint64_t swapped() const { return swapped_; }
  [[nodiscard]] bool dropped() const { return before_ && before_->metric.dropped_value != 0; }

 private:
  friend class Choice;

  void check_places(const View& now) const {
    EXPECT_LE(shown(now), setup_.max_series);
    EXPECT_EQ(now.metric.total, total_);
    EXPECT_EQ(now.metric.held_value, 0U);
    PrometheusSnapshot snapshot;
    snapshot.metrics.push_back(now.metric);
    expect_all_there(snapshot);
  }
  /// Without `other`.
  static std::size_t shown(const View& view) {
    return view.live.size() + view.leaving.size() - view.live.count(kOther);
  }

  void check_increments(const View& before, const View& now) {
    const bool dropped = before.metric.dropped_value != now.metric.dropped_value;
    std::uint64_t in_other = 0;
    std::set<std::string> seen;
    for (const auto& [own, came] : came_) {
      seen.insert(own);
      const std::uint64_t value = now.value(own);
      const bool itself =
          value == before.value(own) + came || (dropped && !before.shows(own) && value == came);
      if (!itself) {
        EXPECT_TRUE(value == before.value(own) || (dropped && value == 0)) << own;
        EXPECT_TRUE(!before.live.contains(own) || !now.live.contains(own) || unseen_.contains(own))
            << own << " is live and did not count";
        in_other += came;
      }
      EXPECT_TRUE(came == 0 || !itself || !unseen_.contains(own)) << own << " was not seen yet";
    }
    EXPECT_EQ(now.value(kOther), before.value(kOther) + in_other);
    for (const auto& [own, value] : now.values) {
      EXPECT_TRUE(own == kOther || seen.contains(own) || value == before.value(own) ||
                  (dropped && value == 0))
          << own;
    }
  }

  void check_steps(const View& before, const View& now) {
    const std::uint64_t successors = swapped_ - swapped_before_;
    std::uint64_t appeared = 0;
    for (const auto& [own, value] : now.values) {
      if (own == kOther || !now.shows(own) || before.shows(own)) {
        continue;
      }
      ++appeared;
      if (successors != 0) {
        EXPECT_TRUE(value == before.value(own) || value == 0) << own;
        unseen_.insert(own);
      }
    }
    if (successors != 0) {
      EXPECT_EQ(appeared, successors);
    } else {
      EXPECT_LE(shown(before) + appeared, std::max(setup_.max_series, shown(before)));
    }
    for (const std::string& own : unseen_leaving_) {
      EXPECT_TRUE(now.shows(own)) << own << " went before its last value was seen";
    }
    std::erase_if(unseen_leaving_, [&](const auto& own) { return !now.leaving.contains(own); });
    for (const std::string& own : now.leaving) {
      if (!before.leaving.contains(own)) {
        unseen_leaving_.insert(own);
      }
    }
  }

  /// Should they come again they begin at 0, higher than before or not.
  void forget_dropped(const View& before, const View& now) {
    for (const auto& [own, value] : before.values) {
      const auto came = came_.find(own);
      const std::uint64_t grown = value + (came == came_.end() ? 0 : came->second);
      if (!before.shows(own) && now.value(own) != value && now.value(own) != grown) {
        scraped_.erase(own.substr(0, own.size() - 1));
      }
    }
  }

  /// What a scrape adds to the one before is what came in between.
  void scrape(const View& now) {
    const Values samples = samples_of(*sink_);
    EXPECT_EQ(samples.size(), now.live.size() + now.leaving.size());
    std::uint64_t sum = 0;
    for (const auto& [name, value] : samples) {
      EXPECT_EQ(value, now.value(name + " "));
      std::uint64_t& last = scraped_[name];
      if (value < last) {
        EXPECT_FALSE(shown_last_.contains(name)) << name << " falls";
        EXPECT_NE(now.metric.dropped_value, 0U);
        last = 0;
      }
      sum += value - std::exchange(last, value);
    }
    EXPECT_EQ(sum, total_ - std::exchange(total_scraped_, total_));
    shown_last_ = samples;
    opening_ = unseen_;
    unseen_leaving_.clear();
  }

  /// Who was swapped, against what came lately.
  class Choice {
   public:
    void follow(const ExactRun& run, const View* before, const View& now) {
      for (const auto& [own, came] : run.came_) {
        recent_[own] += static_cast<double>(came);
        known_[own] += static_cast<double>(came);
      }
      if (before != nullptr) {
        check(run, *before, now);
      }
      const auto ms =
          std::chrono::duration_cast<std::chrono::milliseconds>(run.clock_.now().time_since_epoch())
              .count();
      due_ = before != nullptr && ms >= next_ms_;
      if (before == nullptr) {
        recent_.clear();
        known_.clear();
      }
      if (before == nullptr || due_) {
        next_ms_ = ms + SeriesSwaps::kCheckMs;
      }
      at_check_ = recent_;
      known_at_check_ = known_;
      if (due_ && ++checks_ % SeriesSwaps::kChecksToHalve == 0) {
        for (auto* const each : {&recent_, &known_}) {
          for (auto& [own, came] : *each) {
            came /= 2;
          }
        }
      }
    }

   private:
    /// What a commit shows was chosen after the one before.
    void check(const ExactRun& run, const View& before, const View& now) {
      std::vector<double> victims;
      std::vector<double> others;
      double lightest_kept = 1e300;
      for (std::uint64_t as = 0; as < run.setup_.systems; ++as) {
        const std::string own = run.text(as);
        if (!before.live.contains(own)) {
          others.push_back(at_check_[own]);
        } else if (now.leaving.contains(own)) {
          victims.push_back(known_at_check_[own]);
        } else if (!run.unseen_.contains(own)) {
          lightest_kept = std::min(lightest_kept, known_at_check_[own]);
        }
        // Who was forgotten begins anew.
        if (before.values.contains(own) && !now.values.contains(own)) {
          known_[own] = 0;
        }
      }
      EXPECT_TRUE(due_ || victims.empty());
      EXPECT_LE(victims.size(), SeriesSwaps::per_check(run.setup_.max_series));
      std::sort(victims.begin(), victims.end());
      std::sort(others.rbegin(), others.rend());
      for (std::size_t i = 0; i < victims.size(); ++i) {
        EXPECT_GE(others.at(i), 2 * victims[i]);
        // Halves are rounded up for live ones, each time.
        EXPECT_LE(victims[i], lightest_kept + 4 + run.setup_.slack);
      }
    }

    std::map<std::string, double> recent_;
    std::map<std::string, double> known_;  ///< of series that were not dropped since
    std::map<std::string, double> at_check_;
    std::map<std::string, double> known_at_check_;
    std::int64_t next_ms_ = 0;
    unsigned checks_ = 0;
    bool due_ = false;
  };

  Choice choice_;
  std::unique_ptr<View> before_;
  std::set<std::string> unseen_;   ///< successors that do not count yet
  std::set<std::string> opening_;  ///< of them, those that were seen
  std::set<std::string> unseen_leaving_;
  std::uint64_t swapped_ = 0;
  std::uint64_t swapped_before_ = 0;
  Values scraped_;
  Values shown_last_;
  std::uint64_t total_scraped_ = 0;
};

std::uint64_t run_exactly(const Setup& setup, std::uint64_t seeds, int steps,
                          bool dropped = false) {
  std::uint64_t swapped = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    ExactRun run(seed, setup);
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      run.step();
    }
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << "seed " << seed;
      break;
    }
    swapped += run.swapped();
    EXPECT_TRUE(!dropped || run.dropped());
  }
  return swapped;
}

TEST(RandomSwaps, EveryRecordIsInOneSeriesAndTheHeaviestAreShown) {
  EXPECT_GT(run_exactly({}, 5, 400), 30U);
}

TEST(RandomSwaps, OfOneSeries) {
  EXPECT_GT(run_exactly({.max_series = 1}, 3, 200), 3U);
}

TEST(RandomSwaps, WithSeriesThatAreForgotten) {
  EXPECT_GT(run_exactly({.max_series = 4, .systems = 40}, 3, 1500, true), 30U);
}

TEST(RandomSwaps, OfMoreThanOneAtATime) {
  EXPECT_GT(run_exactly({.max_series = 250, .systems = 1500, .rows = 600}, 2, 150), 50U);
}

/// So many that the sketch forgets most of them.
TEST(RandomSwaps, OfMoreThanCanBeRemembered) {
  EXPECT_GT(run_exactly({.max_series = 20, .systems = 60'000, .rows = 10'000, .slack = 1e9}, 1, 40),
            3U);
}

TEST(RandomSwaps, WithSeriesThatTurnIdle) {
  EXPECT_GT(run_exactly({.max_series = 40, .rows = 30, .ttl = 60s}, 4, 300), 10U);
}

TEST(RandomSwaps, WithNamesThatChange) {
  EXPECT_GT(run_exactly({.renames = true}, 4, 300), 8U);
}

}  // namespace
}  // namespace weir::swaps
