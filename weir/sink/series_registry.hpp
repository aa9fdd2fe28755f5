#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/flat_map.hpp"
#include "weir/sink/series_key.hpp"
#include "weir/sink/stable_array.hpp"
#include "weir/sink/text_store.hpp"

namespace weir {

using SeriesId = std::uint32_t;

/// One label set. Its key and its text as it begins a sample line lie one after another.
struct Series {
  char* data = nullptr;
  std::uint32_t key_size = 0;
  std::uint32_t text_size = 0;

  [[nodiscard]] std::string_view key() const { return {data, key_size}; }
  [[nodiscard]] std::string_view text() const { return {data + key_size, text_size}; }
};

class SeriesTable;

/// What happens to a series.
enum class SeriesChange : std::uint8_t {
  admitted,  ///< is new, and counts
  returned,  ///< counts again
  retired,   ///< does not count any more, and keeps its value
  dropped,   ///< is forgotten; its id will be another's
};
struct SeriesEvent {
  SeriesId id;
  SeriesChange change;

  bool operator==(const SeriesEvent&) const = default;
};

/// All label sets of one metric in this process: who is live, who is dormant, and the cap.
///
/// Pipelines keep their own map from key to id and follow this registry by its events. Label values
/// that come from a lookup are fixed when a series is made: when a name changes, the series turns
/// dormant and the next record with its key opens another. Should the old name come back, the
/// dormant series does too, with its value, so that what a scrape has seen never falls.
class SeriesRegistry {
 public:
  static constexpr SeriesId kOther = 0;  ///< takes what the cap leaves out; live once it did

  explicit SeriesRegistry(const Metric& metric);
  /// Of a metric that was counted by an earlier process, and of which nothing is known but the
  /// name: it takes any key, and is good for reading what was kept.
  explicit SeriesRegistry(const std::string& name);

  /// Somebody who wants to know of all events from now on. Any thread.
  using Follower = std::size_t;
  [[nodiscard]] Follower follow();
  /// How many events there ever were. Any thread.
  [[nodiscard]] std::uint64_t event_count() const {
    return event_count_.load(std::memory_order_acquire);
  }
  /// Appends the events that the follower does not know yet. Any thread.
  void news(Follower follower, std::vector<SeriesEvent>& out);

  /// No label set can be admitted now. Any thread.
  [[nodiscard]] bool full() const { return full_.load(std::memory_order_acquire); }
  /// Makes `key` a live series, if it still is none and the cap allows it. The follower, whose key
  /// it is, finds out by its news. Any thread.
  void admit(std::string_view key, Follower follower);
  /// Shows `other` from now on. Any thread.
  void open_other();
  /// Retires these series, as far as they are live. Any thread.
  void retire(std::span<const SeriesId> ids);
  /// Keeping `top`, no more series are shown than the cap allows: those that were retired take up
  /// their places until this says that only so many of them are still shown. The places that are
  /// free now go to `successors` first, by their keys, which are none of live series; their ids, or
  /// kOther for those that found no place. Nobody else is admitted then until the next call. Any
  /// thread.
  std::vector<SeriesId> settle_places(std::size_t leaving, std::span<const std::string> successors);
  /// Whether a key could be a series: one that looks like `other` cannot. Any thread.
  [[nodiscard]] bool can_hold(std::string_view key);
  /// How many successors found a place. Any thread.
  [[nodiscard]] std::uint64_t swapped() const { return swapped_.load(std::memory_order_relaxed); }
  /// Becomes what another registry of the same metric is, whose fields have other ids: the series
  /// that `table` has, and which of them are live. Before anybody else uses it.
  void take_over(const SeriesRegistry& other, const SeriesTable& table);
  /// Any thread.
  void set_keep(Metric::Keep keep);
  /// Retires the lightest of the live series beyond the cap; `value_of` an id is its weight. Any
  /// thread.
  template <typename ValueOf>
  void retire_beyond_limit(ValueOf&& value_of);
  /// Drops up to `count` dormant series, those that turned dormant first, and stops at the first
  /// that `may_go` denies. Any thread.
  template <typename MayGo>
  void drop_dormant(std::size_t count, MayGo&& may_go);
  /// That they were dropped is committed: nobody will look at them from now on who does not hold a
  /// lease. Any thread.
  void bury_dropped();

  /// Retires the series whose text differs since a lookup's table was replaced. Any thread.
  void follow_lookups();
  [[nodiscard]] bool lookups_changed() const {
    return plan_.tables_generation() != tables_generation_.load(std::memory_order_relaxed);
  }
  /// The tables in use, for packing keys. Any thread.
  [[nodiscard]] SeriesKeyPlan::Tables tables() const;

  [[nodiscard]] const SeriesKeyPlan& plan() const { return plan_; }
  /// Of any id that an event has named and that was not dropped since, or while a lease is held
  /// that was taken before.
  [[nodiscard]] const Series& series(SeriesId id) const { return series_[id]; }
  /// While it is held, no series that is not dropped yet changes. Any thread.
  [[nodiscard]] std::shared_ptr<const void> lease() const;

  /// How many ids there are, with those that wait for a new use. Any thread.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t limit() const { return max_series_; }
  /// Another cap from now on. Live series beyond it stay until they are retired. Any thread.
  void set_limit(std::size_t max_series);

