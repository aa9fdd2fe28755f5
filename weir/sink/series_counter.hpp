#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "weir/flow/batch.hpp"
#include "weir/sink/series_index.hpp"
#include "weir/sink/series_registry.hpp"
#include "weir/sink/series_swaps.hpp"
#include "weir/sink/series_table.hpp"

namespace weir {

/// One pipeline's counting of one metric: finds the series of each flow and adds to what is
/// pending. Owned by the pipeline's thread.
class SeriesCounter {
 public:
  /// Rows of a batch, by their index in it.
  using Rows = std::span<const std::uint16_t>;

  SeriesCounter(std::shared_ptr<SeriesRegistry> registry, FieldId value);

  /// Looks at the rows that are to be added, which takes no effect yet. True where they surely fit:
  /// all that was ever counted and they together stay within 64 bits, so no series can wrap.
  [[nodiscard]] bool prepare(const FlowBatch& batch, Rows rows);
  /// Adds the rows prepared last, each to exactly one series.
  void add();

  using Cell = SeriesIndex::Cell;
  /// Where one row counts: its series is made, if the cap allows it.
  Cell cell_of(const Flow& row);
  /// Whether a row's value still fits into its series, of which `table` holds what is committed.
  [[nodiscard]] bool fits(const Flow& row, Cell cell, const SeriesTable& table) const;
  /// Adds one row to its series. It must fit.
  void add(const Flow& row, Cell cell);

  /// Follows what others changed in the registry. Call it between batches.
  void catch_up();
  /// What a commit has to make true, in time proportional to the series that changed: the events
  /// since the last one, and the values that `table` is to have.
  void collect(const SeriesTable& table, SeriesDelta& delta);
  /// What was collected last has been committed.
  void settle();
  /// Lets heavier label sets take the places of lighter ones, where they are to be kept: after a
  /// commit that changed `delta` and left `table`, before anything is counted.
  void swap(Metric::Keep keep, const SeriesTable& table, const SeriesDelta& delta,
            const CommitTime& time);
  [[nodiscard]] bool dirty() const { return dirty_; }
  /// Goes on from what was committed by an earlier process, before anything is counted.
  void restore(const SeriesTable& table);

 private:
  /// What is to be added: rows are far apart in memory, so they are read only once.
  struct Lookups {
    std::array<std::string_view, FlowBatch::kCapacity> keys;
    std::array<std::uint32_t, FlowBatch::kCapacity> hashes;
    std::array<std::uint64_t, FlowBatch::kCapacity> values;
    std::array<Cell, FlowBatch::kCapacity> guesses;
    std::size_t size = 0;
  };

  [[nodiscard]] std::uint64_t value_of(const Flow& row) const {
    // A record that does not say how many flows it stands for is one.
    return value_ == field("flows") && !row.present.has(value_) ? 1 : get_integer(row, value_);
  }
  Cell find_or_admit(std::string_view key, std::uint32_t hash);
  void follow(const SeriesEvent& event);
  void keep_first();
  void count(Cell cell, std::uint64_t value);

  std::shared_ptr<SeriesRegistry> registry_;
  FieldId value_;
  SeriesIndex index_;
  SeriesKeyPlan::Tables tables_;
  SeriesRegistry::Follower follower_;
  std::uint64_t events_seen_ = 0;
  std::vector<SeriesEvent> events_;     ///< not committed yet
  std::unique_ptr<char[]> keys_;        ///< scratch: keys of a batch's rows
  std::unique_ptr<Lookups> lookups_;    ///< scratch
  std::vector<Cell> changed_;           ///< whose pending value is not 0
  std::unique_ptr<SeriesSwaps> swaps_;  ///< null: who came first is kept
  std::uint64_t total_ = 0;             ///< stops at 2^64-1
  std::uint64_t capped_ = 0;
  bool dirty_ = false;
};

}  // namespace weir
