#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "weir/base/time.hpp"

namespace weir {

/// What the texts of a column mean, as far as it decides how they are read.
enum class ColumnKind : std::uint8_t {
  text,       ///< anything else, and protocols: nfdump's names are not IANA's (its IPIP is 4)
  number,     ///< unsigned integer up to 2^64-1
  port,       ///< number, or ICMP's `type.code`, which nfdump prints as a port even with -N
  real,       ///< decimal number
  duration,   ///< seconds with decimals, `hh:mm:ss.mmm` or `Nd hh:mm:ss.mmm`
  time,       ///< a time in the zone of the program that printed it, or seconds since 1970
  utc_time,   ///< a time in UTC
  address,    ///< an address or network
  tcp_flags,  ///< letters such as `...AP.S.`, or a number
};

/// From what a clock in some zone shows, taken for UTC, to the moment; nothing when that zone's
/// clocks never show it. Which of two moments is meant in an hour that repeats is its own decision.
using ZoneToUtc = std::function<std::optional<UnixNanos>(UnixNanos shown)>;

/// `text` without blanks and tabs at its ends.
std::string_view trimmed(std::string_view text);

/// Whether a text says that there is no value: nothing, `-`, or nfdump's time 0000-00-00. Where it
/// prints the moment 0 instead, that is still 1969 west of Greenwich.
bool says_nothing(std::string_view text);

/// Decimal digits, or hexadecimal ones behind `0x` (nfdump's observation domains), up to 2^64-1.
std::optional<std::uint64_t> read_number(std::string_view text);
/// As read_number; `type.code` becomes type * 256 + code, as NetFlow carries it in the port.
std::optional<std::uint64_t> read_port(std::string_view text);
/// Finite decimal numbers.
std::optional<double> read_real(std::string_view text);
/// Seconds, from any form of a duration; negative only as a plain number.
std::optional<double> read_duration(std::string_view text);

/// A time as parse_time reads it, with blank or `T`. `local` says whether it is what some zone's
/// clock shows: it bears no zone and is no count of seconds since 1970.
struct ColumnTime {
  UnixNanos nanos = 0;
  bool local = false;
};
std::optional<ColumnTime> read_time(std::string_view text);

/// Whether nfdump printed a number as `1.2 M`, which has lost digits.
bool is_scaled_number(std::string_view text);

}  // namespace weir