  // Bringing back what was kept from an earlier process, before anybody else uses the registry.

  /// There was a series of this id, which is one that was named before or the next. False for a key
  /// that is none of this metric's.
  [[nodiscard]] bool restore(SeriesId id, std::string_view key, std::string_view text);
  /// There is none of this id, or none any more.
  void forget(SeriesId id);
  /// Which of the restored series are live; the dormant ones in the order in which they turned
  /// dormant. Nothing is restored after that.
  void restored(std::span<const SeriesId> live, std::span<const SeriesId> dormant);

 private:
  // What `turned_dormant_` holds for those that are not.
  static constexpr std::uint32_t kLive = 0;
  static constexpr std::uint32_t kAbsent = ~std::uint32_t{0};

  struct Dormant {
    SeriesId id;
    std::uint32_t turn;
  };
  /// Says when nobody holds it any more, in such a way that what its holders have read was read
  /// before: the count of a shared_ptr does not promise that to those who only look at it.
  struct Lease {
    std::shared_ptr<std::atomic<bool>> over = std::make_shared<std::atomic<bool>>(false);

    Lease() = default;
    ~Lease() { over->store(true, std::memory_order_release); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
  };
  /// Dropped series whose texts somebody may still be reading.
  struct Dropped {
    std::shared_ptr<const std::atomic<bool>> unread;
    std::vector<SeriesId> ids;
    std::uint64_t event;  ///< all followers have to know these
  };

  [[nodiscard]] bool admitted_since(std::string_view key, std::uint64_t seen) const;
  [[nodiscard]] bool crowded() const;
  [[nodiscard]] bool places_taken() const;
  SeriesId open(std::string_view key);
  SeriesId append(std::string_view key, std::string_view text);
  void place(SeriesId id, std::string_view key, std::string_view text);
  void make_dormant(SeriesId id);
  void drop(SeriesId id);
  void trim_dormant_order();
  void reclaim();
  void record(SeriesId id, SeriesChange change);
  void trim_events();
  void update_full();
  void warn_when_crowded();
  [[nodiscard]] bool still_named_so(SeriesId id);

  const std::string name_;
  const std::string text_begin_;  ///< what all texts but that of a metric without labels begin with
  std::atomic<std::size_t> max_series_;
  const SeriesKeyPlan plan_;
  bool any_key_ = false;
  StableArray<Series> series_;
  std::atomic<std::uint64_t> event_count_{0};
  std::atomic<bool> full_{false};
  std::atomic<std::uint64_t> swapped_{0};
  std::atomic<std::uint64_t> tables_generation_;

  mutable std::mutex mutex_;  ///< for all that follows, and for changing series_
  SeriesKeyPlan::Tables tables_;
  std::vector<std::uint32_t> events_;          ///< id * 4 + change; the last ones
  std::vector<std::uint64_t> seen_;            ///< events that each follower knows
  std::vector<std::uint32_t> turned_dormant_;  ///< by id: when, counted in turns; kLive, kAbsent
  std::uint32_t turn_ = 0;
  std::deque<Dormant> dormant_order_;  ///< with some that are not dormant any more
  std::size_t live_count_ = 0;         ///< without `other`
  Metric::Keep keep_;
  std::size_t leaving_count_ = 0;                ///< retired and perhaps still shown
  bool succeeding_ = false;                      ///< successors were admitted just now
  FlatMap<std::string_view, SeriesId> dormant_;  ///< by text
  TextStore store_;
  std::shared_ptr<const Lease> lease_ = std::make_shared<Lease>();
  std::vector<SeriesId> dropping_;  ///< not committed yet
  std::deque<Dropped> dropped_;
  std::vector<SeriesId> free_;  ///< ids to use again
  std::string text_;            ///< scratch
  bool warned_ = false;
  bool compare_texts_ = false;  ///< names were given by another process
};

template <typename ValueOf>
void SeriesRegistry::retire_beyond_limit(ValueOf&& value_of) {
  std::vector<SeriesId> lightest;
  {
    const std::lock_guard lock(mutex_);
    if (live_count_ <= max_series_) {
      return;
    }
    for (SeriesId id = kOther + 1; id < turned_dormant_.size(); ++id) {
      if (turned_dormant_[id] == kLive) {
        lightest.push_back(id);
      }
    }
    const std::size_t excess = live_count_ - max_series_;
    const auto end = lightest.begin() + static_cast<std::ptrdiff_t>(excess);
    std::nth_element(lightest.begin(), end, lightest.end(),
                     [&](SeriesId a, SeriesId b) { return value_of(a) < value_of(b); });
    lightest.erase(end, lightest.end());
  }
  retire(lightest);
}

template <typename MayGo>
void SeriesRegistry::drop_dormant(std::size_t count, MayGo&& may_go) {
  const std::lock_guard lock(mutex_);
  for (std::size_t dropped = 0; dropped < count && !dormant_order_.empty();) {
    const Dormant oldest = dormant_order_.front();
    if (turned_dormant_[oldest.id] == oldest.turn) {
      if (!may_go(oldest.id)) {
        break;
      }
      drop(oldest.id);
      ++dropped;
    }
    dormant_order_.pop_front();
  }
  update_full();
}

}  // namespace weir
