#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/flow/stages.hpp"
#include "weir/sink/metric.hpp"
#include "weir/sink/series_counter.hpp"
#include "weir/sink/series_registry.hpp"

namespace weir {

/// One metric as a scrape shows it: fixed when it was taken, at the cost of a copy of the values.
struct MetricSnapshot {
  std::string name;
  std::string help;
  std::shared_ptr<const SeriesRegistry> registry;
  std::vector<std::uint64_t> values;  ///< by SeriesId
  std::vector<std::uint8_t> live;     ///< by SeriesId
  std::uint64_t total = 0;            ///< what all values add up to, at most 2^64-1
  std::uint64_t capped = 0;           ///< records counted in `other` because of the cap
  SeriesRegistry::Population population;
};

/// What the last commit made true, all of one moment.
struct PrometheusSnapshot {
  std::vector<MetricSnapshot> metrics;
  Checkpoint checkpoint;
  std::chrono::system_clock::time_point committed_at;  ///< epoch: no commit yet
  std::chrono::nanoseconds commit_duration{0};
};

/// Counts flows into the series of metrics, and hands out snapshots for scrapes.
class PrometheusSink final : public Sink {
 public:
  explicit PrometheusSink(std::vector<Metric> metrics);

  /// Every row is counted in at least one metric, filtered as `no_metric`, or refused as
  /// `overflow`.
  void write(const FlowBatch& batch, Accounts& accounts) override;
  bool commit(const Checkpoint& checkpoint) override;
  [[nodiscard]] bool dirty() const override;

  /// Any thread. Holds the pipeline's next commit up only while values are copied.
  [[nodiscard]] PrometheusSnapshot snapshot() const { return copy(true); }
  /// The same without the series and their values. Any thread.
  [[nodiscard]] PrometheusSnapshot summary() const { return copy(false); }

 private:
  struct Counted {
    Metric metric;
    std::shared_ptr<SeriesRegistry> registry;
    SeriesCounter counter;
    /// Retired series whose last value may not have been scraped yet, so they are still shown.
    std::vector<SeriesId> leaving{};
    std::uint64_t leaving_since = 0;  ///< scrapes there had been when that value was committed
  };
  /// What a metric shows: the values, and whose.
  struct ShownMetric {
    SeriesValues counted;
    std::vector<std::uint8_t> live;  ///< by SeriesId
    SeriesRegistry::Population population;
  };
  struct Shown {
    std::vector<ShownMetric> metrics;
    Checkpoint checkpoint;
    std::chrono::system_clock::time_point at;
    std::chrono::nanoseconds duration{0};
  };
  struct Place {
    std::size_t metric;
    SeriesIndex::Cell cell;
  };

  [[nodiscard]] PrometheusSnapshot copy(bool with_values) const;
  void follow_lookups();
  void commit_metric(Counted& each, ShownMetric& shown) const;
  void write_one_by_one(const FlowBatch& batch, Accounts& accounts);
  void write_carefully(const Flow& row, const Shown& shown, Accounts& accounts);

  std::vector<Counted> counted_;
  std::vector<Place> places_;  ///< scratch: where one row counts
  Guarded<Shown> shown_;
  mutable std::atomic<std::uint64_t> scrapes_{0};  ///< snapshots with values; counted under shown_
};

}  // namespace weir
