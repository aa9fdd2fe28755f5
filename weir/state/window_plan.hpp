#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "weir/base/time_zone.hpp"
#include "weir/state/window.hpp"

namespace weir {

struct DueOptions {
  std::chrono::seconds grace{0};     ///< a window is due this long after its end
  std::uint64_t max_catch_up = 288;  ///< of missed windows, the newest so many are due
};

/// What is to be done now: the windows from `first` to `newest`, which `WindowPlan::next` steps
/// through; there is no list of them, as it might be one of millions.
struct DueWindows {
  std::optional<Window> first;        ///< the oldest; none where nothing is due
  std::optional<Window> newest;       ///< none where nothing is due
  std::uint64_t count = 0;            ///< windows from first to newest
  std::uint64_t left_out = 0;         ///< missed windows before `first`, beyond max_catch_up
  std::chrono::sys_seconds next_due;  ///< when the window after these is due: after `now`
  std::string warning;                ///< what is odd about it, for the log; mostly empty
};

/// Which windows exist and when each is complete. nfcapd begins a file at every multiple of the
/// interval since the epoch, in UTC, and gives it the local time for its name; the hour that is
/// repeated when clocks are set back goes to the same files a second time. So the windows are the
/// local times of those instants, each once, in the order of their names; one has ended when the
/// last interval with its name has, and is due when all before it have ended too. Immutable.
class WindowPlan {
 public:
  /// Throws Error::usage naming --interval unless `interval` is a whole number of minutes that a
  /// day can be divided by (1 minute to 24 hours).
  WindowPlan(TimeZone zone, std::chrono::seconds interval);

  [[nodiscard]] bool exists(Window window) const;
  /// The first window after this one, which need not exist itself.
  [[nodiscard]] Window next(Window window) const;
  /// When the last interval with its name ends; for one that does not exist, when it would have.
  [[nodiscard]] std::chrono::sys_seconds end(Window window) const;
  [[nodiscard]] std::chrono::minutes interval() const { return interval_; }
  [[nodiscard]] const TimeZone& zone() const { return zone_; }

  /// The windows after `last` that are due; without `last` only the newest. A `last` that has not
  /// ended yet (the clock was set back, or somebody wrote it) is warned about, and nothing is due.
  [[nodiscard]] DueWindows due(std::optional<Window> last, std::chrono::sys_seconds now,
                               const DueOptions& options) const;

  /// The windows from `since` to `until`, both included where they exist, as far as they are due
  /// (all that are due without `until`), with a warning where the range goes on beyond that.
  /// Throws Error::usage where `until` is before `since`, or no window lies between them.
  [[nodiscard]] DueWindows range(Window since, std::optional<Window> until,
                                 std::chrono::sys_seconds now, std::chrono::seconds grace) const;

 private:
  using Instant = std::chrono::sys_seconds;

  [[nodiscard]] Window at(Instant instant) const;
  [[nodiscard]] std::optional<Instant> last_instant(Window window) const;
  [[nodiscard]] std::optional<Window> previous(Window window) const;
  [[nodiscard]] Window oldest_open(Instant now) const;
  [[nodiscard]] Instant next_due(std::optional<Window> last, Window open,
                                 std::chrono::seconds grace) const;
  [[nodiscard]] std::uint64_t count(Window first, Window newest) const;
  [[nodiscard]] Window back(Window newest, std::uint64_t steps) const;
  [[nodiscard]] Instant floor(Instant instant) const;

  TimeZone zone_;
  std::chrono::minutes interval_;
};

}  // namespace weir
