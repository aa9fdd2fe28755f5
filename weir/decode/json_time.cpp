#include "weir/decode/json_time.hpp"

#include <charconv>
#include <cmath>

namespace weir {
namespace {

/// In seconds up to the year 5138, and so on.
constexpr std::uint64_t kSecondsBelow = 100'000'000'000;
constexpr double kTwoTo64 = 18446744073709551616.0;

}  // namespace

std::optional<Refused> read_time_number(std::uint64_t value, std::optional<UnixNanos>& time) {
  std::uint64_t scale = 1;
  if (value < kSecondsBelow) {
    scale = kNanosPerSecond;
  } else if (value < kSecondsBelow * 1000) {
    scale = 1'000'000;
  } else if (value < kSecondsBelow * 1'000'000) {
    scale = 1000;
  }
  std::uint64_t nanos = 0;
  if (__builtin_mul_overflow(value, scale, &nanos)) {
    return Refused::out_of_range;
  }
  time = nanos;
  return std::nullopt;
}

std::optional<Refused> read_time_real(double value, std::optional<UnixNanos>& time) {
  if (value < 0 || value >= kTwoTo64) {
    return Refused::out_of_range;
  }
  if (std::floor(value) == value) {
    return read_time_number(static_cast<std::uint64_t>(value), time);
  }
  if (value >= static_cast<double>(kSecondsBelow)) {
    return Refused::wrong_type;
  }
  // A double holds today's seconds to a quarter of a microsecond.
  const double micros = std::round(value * 1e6);
  if (micros * 1000 >= kTwoTo64) {
    return Refused::out_of_range;
  }
  time = static_cast<std::uint64_t>(micros) * 1000;
  return std::nullopt;
}

std::optional<Refused> read_time_text(std::string_view text, std::optional<UnixNanos>& time) {
  // This is how pmacct and nfdump print that they know no time.
  if (text.starts_with("0000-00-00") || text.starts_with("<unknown>")) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end == text.data() + text.size()) {
    return error == std::errc{} ? read_time_number(number, time)
                                : std::optional(Refused::out_of_range);
  }
  // RFC 9557 lets the name of the zone follow, `[Europe/Berlin]`; the offset before it says it all.
  if (text.ends_with(']')) {
    text = text.substr(0, text.find('['));
  }
  const auto read = parse_time(text);
  if (!read) {
    return Refused::wrong_type;
  }
  time = read;
  return std::nullopt;
}

}  // namespace weir
