#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/sink/fake_store.hpp"
#include "tests/sink/sink_fixture.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;
using Samples = std::map<std::string, std::uint64_t>;

/// A process that counts random flows, fails to commit, is killed and started again; beside it what
/// its counters have to be.
class RandomRun {
 public:
  struct Setup {
    std::size_t max_series = 1'000'000;
    std::chrono::milliseconds hold{0};
    std::chrono::milliseconds ttl{0};
    std::uint64_t systems = 30;
  };

  RandomRun(std::uint64_t seed, const Setup& setup) : setup_(setup), random_(seed) { start(); }

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  PrometheusSinkOptions options() const {
    Metric by_as = simple_metric({{"as", field("src_as"), {}}, {"name", field("src_as"), names_}},
                                 setup_.max_series);
    Metric by_name = simple_metric({{"name", field("src_as"), names_}}, setup_.max_series);
    by_name.name = "n_total";
    Metric single = simple_metric({});
    single.name = "s_total";
    single.where = Filter::compile("src_as > 3");
    return {.metrics = {by_as, by_name, single},
            .hold = setup_.hold,
            .series_ttl = setup_.ttl,
            .now = clock_.reader()};
  }

  void write() {
    FlowBatch batch;
    // Which systems are active moves on, so that series become idle.
    const std::uint64_t first = step_ / 10;
    for (std::uint64_t rows = below(20); rows != 0; --rows) {
      const std::uint64_t as = first + below(setup_.systems);
      const std::uint64_t bytes = below(1000);
      append_flow(batch, as, 0, "", bytes);
      pending_["m_total{as=\"" + std::to_string(as) + "\",name=\"" + name_of(as) + "\"}"] += bytes;
      ++accounts_.origin(0).messages;
    }
    sink_->write(batch, accounts_);
  }

  void rename() {
    map_[step_ / 10 + below(setup_.systems)] = std::string(1 + below(40), 'A');
    names_->set(map_);
  }

  bool commit() {
    const PrometheusSnapshot before = sink_->snapshot();
    store_.refuses = below(5) == 0;
    const bool kept = sink_->commit(
        {{{{"t", "0", "id", static_cast<std::int64_t>(step_), -1, below(9)}}, {}, {}}, accounts_});
    EXPECT_EQ(kept, !store_.refuses);
    if (kept) {
      truth_ = pending_;
      kept_accounts_ = accounts_;
    } else {
      EXPECT_TRUE(sink_->dirty() || pending_ == truth_);
      expect_same(before, sink_->snapshot());
    }
    return kept;
  }

  /// All that is pending is gone.
  void kill(std::optional<std::size_t> from) {
    Checkpoint checkpoint;
    sink_ = store_.restored(options(), store_, from, &checkpoint);
    EXPECT_EQ(checkpoint.accounts.counted, kept_accounts_.counted);
    accounts_ = kept_accounts_;
    pending_ = truth_;
  }

  void start() { sink_ = store_.restored(options(), store_); }

