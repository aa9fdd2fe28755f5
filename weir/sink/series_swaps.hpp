#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/flat_map.hpp"
#include "weir/sink/heavy_keys.hpp"
#include "weir/sink/series_registry.hpp"
#include "weir/sink/series_table.hpp"

namespace weir {

/// Decides for a metric that keeps the heaviest who takes whose place. Of one pipeline's thread.
///
/// What `other` takes is counted by key, roughly; what live series take is known. Once a minute the
/// heaviest of those without a series are held against the lightest live ones: where one surely has
/// twice as much, the live one, its victim, stops counting. When a scrape has seen the victim's
/// last value, its successor goes live in its place, and counts once a scrape has seen that too;
/// until then what comes for either counts in `other`. Where scrapes come seldom, many wait for
/// one: they go live over the next minutes, and their places are kept.
///
/// Every ten minutes what came before weighs half as much. Live series are never taken to be
/// lighter than they are, the others never to be heavier.
class SeriesSwaps {
 public:
  static constexpr std::int64_t kCheckMs = 60'000;
  static constexpr unsigned kChecksToHalve = 10;

  /// Traffic is compared from now on. `table` is what was committed last.
  SeriesSwaps(std::shared_ptr<SeriesRegistry> registry, const SeriesTable& table);

  /// How many of so many series may begin to be swapped at a check, and how many successors may go
  /// live in any minute.
  [[nodiscard]] static constexpr std::size_t per_check(std::size_t max_series) {
    return std::max<std::size_t>(1, max_series / 100);
  }
  /// How many swaps may be under way: five minutes' worth, if that leaves half of the series.
  [[nodiscard]] static constexpr std::size_t most_under_way(std::size_t max_series) {
    return std::max<std::size_t>(1, std::min(5 * per_check(max_series), max_series / 2));
  }

  /// Of how many series these are the swaps.
  [[nodiscard]] std::size_t limit() const { return limit_; }

  /// A record was counted in `other` for want of a series.
  void saw(std::string_view key, std::uint32_t hash, std::uint64_t value) {
    heavy_.add(key, hash, value);
  }
  void prefetch(std::uint32_t hash) const { heavy_.prefetch(hash); }

  /// A series is live from now on. Whether it counts at once.
  [[nodiscard]] bool appeared(SeriesId id, std::string_view key, std::uint32_t hash);
  /// One is not live any more.
  void retired(SeriesId id);
  /// One is forgotten.
  void dropped(SeriesId id);
  /// Whether one of those that appear does not count yet.
  [[nodiscard]] bool presents(const std::vector<SeriesEvent>& events) const;
  /// Whether a key has a live series that does not count yet.
  [[nodiscard]] bool silent(std::string_view key) const { return silent_keys_.contains(key); }
  /// These series.
  [[nodiscard]] std::vector<SeriesId> silent() const;

  /// Goes on after a commit, with what that one changed and left, and nothing counted since. The
  /// series that count from now on.
  [[nodiscard]] std::vector<SeriesId> advance(const SeriesTable& table, const SeriesDelta& delta,
                                              const CommitTime& time);

 private:
  struct Place {
    SeriesId victim;
    std::uint32_t hash;  ///< of the successor
    unsigned check;      ///< at which it was chosen
  };
  struct Wave {
    std::int64_t unix_ms;
    std::size_t successors;
  };

  [[nodiscard]] std::uint64_t score(const SeriesTable& table, SeriesId id) const {
    return table.value(id) - base_[id];
  }
  void credit(SeriesId id, std::string_view key, std::uint32_t hash);
  [[nodiscard]] std::vector<SeriesId> open(const std::vector<SeriesId>& released);
  void promote(const SeriesTable& table, std::int64_t unix_ms);
  [[nodiscard]] std::vector<std::string> ready(const SeriesTable& table) const;
  [[nodiscard]] std::size_t allowance(std::int64_t unix_ms);
  [[nodiscard]] std::size_t places_kept(const SeriesTable& table,
                                        const std::vector<std::string>& late) const;
  [[nodiscard]] bool due(std::int64_t unix_ms);
  void begin(const SeriesTable& table);
  [[nodiscard]] std::vector<HeavyKeys::Heavy> candidates(std::size_t most) const;
  [[nodiscard]] std::vector<SeriesId> lightest(const SeriesTable& table, std::size_t most) const;
  void halve(const SeriesTable& table);

  std::shared_ptr<SeriesRegistry> registry_;
  std::size_t limit_;
  HeavyKeys heavy_;
  /// By id: what a series' value is above this came lately, modulo 2^64.
  std::vector<std::uint64_t> base_;
  FlatMap<std::string, Place> waiting_;      ///< successors by key, whose victims are still shown
  FlatMap<SeriesId, std::uint32_t> silent_;  ///< successors that do not count yet, and their hash
  FlatMap<std::string_view, SeriesId> silent_keys_;
  std::deque<Wave> waves_;          ///< who went live in the last minute
  std::int64_t next_check_ms_ = 0;  ///< 0: not known yet
  unsigned checks_ = 0;
};

}  // namespace weir
