#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "weir/base/time.hpp"
#include "weir/flow/accounts.hpp"

namespace weir {

/// A time as some dialect writes it. Each returns why it cannot be taken, Refused::wrong_type or
/// Refused::out_of_range; `time` is left alone then, and where the text says that there is none.

/// A bare integer's unit follows from its size: seconds, milliseconds, microseconds or nanoseconds
/// since 1970.
std::optional<Refused> read_time_number(std::uint64_t value, std::optional<UnixNanos>& time);
/// Seconds since 1970 with decimals, to the microsecond.
std::optional<Refused> read_time_real(double value, std::optional<UnixNanos>& time);
/// RFC 3339, RFC 9557, what pmacct and nfdump print, or a number.
std::optional<Refused> read_time_text(std::string_view text, std::optional<UnixNanos>& time);

}  // namespace weir
