#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// Nanoseconds since 1970-01-01T00:00:00Z, as every time field of a flow is kept. Reaches to 2554.
using UnixNanos = std::uint64_t;

inline constexpr UnixNanos kNanosPerSecond = 1'000'000'000;

/// RFC 3339 (`2026-01-02T03:04:05.678Z`, `+01:00`), the same with a blank for `T` and without zone
/// (read as UTC), a date alone, or seconds since the epoch with up to nine decimals. Years
/// 1970–2553.
std::optional<UnixNanos> parse_time(std::string_view text);

/// RFC 3339 in UTC with as many decimals as needed (none, 3, 6 or 9).
std::string format_time(UnixNanos time);

}  // namespace weir
