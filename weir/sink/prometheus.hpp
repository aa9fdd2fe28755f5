#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/base/log.hpp"
#include "weir/flow/commit_store.hpp"
#include "weir/flow/refusals.hpp"
#include "weir/flow/stages.hpp"
#include "weir/sink/checkpoint_codec.hpp"
#include "weir/sink/metric.hpp"
#include "weir/sink/series_counter.hpp"
#include "weir/sink/series_registry.hpp"
#include "weir/sink/series_table.hpp"

namespace weir {

struct PrometheusSinkOptions {
  std::vector<Metric> metrics;
  /// How long series that appear after the first scrape show what they held before they counted;
  /// 0: they show what they hold at once.
  std::chrono::milliseconds hold{0};
  /// Series that did not count for so long turn dormant; 0: never.
  std::chrono::milliseconds series_ttl{0};
  /// Is told of rows that would make a counter wrap, if not null; those need places.
  Refusals* refusals = nullptr;
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
};

/// A metric whose counters were kept under another meaning than the one it has now.
struct MetricChange {
  std::string name;
  std::string before;
  std::string now;
};

/// One metric as a scrape shows it: fixed when it was taken, at the cost of a copy of the values.
struct MetricSnapshot {
  struct Population {
    std::size_t live = 0;     ///< shown, with `other`, if it is
    std::size_t dormant = 0;  ///< values are kept, not shown
    std::size_t held = 0;     ///< live ones that show less than they hold
    std::size_t limit = 0;    ///< of live ones, not counting `other`
  };

  std::string name;
  std::string help;
  std::shared_ptr<const SeriesRegistry> registry;
  std::shared_ptr<const void> lease;       ///< on what the registry says of live series
  std::vector<std::uint64_t> values;       ///< by SeriesId, as they are to be shown
  std::vector<SeriesTable::State> states;  ///< by SeriesId
  std::vector<std::uint32_t> born;         ///< by SeriesId, seconds since 1970
  std::uint64_t total = 0;                 ///< what all values add up to, at most 2^64-1
  std::uint64_t capped = 0;                ///< records counted in `other` because of the cap
  std::uint64_t swapped = 0;               ///< series that took a lighter one's place
  // Where that total is, if it is not shown; modulo 2^64.
  std::uint64_t dormant_value = 0;
  std::uint64_t held_value = 0;
  std::uint64_t dropped_value = 0;
  Population population;

  [[nodiscard]] bool shows(SeriesId id) const {
    return states[id] == SeriesTable::State::live || states[id] == SeriesTable::State::leaving;
  }
};

/// What the last commit made true, all of one moment.
struct PrometheusSnapshot {
  std::vector<MetricSnapshot> metrics;
  std::uint64_t scrape = 0;  ///< its number among those with values, from 1
  Checkpoint checkpoint;
  std::chrono::system_clock::time_point committed_at;  ///< epoch: no commit yet
  std::chrono::nanoseconds commit_duration{0};
  std::uint64_t commit_failures = 0;  ///< commits that could not be made durable
};

/// Counts flows into the series of metrics, and hands out snapshots for scrapes. With a CommitStore
/// nothing is shown that is not kept there.
class PrometheusSink final : public Sink {
 public:
  explicit PrometheusSink(PrometheusSinkOptions options);
  ~PrometheusSink() override;

  /// Every row is counted in at least one metric, filtered as `no_metric`, or refused as
  /// `overflow`.
  void write(const FlowBatch& batch, Accounts& accounts) override;
  bool commit(const Checkpoint& checkpoint) override;
  [[nodiscard]] bool dirty() const override;

  /// What somebody sees who scrapes. Any thread. Holds the pipeline's next commit up only while
  /// values are copied.
  [[nodiscard]] PrometheusSnapshot snapshot() const;
  /// The same for somebody of whom it is not certain yet that all of it arrives: then `seen` says
  /// so. Any thread.
  [[nodiscard]] PrometheusSnapshot offer() const { return copy(true); }
  /// Somebody has what was offered under this number. Any thread.
  void seen(std::uint64_t scrape) const;
  /// The same without the series and their values. Any thread.
  [[nodiscard]] PrometheusSnapshot summary() const { return copy(false); }

