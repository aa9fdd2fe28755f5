#include "weir/base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

namespace weir {
namespace {

/// Consumes a text from the left.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool accept(char wanted) {
    if (peek() != wanted || rest_.empty()) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<unsigned> digits(std::size_t count) {
    if (rest_.size() < count) {
      return std::nullopt;
    }
    unsigned value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') {
        return std::nullopt;
      }
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  /// One or more digits, at most 19, so that the value fits.
  std::optional<std::uint64_t> number() {
    std::uint64_t value = 0;
    std::size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9' && count < 19) {
      value = value * 10 + static_cast<std::uint64_t>(rest_[count] - '0');
      ++count;
    }
    rest_.remove_prefix(count);
    if (count == 0 || (peek() >= '0' && peek() <= '9')) {
      return std::nullopt;
    }
    return value;
  }
  /// `.` and one to nine digits as nanoseconds; 0 when there is no dot.
  std::optional<std::uint64_t> fraction() {
    if (!accept('.')) {
      return 0;
    }
    std::uint64_t nanos = 0;
    std::size_t count = 0;
    for (; peek() >= '0' && peek() <= '9'; ++count) {
      if (count < 9) {
        nanos = nanos * 10 + static_cast<std::uint64_t>(peek() - '0');
      }
      rest_.remove_prefix(1);
    }
    if (count == 0) {
      return std::nullopt;
    }
    for (std::size_t i = count; i < 9; ++i) {
      nanos *= 10;
    }
    return nanos;
  }

 private:
  std::string_view rest_;
};

constexpr std::uint64_t kMaxSeconds =
    std::numeric_limits<std::uint64_t>::max() / kNanosPerSecond - 1;

/// `Z`, `+hh:mm`, `-hh:mm`, `+hhmm` or nothing; seconds east of UTC.
std::optional<std::int64_t> zone_offset(Reader& reader) {
  if (reader.done() || reader.accept('Z') || reader.accept('z')) {
    return 0;
  }
  const bool west = reader.peek() == '-';
  if (!reader.accept('-') && !reader.accept('+')) {
    return std::nullopt;
  }
  const auto hours = reader.digits(2);
  reader.accept(':');
  const auto minutes = reader.digits(2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) {
    return std::nullopt;
  }
  const auto seconds = static_cast<std::int64_t>(*hours * 3600 + *minutes * 60);
  return west ? -seconds : seconds;
}

/// Seconds since midnight, from `hh:mm:ss`; a leap second counts as the last second of its minute.
std::optional<std::int64_t> clock_time(Reader& reader) {
  const auto hour = reader.digits(2);
  const bool first = reader.accept(':');
  const auto minute = reader.digits(2);
  const bool second = reader.accept(':');
  auto seconds = reader.digits(2);
  if (!hour || !first || !minute || !second || !seconds) {
    return std::nullopt;
  }
  if (*hour > 23 || *minute > 59 || *seconds > 60) {
    return std::nullopt;
  }
  return *hour * 3600 + *minute * 60 + std::min(*seconds, 59U);
}

std::optional<UnixNanos> parse_calendar(std::string_view text) {
  Reader reader(text);
  const auto year = reader.digits(4);
  const bool first = reader.accept('-');
  const auto month = reader.digits(2);
  const bool second = reader.accept('-');
  const auto day = reader.digits(2);
  if (!year || !first || !month || !second || !day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) {
    return std::nullopt;
  }
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  std::int64_t seconds = std::int64_t{days} * 86'400;
  std::uint64_t nanos = 0;
  if (!reader.done()) {
    if (!reader.accept('T') && !reader.accept('t') && !reader.accept(' ')) {
      return std::nullopt;
    }
    const auto clock = clock_time(reader);
    const auto fraction = reader.fraction();
    const auto offset = zone_offset(reader);
    if (!clock || !fraction || !offset || !reader.done()) {
      return std::nullopt;
    }
    seconds += *clock - *offset;
    nanos = *fraction;
  }
  if (seconds < 0 || static_cast<std::uint64_t>(seconds) > kMaxSeconds) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(seconds) * kNanosPerSecond + nanos;
}

std::optional<UnixNanos> parse_epoch(std::string_view text) {
  Reader reader(text);
  const auto seconds = reader.number();
  const auto nanos = reader.fraction();
  if (!seconds || !nanos || !reader.done() || *seconds > kMaxSeconds) {
    return std::nullopt;
  }
  return *seconds * kNanosPerSecond + *nanos;
}

}  // namespace

std::optional<UnixNanos> parse_time(std::string_view text) {
  const bool calendar = text.size() >= 10 && text[4] == '-';
  return calendar ? parse_calendar(text) : parse_epoch(text);
}

std::string format_time(UnixNanos time) {
  const auto seconds = static_cast<std::int64_t>(time / kNanosPerSecond);
  const auto nanos = time % kNanosPerSecond;
  const std::chrono::sys_days days{std::chrono::days(seconds / 86'400)};
  const std::chrono::year_month_day date(days);
  const auto clock = seconds % 86'400;
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock / 3600, clock / 60 % 60, clock % 60);
  if (nanos % 1'000'000 == 0) {
    text += nanos == 0 ? "" : fmt::format(".{:03}", nanos / 1'000'000);
  } else if (nanos % 1000 == 0) {
    text += fmt::format(".{:06}", nanos / 1000);
  } else {
    text += fmt::format(".{:09}", nanos);
  }
  return text + 'Z';
}

}  // namespace weir
