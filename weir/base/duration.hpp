#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// A length of time as Prometheus and Go write it: whole numbers with their units, larger units
/// first, each once: `30s`, `5m`, `1h30m`, `2d`, `500ms`. `0` alone needs no unit. Up to 10 years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The same, for the value of a flag. Throws Error::usage that names the flag and the units for
/// what is none, and for one shorter than `least`.
[[nodiscard]] std::chrono::milliseconds parse_duration_flag(
    std::string_view flag, std::string_view text,
    std::chrono::milliseconds least = std::chrono::milliseconds(0));

/// As parse_duration reads it, in the fewest units: `1h30m`, `500ms`, `0s`.
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

}  // namespace weir
