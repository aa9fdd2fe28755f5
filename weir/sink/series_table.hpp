#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "weir/sink/series_registry.hpp"

namespace weir {

struct SeriesValue {
  SeriesId id;
  std::uint64_t value;
};

/// What one commit changes in one metric: from then on `values` are what these series hold.
struct SeriesDelta {
  std::vector<SeriesEvent> events{};  ///< in their order
  std::vector<SeriesId> hidden{};     ///< retired ones that need not be shown any longer
  std::vector<SeriesId> released{};   ///< from now on shown with what they hold
  std::vector<SeriesValue> values{};  ///< of the series that counted
  std::uint64_t total = 0;            ///< what was ever counted, at most 2^64-1
  std::uint64_t capped = 0;           ///< records counted in `other` because of the cap
  bool hold = false;                  ///< series that appear in this commit are held

  void clear();
  /// Nothing changes.
  [[nodiscard]] bool empty() const {
    return events.empty() && hidden.empty() && released.empty() && values.empty();
  }
};

/// When a commit was made.
struct CommitTime {
  std::int64_t unix_ms = 0;     ///< by the clock on the wall
  std::uint64_t active_ms = 0;  ///< while records came in: what idle series are judged by
  std::uint64_t scrapes = 0;    ///< the number of the last scrape that somebody has seen
};

/// The series of one metric as the last commit left them. It changes by deltas only, in the same
/// way when a commit is made and when it is read back by a later process.
class SeriesTable {
 public:
  enum class State : std::uint8_t {
    absent,   ///< of this id there is none
    live,     ///< counts and is shown
    leaving,  ///< does not count any more; shown until its last value was scraped
    dormant,  ///< keeps its value, is not shown
  };
  /// A series that is shown with less than it holds, so that the first sample of it that somebody
  /// sees comes before what it counted: what `increase()` makes of it is then right.
  struct Held {
    SeriesId id = 0;
    std::uint64_t shown = 0;
    std::int64_t since_ms = 0;
    std::uint64_t scrapes = 0;
  };
  struct Leaving {
    SeriesId id = 0;
    std::int64_t since_ms = 0;
    std::uint64_t scrapes = 0;
  };
  struct Series {
    State state = State::absent;
    std::uint32_t born = 0;    ///< seconds since 1970
    std::uint32_t active = 0;  ///< seconds of CommitTime::active_ms when it last counted
    std::uint64_t value = 0;
  };

  /// With `time.scrapes` the last that was begun: up to that one none shows what this changes.
  void apply(const SeriesDelta& delta, const CommitTime& time);

  /// What can be hidden and released now: those whose last value, or first one, was scraped and
  /// shown for `hold`.
  void choose(const CommitTime& time, std::chrono::milliseconds hold, SeriesDelta& delta) const;
  /// Live ones that did not count for `ttl`.
  [[nodiscard]] std::vector<SeriesId> idle(const CommitTime& time,
                                           std::chrono::milliseconds ttl) const;
  /// How many dormant series, without those that are leaving, are beyond `limit`.
  [[nodiscard]] std::size_t dormant_beyond(std::size_t limit) const {
    return dormant_ > limit ? dormant_ - limit : 0;
  }

  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] State state(SeriesId id) const {
    return id < states_.size() ? states_[id] : State::absent;
  }
  [[nodiscard]] std::uint64_t value(SeriesId id) const { return id < size() ? values_[id] : 0; }
  [[nodiscard]] Series series(SeriesId id) const {
    return {states_[id], born_[id], active_[id], values_[id]};
  }

  // By id, all of one size. What held series hold is in `values`, and less is to be shown.
  [[nodiscard]] const std::vector<std::uint64_t>& values() const { return values_; }
  [[nodiscard]] const std::vector<State>& states() const { return states_; }
  [[nodiscard]] const std::vector<std::uint32_t>& born() const { return born_; }

  [[nodiscard]] const std::vector<Held>& held() const { return held_; }
  [[nodiscard]] const std::vector<Leaving>& leaving() const { return leaving_; }
  [[nodiscard]] std::vector<SeriesId> live() const;
  /// Those that do not count, leaving ones too; those first that counted longest ago.
  [[nodiscard]] std::vector<SeriesId> stopped() const;

  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] std::uint64_t capped() const { return capped_; }
  /// What dropped series held, modulo 2^64 like the next two.
  [[nodiscard]] std::uint64_t dropped_value() const { return dropped_value_; }
  [[nodiscard]] std::uint64_t dormant_value() const { return dormant_value_; }
  /// What held series hold beyond what is shown of them.
  [[nodiscard]] std::uint64_t held_value() const;
  [[nodiscard]] std::size_t shown_count() const { return shown_; }
  [[nodiscard]] std::size_t dormant_count() const { return dormant_; }

  // Bringing back what was kept; whoever does it takes care that it fits together.

  struct Totals {
    std::uint64_t total = 0;
    std::uint64_t capped = 0;
    std::uint64_t dropped_value = 0;
  };
  [[nodiscard]] Totals totals() const { return {total_, capped_, dropped_value_}; }
  void restore(const Totals& totals);
  void restore(SeriesId id, const Series& series);
  void restore(const Held& held);
  void restore(const Leaving& leaving);

 private:
  void grow(std::size_t size);
  void change(const SeriesEvent& event, const SeriesDelta& delta, const CommitTime& time);
  void hide(const std::vector<SeriesId>& ids);
  void release(const std::vector<SeriesId>& ids, const CommitTime& time);
  void forget_returned(const SeriesDelta& delta, const CommitTime& time);
  void follow_clock(const CommitTime& time);

  std::vector<std::uint64_t> values_;
  std::vector<State> states_;
  std::vector<std::uint32_t> born_;
  std::vector<std::uint32_t> active_;
  std::vector<Held> held_;  ///< the longest held first
  std::vector<Leaving> leaving_;
  std::int64_t latest_ms_ = 0;  ///< no time in these two is later
  std::size_t shown_ = 0;
  std::size_t dormant_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t capped_ = 0;
  std::uint64_t dropped_value_ = 0;
  std::uint64_t dormant_value_ = 0;
};

}  // namespace weir
