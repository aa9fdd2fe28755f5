#include "weir/state/window_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// Of a clock that is set, at once.
constexpr auto kLargestShift = std::chrono::hours(25);

minutes checked(seconds interval) {
  const bool whole = interval > seconds(0) && interval % minutes(1) == seconds(0);
  if (!whole || std::chrono::days(1) % interval != seconds(0)) {
    throw Error::usage(
        fmt::format("--interval: a day cannot be divided into windows of {} seconds; give whole "
                    "minutes that divide it, and those of nfcapd's -t: 1m, 5m, 15m, 1h … 24h",
                    interval.count()));
  }
  return std::chrono::duration_cast<minutes>(interval);
}

}  // namespace

WindowPlan::WindowPlan(TimeZone zone, seconds interval)
    : zone_(std::move(zone)), interval_(checked(interval)) {}

/// The beginning of the interval that holds `instant`.
WindowPlan::Instant WindowPlan::floor(Instant instant) const {
  const seconds since = instant.time_since_epoch();
  const seconds into = (since % interval_ + interval_) % interval_;
  return instant - into;
}

Window WindowPlan::at(Instant instant) const {
  return window_at(zone_.to_local(instant));
}

/// The last beginning of an interval that has this name.
std::optional<WindowPlan::Instant> WindowPlan::last_instant(Window window) const {
  const LocalInstants shown = zone_.to_instants(window.start());
  if (shown.count == 0) {
    return std::nullopt;
  }
  for (const Instant minute : {shown.last, shown.first}) {
    // Somewhere within the minute: before 1972 there were zones that differ from UTC by seconds.
    const Instant begin = floor(minute + minutes(1) - seconds(1));
    if (begin >= minute && at(begin) == window) {
      return begin;
    }
  }
  return std::nullopt;
}

bool WindowPlan::exists(Window window) const {
  return last_instant(window).has_value();
}

WindowPlan::Instant WindowPlan::end(Window window) const {
  const auto begin = last_instant(window);
  return begin.value_or(zone_.to_instants(window.start()).last) + interval_;
}

// Looked for minute by minute: at most as many as an interval has, and those that clocks jump over.
Window WindowPlan::next(Window window) const {
  do {
    ++window.minute;
  } while (!exists(window));
  return window;
}

/// The newest window before this one, which need not exist itself; none before 1970.
std::optional<Window> WindowPlan::previous(Window window) const {
  do {
    --window.minute;
  } while (window.minute >= 0 && !exists(window));
  return window.minute < 0 ? std::nullopt : std::optional(window);
}

/// The oldest window that has not ended: all before it have.
Window WindowPlan::oldest_open(Instant now) const {
  const Instant begin = floor(now);
  Window open = at(begin);
  // A clock that is about to be set back gives names again, and may give some between those that it
  // gave before (intervals of 9 minutes, or of 20 where it is set back by half an hour).
  auto change = zone_.next_change(begin);
  while (change && change->at < begin + kLargestShift) {
    open = std::min(open, at(floor(change->at + interval_ - seconds(1))));
    change = zone_.next_change(change->at);
  }
  return open;
}

/// When the window after both `last` and the newest that has ended is due.
WindowPlan::Instant WindowPlan::next_due(std::optional<Window> last, Window open,
                                         seconds grace) const {
  const Window following = last && *last >= open ? next(*last) : open;
  return std::max(end(following), end(open)) + grace;
}

/// Windows with names from `first` to `newest`.
std::uint64_t WindowPlan::count(Window first, Window newest) const {
  std::int64_t windows = 0;
  // Names that the clock shows twice are looked at one by one. Between two others, the order of
  // names is that of instants.
  const auto twice = [this](Window at) { return zone_.to_instants(at.start()).count == 2; };
  for (; first <= newest && twice(first); ++first.minute) {
    windows += exists(first) ? 1 : 0;
  }
  for (; first <= newest && twice(newest); --newest.minute) {
    windows += exists(newest) ? 1 : 0;
  }
  if (first <= newest) {
    const Instant from = zone_.to_instants(first.start()).first;
    const Instant to = zone_.to_instants(newest.start()).last + minutes(1) - seconds(1);
    windows += (floor(to) - floor(from - seconds(1))) / interval_;
    auto change = zone_.next_change(from);
    for (; change && change->at <= to; change = zone_.next_change(change->at)) {
      // Set back by other than whole intervals, the clock shows new names.
      if (change->by < seconds(0) && change->by % interval_ == seconds(0)) {
        windows += change->by / interval_;
      }
    }
  }
  return static_cast<std::uint64_t>(windows);
}

/// The window so many steps before `newest`.
Window WindowPlan::back(Window newest, std::uint64_t steps) const {
  for (std::uint64_t i = 0; i < steps; ++i) {
    newest = previous(newest).value_or(newest);
  }
  return newest;
}

DueWindows WindowPlan::due(std::optional<Window> last, Instant now,
                           const DueOptions& options) const {
  DueWindows out;
  const Window open = oldest_open(now - options.grace);
  const auto newest = previous(open);
  if (!newest) {
    out.next_due = now + interval_;
    out.warning = "the clock shows a time of 1970; waiting until it is set";
    return out;
  }
  out.next_due = next_due(last, open, options.grace);
  if (!last) {
    out.first = out.newest = newest;
    out.count = 1;
    return out;
  }
  if (*last >= *newest) {
    if (zone_.to_instants(last->start()).first + interval_ > now) {
      out.warning = fmt::format(
          "the last finished window is {}, which has not ended: was the clock set back? Nothing is "
          "due before the window after it",
          window_name(*last));
    }
    return out;
  }
  const Window oldest = next(*last);
  const std::uint64_t missed = count(oldest, *newest);
  out.count = std::min(missed, options.max_catch_up);
  out.left_out = missed - out.count;
  if (out.count > 0) {
    out.first = out.left_out > 0 ? back(*newest, out.count - 1) : oldest;
    out.newest = newest;
  }
  return out;
}

DueWindows WindowPlan::range(Window since, std::optional<Window> until, Instant now,
                             seconds grace) const {
  if (until && *until < since) {
    throw Error::usage(fmt::format("--until {} is before --since {}; exchange them",
                                   window_name(*until), window_name(since)));
  }
  const Window first = exists(since) ? since : next(since);
  if (until && first > *until) {
    throw Error::usage(
        fmt::format("--since {} --until {}: no window of {} minutes has a name between these in "
                    "the zone {}; the next one is {}",
                    window_name(since), window_name(*until), interval_.count(), zone_.name(),
                    window_name(first)));
  }
  DueWindows out;
  const Window open = oldest_open(now - grace);
  out.next_due = next_due(first, open, grace);
  if (first >= open) {
    out.warning = fmt::format("--since {}: this window has not ended yet", window_name(first));
    return out;
  }
  out.first = first;
  if (until && *until < open) {
    out.newest = exists(*until) ? until : previous(*until);
  } else {
    out.newest = previous(open);
    if (until) {
      out.warning = fmt::format("--until {}: windows after {} have not ended yet",
                                window_name(*until), window_name(*out.newest));
    }
  }
  out.count = count(first, *out.newest);
  return out;
}

}  // namespace weir
