#include "weir/state/window.hpp"

#include <fmt/format.h>

namespace weir {
namespace {

/// A time of day in the calendar, taken apart.
struct Face {
  int year;
  unsigned month;
  unsigned day;
  int hour;
  int minute;
  int second;
};

Face face(std::chrono::local_seconds local) {
  const auto midnight = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(midnight);
  const auto since = static_cast<int>((local - midnight).count());
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<unsigned>(date.month()),
          .day = static_cast<unsigned>(date.day()),
          .hour = since / 3600,
          .minute = since / 60 % 60,
          .second = since % 60};
}

}  // namespace

Window window_at(std::chrono::local_seconds local) {
  return {std::chrono::floor<std::chrono::minutes>(local).time_since_epoch().count()};
}

std::optional<Window> parse_window(std::string_view name) {
  if (name.size() != 12 || name.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  const auto number = [name](std::size_t from, std::size_t count) {
    unsigned value = 0;
    for (const char digit : name.substr(from, count)) {
      value = value * 10 + static_cast<unsigned>(digit - '0');
    }
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(number(0, 4))),
                                         std::chrono::month(number(4, 2)),
                                         std::chrono::day(number(6, 2))};
  const unsigned hour = number(8, 2);
  const unsigned minute = number(10, 2);
  if (!date.ok() || date.year() < std::chrono::year(1970) || hour > 23 || minute > 59) {
    return std::nullopt;
  }
  return window_at(std::chrono::local_days(date) + std::chrono::hours(hour) +
                   std::chrono::minutes(minute));
}

std::string window_name(Window window) {
  const Face at = face(window.start());
  return fmt::format("{:04}{:02}{:02}{:02}{:02}", at.year, at.month, at.day, at.hour, at.minute);
}

std::string window_path(Window window) {
  const Face at = face(window.start());
  return fmt::format("{:04}/{:02}/{:02}/nfcapd.{}", at.year, at.month, at.day, window_name(window));
}

std::string nfdump_time(std::chrono::local_seconds local) {
  const Face at = face(local);
  return fmt::format("{:04}/{:02}/{:02}.{:02}:{:02}:{:02}", at.year, at.month, at.day, at.hour,
                     at.minute, at.second);
}

}  // namespace weir