  /// Counts these metrics from now on, while nothing is written and all that was is committed.
  /// Metrics that mean what one of those before did go on with its series; others begin with none.
  /// False, and then nothing has changed, where it cannot be made durable. Of the pipeline's
  /// thread.
  [[nodiscard]] bool reconfigure(std::vector<Metric> metrics, const Checkpoint& checkpoint);

  /// Takes in what a store has kept, before anything is written.
  [[nodiscard]] CommitReader& reader();
  /// All was read; the checkpoint of the last commit. What was kept of metrics that there are none
  /// of any more, or that mean something else now, is forgotten with the next commit.
  [[nodiscard]] Checkpoint restored();
  /// The metrics among them that have the name of one there is now. They begin with no series.
  [[nodiscard]] const std::vector<MetricChange>& changes() const { return changes_; }
  /// From now on commits go to the store, which has to outlive what is written. `number` is that of
  /// the last commit read.
  void keep_in(CommitStore& store, std::uint64_t number);
  /// See CommitStore::MakeSnapshot. Any thread.
  std::uint64_t make_snapshot(const CommitStore::Put& put) const;

 private:
  class Reader;
  struct Counted {
    Metric metric;
    MetricIdentity identity;
    std::shared_ptr<SeriesRegistry> registry;
    SeriesCounter counter;
    SeriesDelta delta{};                   ///< scratch
    std::uint64_t next_idle_check_ms = 0;  ///< of CommitTime::active_ms
  };
  /// What of a metric does not change while it is counted.
  struct Facts {
    MetricIdentity identity;
    std::string help;
    std::shared_ptr<SeriesRegistry> registry;
  };
  using AllFacts = std::shared_ptr<const std::vector<Facts>>;
  struct Shown {
    std::vector<SeriesTable> metrics;
    AllFacts facts;  ///< of the same metrics
    Checkpoint checkpoint;
    CommitTime time;
    std::uint64_t number = 0;  ///< of the last commit, 0 before the first
    std::chrono::nanoseconds duration{0};
    std::uint64_t failures = 0;
  };
  struct Place {
    std::size_t metric;
    SeriesIndex::Cell cell;
  };

  [[nodiscard]] static Counted counted(const Metric& metric,
                                       std::shared_ptr<SeriesRegistry> registry);
  void show(std::vector<SeriesTable> tables);
  [[nodiscard]] std::uint64_t store_metrics(
      const std::vector<MetricIdentity>& identities,
      const std::vector<std::shared_ptr<SeriesRegistry>>& registries,
      const std::vector<std::size_t>& before, const Checkpoint& checkpoint, const CommitTime& time);
  void keep_limits();
  [[nodiscard]] PrometheusSnapshot copy(bool with_values) const;
  [[nodiscard]] bool fill(const AllFacts& facts, bool with_values,
                          PrometheusSnapshot& snapshot) const;
  void follow_lookups();
  void write_one_by_one(const FlowBatch& batch, Accounts& accounts);
  [[nodiscard]] bool write_carefully(const Flow& row, const Shown& shown, Accounts& accounts);
  [[nodiscard]] CommitTime time_of(const Checkpoint& checkpoint) const;
  void collect(const CommitTime& time);
  [[nodiscard]] std::uint64_t store(const Checkpoint& checkpoint, const CommitTime& time);
  void swap_series();
  void drop_excess();
  void retire_idle();

  PrometheusSinkOptions options_;
  std::vector<Counted> counted_;
  std::vector<Place> places_;  ///< scratch: where one row counts
  std::unique_ptr<Reader> reader_;
  CommitStore* store_ = nullptr;
  std::string bytes_;            ///< scratch: a commit
  bool scraped_before_ = false;  ///< by whom came before
  bool failing_ = false;         ///< the last commit was not kept
  bool tell_metrics_ = true;     ///< the next commit has to say what metrics there are
  std::vector<MetricChange> changes_;
  log::Limited failure_log_;
  Guarded<Shown> shown_;                           ///< changed by the pipeline's thread only
  mutable std::atomic<std::uint64_t> scrapes_{0};  ///< snapshots with values; counted under shown_
  mutable std::atomic<std::uint64_t> seen_{0};     ///< the last of them that somebody has
};

}  // namespace weir