  void step() {
    ++step_;
    clock_.pass(std::chrono::milliseconds(below(20'000)));
    if (below(20) == 0) {
      rename();
    }
    write();
    if (commit() && below(5) == 0) {
      check_restored();
    }
    if (below(3) != 0) {
      scrape();
    }
    if (below(15) == 0) {
      store_.keep_snapshot(*sink_);
    }
    if (below(25) == 0) {
      kill(any_snapshot());
    }
  }

  std::optional<std::size_t> any_snapshot() {
    const std::size_t pick = below(store_.snapshots.size() + 1);
    return pick == store_.snapshots.size() ? std::nullopt : std::optional(pick);
  }

  /// What the next process shows if this one is killed now.
  void check_restored() {
    const PrometheusSnapshot here = sink_->snapshot();
    FakeStore elsewhere;
    expect_same(here, store_.restored(options(), elsewhere)->snapshot());
    expect_same(here, store_.restored(options(), elsewhere, any_snapshot())->snapshot());
    FakeStore moved;
    moved.keep_snapshot(*sink_);
    const auto sink = moved.restored(options(), elsewhere, 0);
    expect_same(here, sink->snapshot());
    FakeStore again;
    again.keep_snapshot(*sink);
    expect_same(here, again.restored(options(), elsewhere, 0)->snapshot());
  }

  /// No sample that is shown is lower than it was, hidden or not in between; those of series that
  /// may have been dropped while they were hidden begin anew.
  void scrape() {
    const PrometheusSnapshot snapshot = sink_->snapshot();
    expect_all_there(snapshot);
    const Samples now = samples_of(body_of(*sink_));
    for (const MetricSnapshot& metric : snapshot.metrics) {
      most.dropped = std::max(most.dropped, metric.dropped_value);
      most.held = std::max(most.held, metric.held_value);
      most.dormant = std::max(most.dormant, metric.dormant_value);
      most.capped = std::max(most.capped, metric.capped);
    }
    if (most.dropped != 0) {
      std::erase_if(seen_, [&now](const auto& each) { return !now.contains(each.first); });
    }
    for (const auto& [text, value] : now) {
      EXPECT_GE(value, seen_[text]) << text << " at step " << step_;
      seen_[text] = value;
    }
    if (setup_.hold == 0ms && setup_.max_series > 1000) {
      for (const auto& [text, value] : now) {
        EXPECT_TRUE(!text.starts_with("m_total") || truth_.at(text) == value) << text;
      }
    }
    std::uint64_t sum = 0;
    for (const auto& [text, value] : truth_) {
      sum += value;
    }
    EXPECT_EQ(snapshot.metrics[0].total, sum);
    EXPECT_EQ(snapshot.metrics[1].total, sum);
  }

  static void expect_same(const PrometheusSnapshot& a, const PrometheusSnapshot& b) {
    for (std::size_t m = 0; m < a.metrics.size(); ++m) {
      EXPECT_EQ(of(a.metrics[m]), of(b.metrics[m])) << a.metrics[m].name;
    }
    EXPECT_EQ(a.checkpoint.source, b.checkpoint.source);
    EXPECT_EQ(a.checkpoint.accounts.counted, b.checkpoint.accounts.counted);
    EXPECT_EQ(a.committed_at, b.committed_at);
    EXPECT_EQ(bodies(a), bodies(b));
  }

  FakeStore& store() { return store_; }

  struct Most {
    std::uint64_t dropped = 0;
    std::uint64_t held = 0;
    std::uint64_t dormant = 0;
    std::uint64_t capped = 0;
  };
  Most most;  ///< that was ever seen

 private:
  static std::vector<std::uint64_t> of(const MetricSnapshot& metric) {
    return {metric.total,
            metric.capped,
            metric.dormant_value,
            metric.held_value,
            metric.dropped_value,
            metric.population.live,
            metric.population.dormant,
            metric.population.held};
  }
  static std::string bodies(const PrometheusSnapshot& snapshot) {
    const auto body =
        std::make_shared<const ExpositionBody>(snapshot, "", ExpositionFormat::openmetrics, true);
    std::string out(body->size(), '#');
    EXPECT_EQ(ExpositionBody::Reader(body).read(out.data(), out.size()), out.size());
    return out;
  }
  std::string name_of(std::uint64_t as) const {
    const auto known = map_.find(as);
    return known == map_.end() ? "" : known->second;
  }

  Setup setup_;
  std::mt19937_64 random_;
  TestClock clock_;
  NameMap map_;
  std::shared_ptr<TestLookup> names_ = std::make_shared<TestLookup>();
  FakeStore store_;
  std::unique_ptr<PrometheusSink> sink_;
  Accounts accounts_;
  Accounts kept_accounts_;
  Samples pending_;  ///< what m_total has to be, cap or not
  Samples truth_;    ///< of it what was committed
  Samples seen_;
  std::uint64_t step_ = 0;
};

/// What must have happened in each run, so that it was a test of it.
void run(const RandomRun::Setup& setup, std::uint64_t seeds, int steps, bool capped = false,
         bool dropped = false) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    RandomRun run(seed, setup);
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      run.step();
    }
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
    EXPECT_NE(run.store().refused, 0U);
    EXPECT_NE(run.most.dormant, 0U);
    EXPECT_EQ(run.most.held != 0, setup.hold != 0ms);
    EXPECT_TRUE(run.most.capped != 0 || !capped);
    EXPECT_EQ(run.most.dropped != 0, dropped);
  }
}

TEST(RandomRestarts, EverySeriesIsExact) {
  run({}, 3, 150);
}

TEST(RandomRestarts, WithSeriesThatBeginAtZero) {
  run({.hold = 65s}, 3, 150);
}

TEST(RandomRestarts, WithSeriesThatTurnIdle) {
  run({.ttl = 30s}, 3, 150);
}

TEST(RandomRestarts, WithACapAndAllElse) {
  run({.max_series = 12, .hold = 30s, .ttl = 20s}, 4, 200, true, true);
}

TEST(RandomRestarts, WithDroppedSeries) {
  run({.max_series = 8, .ttl = 10s, .systems = 6}, 4, 200, false, true);
}

}  // namespace
}  // namespace weir
