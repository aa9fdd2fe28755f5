#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// One nfcapd file, known by its name: what the clock on the wall showed when it was begun. Its
/// number is that time in minutes since 1970-01-01 00:00 on the clock's face, so it depends neither
/// on the zone nor on the length of windows, and it is what the ledger keeps as an offset.
struct Window {
  std::int64_t minute = 0;

  [[nodiscard]] std::chrono::local_seconds start() const {
    return std::chrono::local_seconds(std::chrono::minutes(minute));
  }

  auto operator<=>(const Window&) const = default;
};

/// The window whose minute holds `local`.
[[nodiscard]] Window window_at(std::chrono::local_seconds local);

/// `YYYYmmddHHMM`: exactly twelve digits that are a time of a day in the calendar, from 1970 on.
[[nodiscard]] std::optional<Window> parse_window(std::string_view name);

/// The name as `parse_window` reads it, for years up to 9999.
[[nodiscard]] std::string window_name(Window window);

/// Where nfcapd -S 1 keeps the file, relative to its folder: `YYYY/mm/dd/nfcapd.YYYYmmddHHMM`.
[[nodiscard]] std::string window_path(Window window);

/// A time as `nfdump -t` reads it: `YYYY/mm/dd.HH:MM:SS`.
[[nodiscard]] std::string nfdump_time(std::chrono::local_seconds local);

}  // namespace weir
