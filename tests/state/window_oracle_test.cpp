// WindowPlan against a simulation that knows no zone arithmetic: it lets a year pass minute by
// minute, asks the C library what the clock shows, and does what nfcapd does.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/scoped_variable.hpp"
#include "weir/state/window_plan.hpp"

namespace weir {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr auto kGrace = seconds(40);

struct Year {
  const char* zone;
  int year;
};

/// What the clock showed in each minute of a year and the days around it.
class Clock {
 public:
  explicit Clock(const Year& year)
      : begin_(std::chrono::sys_days(std::chrono::year(year.year) / 1 / 1) - days(2)) {
    const ScopedVariable variable("TZ", year.zone);
    for (sys_seconds at = begin_; at < begin_ + days(369); at += minutes(1)) {
      const std::time_t time = at.time_since_epoch().count();
      std::tm shown{};
      localtime_r(&time, &shown);
      shown_.push_back((time + shown.tm_gmtoff) / 60);
      if (shown_.size() > 1 && shown_.back() != shown_[shown_.size() - 2] + 1) {
        changes_.push_back(at);
      }
    }
  }

  /// Name -> the beginning of its last interval.
  [[nodiscard]] std::map<Window, sys_seconds> windows(minutes interval) const {
    std::map<Window, sys_seconds> all;
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      const sys_seconds at = begin_ + minutes(i);
      if (at.time_since_epoch() % interval == seconds(0)) {
        all.insert_or_assign(all.end(), Window{shown_[i]}, at);
      }
    }
    return all;
  }
  [[nodiscard]] const std::vector<sys_seconds>& changes() const { return changes_; }
  [[nodiscard]] sys_seconds begin() const { return begin_; }

 private:
  sys_seconds begin_;
  std::vector<std::int64_t> shown_;
  std::vector<sys_seconds> changes_;
};

class WindowOracle : public testing::TestWithParam<Year> {
 protected:
  [[nodiscard]] static const Clock& of_year(const Year& year) {
    static std::map<std::string, Clock> all;
    return all.try_emplace(year.zone, year).first->second;
  }
  [[nodiscard]] static std::vector<sys_seconds> moments(const Clock& clock, minutes interval) {
    std::vector<sys_seconds> all;
    const minutes step = std::min(interval, minutes(30));
    for (const sys_seconds change : clock.changes()) {
      for (auto at = change - hours(30); at < change + hours(30); at += minutes(47)) {
        all.push_back(at);
      }
      const int steps = static_cast<int>(std::min<std::int64_t>(hours(3) / step, 40));
      for (int i = -steps; i < steps; ++i) {
        all.push_back(change + i * step);
        all.push_back(change + i * step - seconds(1) + kGrace);
      }
    }
    for (auto at = clock.begin() + days(4); at < clock.begin() + days(364); at += hours(101)) {
      all.push_back(at + seconds(7));
    }
    std::sort(all.begin(), all.end());
    return all;
  }
};

TEST_P(WindowOracle, AgreesOnEveryWindowOfTheYear) {
  const Clock& clock = of_year(GetParam());
  for (const int count : {5, 9, 40, 60, 1440}) {
    const minutes interval(count);
    const WindowPlan plan(TimeZone::load(GetParam().zone), interval);
    const auto windows = clock.windows(interval);
    // The days at both ends are there only to know what comes next.
    const auto last = std::prev(windows.end(), 2);
    for (auto each = std::next(windows.begin()); each != last; ++each) {
      ASSERT_TRUE(plan.exists(each->first)) << window_name(each->first);
      ASSERT_EQ(plan.end(each->first), each->second + interval) << window_name(each->first);
      ASSERT_EQ(plan.next(each->first), std::next(each)->first) << window_name(each->first);
    }
  }
}

TEST_P(WindowOracle, AgreesOnEveryMinuteAroundTheChanges) {
  const Clock& clock = of_year(GetParam());
  for (const int count : {1, 9, 20, 60}) {
    const minutes interval(count);
    const TimeZone zone = TimeZone::load(GetParam().zone);
    const WindowPlan plan(zone, interval);
    const auto windows = clock.windows(interval);
    for (const sys_seconds change : clock.changes()) {
      const Window middle = window_at(zone.to_local(change));
      for (Window w{middle.minute - 2000}; w.minute < middle.minute + 2000; ++w.minute) {
        ASSERT_EQ(plan.exists(w), windows.contains(w)) << window_name(w);
        ASSERT_EQ(plan.next(w), windows.upper_bound(w)->first) << window_name(w);
      }
    }
  }
}

TEST_P(WindowOracle, AgreesOnWhatIsDueAndWhatIsLeftOut) {
  const Clock& clock = of_year(GetParam());
  const DueOptions options{.grace = kGrace, .max_catch_up = 10};
  for (const int count : {1, 5, 9, 20, 60, 480}) {
    const minutes interval(count);
    const WindowPlan plan(TimeZone::load(GetParam().zone), interval);
    const auto by_name = clock.windows(interval);
    const std::vector<std::pair<Window, sys_seconds>> windows(by_name.begin(), by_name.end());
    std::size_t turn = 0;
    std::size_t ended = 0;
    for (const sys_seconds now : moments(clock, interval)) {
      // Those that have ended are the first ones: names are completed in their own order.
      while (windows[ended].second + interval + options.grace <= now) {
        ++ended;
      }
      const auto at = [&windows](std::size_t i) { return windows[i].first; };
      const std::size_t missed = std::min(ended - 1, ++turn * 7 % 400);
      const Window last = at(ended - 1 - missed);
      const DueWindows due = plan.due(last, now, options);
      ASSERT_EQ(due.count + due.left_out, missed) << window_name(last) << ' ' << interval.count();
      ASSERT_EQ(due.count, std::min<std::size_t>(missed, 10));
      ASSERT_EQ(due.newest, missed == 0 ? std::nullopt : std::optional(at(ended - 1)));
      ASSERT_EQ(due.first, missed == 0 ? std::nullopt : std::optional(at(ended - due.count)));
      ASSERT_EQ(due.next_due, windows[ended].second + interval + options.grace);
      ASSERT_EQ(due.warning, "");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Zones, WindowOracle,
                         testing::Values(Year{"Europe/Prague", 2026},
                                         Year{"Australia/Lord_Howe", 2026},
                                         Year{"Asia/Kathmandu", 2026}, Year{"Pacific/Apia", 2011},
                                         Year{"America/St_Johns", 2026},
                                         Year{"Africa/Casablanca", 2026}, Year{"UTC", 2026}),
                         [](const auto& each) {
                           std::string name = each.param.zone;
                           std::erase_if(name, [](char c) { return c == '/' || c == '_'; });
                           return name;
                         });

}  // namespace
}  // namespace weir
