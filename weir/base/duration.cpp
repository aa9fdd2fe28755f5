#include "weir/base/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr auto kUnits = std::to_array<Unit>(
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}});

constexpr std::int64_t kMost = 3653 * kUnits.front().milliseconds;

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  if (text == "0") {
    return milliseconds(0);
  }
  std::int64_t total = 0;
  auto allowed = kUnits.begin();  // units before it are larger, or were there
  const bool empty = text.empty();
  while (!text.empty()) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) {
      return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const std::string_view name = text.substr(0, text.find_first_of("0123456789"));
    const auto unit =
        std::find_if(allowed, kUnits.end(), [&](const Unit& each) { return each.name == name; });
    if (unit == kUnits.end() || number > kMost / unit->milliseconds) {
      return std::nullopt;
    }
    total += number * unit->milliseconds;
    allowed = unit + 1;
    text.remove_prefix(name.size());
  }
  return empty || total > kMost ? std::nullopt : std::optional(milliseconds(total));
}

milliseconds parse_duration_flag(std::string_view flag, std::string_view text, milliseconds least) {
  const auto duration = parse_duration(text);
  if (!duration) {
    throw Error::usage(fmt::format(
        "{}: \"{}\" is no length of time; write whole numbers with the units d, h, m, s or ms, as "
        "in 30s, 5m or 1h30m",
        flag, text));
  }
  if (*duration < least) {
    throw Error::usage(
        fmt::format("{}: {} is too short; {} is the least", flag, text, format_duration(least)));
  }
  return *duration;
}

std::string format_duration(milliseconds duration) {
  std::int64_t rest = duration.count();
  std::string text;
  for (const Unit& unit : kUnits) {
    if (rest >= unit.milliseconds) {
      text += fmt::format("{}{}", rest / unit.milliseconds, unit.name);
      rest %= unit.milliseconds;
    }
  }
  return text.empty() ? "0s" : text;
}

}  // namespace weir
