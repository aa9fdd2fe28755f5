#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "tests/sink/fake_store.hpp"
#include "tests/sink/sink_fixture.hpp"

namespace weir::swaps {

using Values = std::map<std::string, std::uint64_t>;

/// All that the sink holds, looked at without being a scrape.
struct View {
  Values values;  ///< also of dormant series
  std::set<std::string> live;
  std::set<std::string> leaving;
  MetricSnapshot metric;

  View(const PrometheusSink& sink, const PrometheusSinkOptions& options) {
    FakeStore copy;
    copy.keep_snapshot(sink);
    FakeStore nowhere;
    metric = copy.restored(options, nowhere, 0)->snapshot().metrics[0];
    for (SeriesId id = 0; id < metric.states.size(); ++id) {
      const SeriesTable::State state = metric.states[id];
      if (state == SeriesTable::State::absent) {
        continue;
      }
      const std::string text(metric.registry->series(id).text());
      EXPECT_TRUE(values.emplace(text, metric.values[id]).second) << text;
      if (state == SeriesTable::State::live) {
        live.insert(text);
      } else if (state == SeriesTable::State::leaving) {
        leaving.insert(text);
      }
    }
  }
  [[nodiscard]] std::uint64_t value(const std::string& text) const {
    const auto known = values.find(text);
    return known == values.end() ? 0 : known->second;
  }
  [[nodiscard]] bool shows(const std::string& text) const {
    return live.contains(text) || leaving.contains(text);
  }
};

struct Setup {
  std::size_t max_series = 10;
  std::uint64_t systems = 100;
  std::uint64_t rows = 50;  ///< in a commit at most
  std::chrono::milliseconds ttl{0};
  std::chrono::milliseconds hold{0};
  bool renames = false;
  double slack = 0;  ///< by how much live series may be taken for heavier than they are
};

/// A process and its traffic: a few systems are heavy, and which ones they are moves on.
class RandomSwaps {
 public:
  RandomSwaps(std::uint64_t seed, const Setup& setup) : setup_(setup), random_(seed) { start(); }

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  PrometheusSinkOptions options() const {
    Metric metric = simple_metric({{"as", field("src_as"), {}}, {"name", field("src_as"), names_}},
                                  setup_.max_series);
    metric.keep = Metric::Keep::top;
    metric.ttl = setup_.ttl;
    return {.metrics = {metric}, .hold = setup_.hold, .now = clock_.reader()};
  }
  void start() { sink_ = store_.restored(options(), store_); }

  void write() {
    if (setup_.renames && below(30) == 0) {
      map_[system()] = std::string(1 + below(40), 'A');
      names_->set(map_);
    }
    FlowBatch batch;
    for (std::uint64_t rows = 1 + below(setup_.rows); rows != 0; --rows) {
      const std::uint64_t as = system();
      const std::uint64_t bytes = below(1000);
      append_flow(batch, as, 0, "", bytes);
      came_[text(as)] += bytes;
      total_ += bytes;
      if (batch.full()) {
        sink_->write(batch, accounts_);
        batch.clear();
      }
    }
    ++accounts_.origin(0).messages;
    sink_->write(batch, accounts_);
  }
  /// About as Zipf has it, of ranks that turn slowly.
  std::uint64_t system() {
    const double uniform = static_cast<double>(1 + below(1'000'000)) / 1'000'000;
    const auto systems = static_cast<double>(setup_.systems);
    const auto rank = static_cast<std::uint64_t>(std::pow(systems, uniform)) - 1;
    return (rank + step_ / 40) % setup_.systems;
  }
  bool commit() {
    clock_.pass(std::chrono::milliseconds(1 + below(20'000)));
    store_.refuses = below(8) == 0;
    return sink_->commit({{}, accounts_});
  }
  [[nodiscard]] std::string text(std::uint64_t as) const {
    const auto known = map_.find(as);
    return "m_total{as=\"" + std::to_string(as) + "\",name=\"" +
           (known == map_.end() ? "" : known->second) + "\"} ";
  }

  Setup setup_;
  std::mt19937_64 random_;
  TestClock clock_;
  NameMap map_;
  std::shared_ptr<TestLookup> names_ = std::make_shared<TestLookup>();
  FakeStore store_;
  std::unique_ptr<PrometheusSink> sink_;
  Accounts accounts_;
  Values came_;  ///< since the last commit
  std::uint64_t total_ = 0;
  std::uint64_t step_ = 0;
};

/// A sink of one metric that keeps the heaviest, traffic by hand, and the steps of time.
class SwapsFixture : public ::testing::Test {
 protected:
  Metric metric() const {
    Metric out =
        simple_metric({{"as", field("src_as"), {}}, {"name", field("src_as"), names}}, limit);
    out.keep = keep;
    out.ttl = ttl;
    return out;
  }
  PrometheusSinkOptions options() const {
    return {.metrics = {metric()}, .hold = hold, .now = clock.reader()};
  }
  void restart() { sink = store.restored(options(), store); }
  void write(std::uint64_t as, std::uint64_t bytes) {
    accounts.origin(0).messages += 1;
    write_flow(*sink, accounts, as, 0, "", bytes);
    written += bytes;
  }
  void commit(std::chrono::milliseconds later = std::chrono::seconds(1)) {
    clock.pass(later);
    ASSERT_TRUE(sink->commit({{}, accounts}));
  }
  /// What is shown, as one sees it who scrapes now.
  Values scrape() {
    Values samples = samples_of(*sink);
    const PrometheusSnapshot snapshot = sink->snapshot();
    expect_all_there(snapshot);
    EXPECT_EQ(snapshot.metrics[0].total, written);
    EXPECT_LE(samples.size(), limit + 1);
    return samples;
  }
  Values commit_and_scrape(std::chrono::milliseconds later = std::chrono::seconds(1)) {
    commit(later);
    return scrape();
  }
  static std::string text(const std::string& as, const std::string& name = "") {
    return "m_total{as=\"" + as + "\",name=\"" + name + "\"}";
  }
  MetricSnapshot summary() const { return sink->summary().metrics[0]; }

  /// 1 is light, 2 heavy, and 3 has no place though it deserves one; seen by a scrape.
  void begin() {
    restart();
    commit();
    write(1, 100);
    write(2, 1000);
    write(3, 200);
    EXPECT_EQ(commit_and_scrape(), (Values{{text("1"), 100}, {text("2"), 1000}, {other, 200}}));
  }
  /// The minute is over.
  void choose() {
    commit(std::chrono::seconds(60));
    EXPECT_EQ(scrape(), (Values{{text("1"), 100}, {text("2"), 1000}, {other, 200}}));
  }

  const std::string other = text("other", "other");
  TestClock clock;
  std::shared_ptr<TestLookup> names = std::make_shared<TestLookup>();
  std::size_t limit = 2;
  std::chrono::milliseconds hold{0};
  std::chrono::milliseconds ttl{0};
  Metric::Keep keep = Metric::Keep::top;
  FakeStore store;
  Accounts accounts;
  std::uint64_t written = 0;
  std::unique_ptr<PrometheusSink> sink;
};

}  // namespace weir::swaps
