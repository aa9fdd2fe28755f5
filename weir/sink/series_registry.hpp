#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/flat_map.hpp"
#include "weir/sink/series_key.hpp"
#include "weir/sink/stable_array.hpp"

namespace weir {

using SeriesId = std::uint32_t;

/// One label set. Its key and its text as it begins a sample line lie one after another and never
/// move or change.
struct Series {
  const char* data = nullptr;
  std::uint32_t key_size = 0;
  std::uint32_t text_size = 0;

  [[nodiscard]] std::string_view key() const { return {data, key_size}; }
  [[nodiscard]] std::string_view text() const { return {data + key_size, text_size}; }
};

/// All label sets of one metric in this process: who is live, who is dormant, and the cap.
///
/// Pipelines keep their own map from key to id and follow this registry by its log of admissions
/// and retirements. Label values that come from a lookup are fixed when a series is made: when a
/// name changes, the series turns dormant and the next record with its key opens another. Should
/// the old name come back, the dormant series does too, with its value, so that what a scrape has
/// seen never falls.
class SeriesRegistry {
 public:
  static constexpr SeriesId kOther = 0;  ///< takes what the cap leaves out; live once it did

  explicit SeriesRegistry(const Metric& metric);

  /// A change of what a key stands for.
  struct Event {
    SeriesId id;
    bool retired;
  };

  /// How many events there are. Any thread.
  [[nodiscard]] std::size_t event_count() const {
    return event_count_.load(std::memory_order_acquire);
  }
  /// No label set can be admitted now. Any thread.
  [[nodiscard]] bool full() const { return full_.load(std::memory_order_acquire); }

  /// Appends the events from `seen` on. Any thread.
  void events_since(std::size_t seen, std::vector<Event>& out) const;
  /// Makes `key` a live series, if it still is none and the cap allows it. The caller finds out by
  /// reading the events. Any thread.
  void admit(std::string_view key, std::size_t seen);
  /// Shows `other` from now on. Any thread.
  void open_other();
  /// Retires the series whose text differs since a lookup's table was replaced. Any thread.
  void follow_lookups();
  [[nodiscard]] bool lookups_changed() const {
    return plan_.tables_generation() != tables_generation_.load(std::memory_order_relaxed);
  }
  /// The tables in use, for packing keys. Any thread.
  [[nodiscard]] SeriesKeyPlan::Tables tables() const;

  [[nodiscard]] const SeriesKeyPlan& plan() const { return plan_; }
  /// Any id that an event, or `copy_live`, has named.
  [[nodiscard]] const Series& series(SeriesId id) const { return series_[id]; }

  /// How many ids there are. Any thread.
  [[nodiscard]] std::size_t size() const;
  struct Population {
    std::size_t live = 0;     ///< with `other`, if it is live
    std::size_t dormant = 0;  ///< values are kept, not shown
    std::size_t limit = 0;    ///< of live ones, not counting `other`
  };
  [[nodiscard]] Population population() const;
  /// Which of the first `count` ids are live, one byte each. Any thread.
  void copy_live(std::size_t count, std::vector<std::uint8_t>& out) const;

 private:
  [[nodiscard]] bool admitted_since(std::string_view key, std::size_t seen) const;
  [[nodiscard]] bool crowded() const;
  SeriesId append(std::string_view key, std::string_view text);
  const char* store(std::string_view key, std::string_view text);
  void record(Event event);
  void update_full();
  void warn_when_crowded();

  const std::string name_;
  const std::size_t max_series_;
  const SeriesKeyPlan plan_;
  StableArray<Series> series_;
  std::atomic<std::size_t> event_count_{0};
  std::atomic<bool> full_{false};
  std::atomic<std::uint64_t> tables_generation_;

  mutable std::mutex mutex_;  ///< for all that follows, and for appending to series_
  SeriesKeyPlan::Tables tables_;
  std::vector<std::uint32_t> events_;  ///< id * 2 + retired
  std::vector<std::uint8_t> live_;
  std::size_t live_count_ = 0;                   ///< without `other`
  FlatMap<std::string_view, SeriesId> dormant_;  ///< by text
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_used_ = 0;
  std::string text_;  ///< scratch
  bool warned_ = false;
};

}  // namespace weir
