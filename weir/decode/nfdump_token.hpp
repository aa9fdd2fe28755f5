#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weir {

/// How the text of one of nfdump's columns reads.
enum class NfdumpKind : std::uint8_t {
  number,     ///< digits
  rate,       ///< digits: something per second
  port,       ///< digits, or ICMP's `type.code` in the place of a destination port
  time,       ///< local `YYYY-MM-DD HH:MM:SS[.mmm]`; JSON has a T for the blank
  utc_time,   ///< the same in UTC
  unix_time,  ///< seconds since 1970 with three decimals
  duration,   ///< `1.553` seconds, or `[D`d`] HH:MM:SS.mmm`
  real,       ///< digits with decimals
  mac,        ///< six bytes in hexadecimal between colons
  proto,      ///< IANA's keyword, or the number with -N
  tcp_flags,  ///< a letter or a dot for each flag, such as `...AP.SF`
  address,    ///< IPv4 or IPv6, shortened by `..` unless the command has -6
  text,       ///< anything
};

/// One column of what nfdump prints.
struct NfdumpColumn {
  std::string token;  ///< as nfdump calls it: `%ts`, a JSON key, a column of a CSV header
  std::string name;   ///< as weir calls it: `first_seen`
  NfdumpKind kind = NfdumpKind::text;

  bool operator==(const NfdumpColumn&) const = default;
};

/// What is known of a token of `-o fmt:`. The list is that of nfdump 1.6 to 1.7.6 and of Flowmon's.
struct NfdumpToken {
  std::string_view token;
  std::string_view name;
  NfdumpKind kind;
  std::string_view heading;  ///< in the header line; empty where it is not known
  std::string_view csv;      ///< in the header of `-o csv` since nfdump 1.7.5; empty if it has none
  unsigned words = 1;        ///< how many words its text has; 0: any number
};

/// A token that prints a line of its own, so that a row is not a line: `%n`, `%ipl`, `%opl`.
bool is_nfdump_line_token(std::string_view token);

std::span<const NfdumpToken> nfdump_tokens();

/// The table's row for `%ts`; nullptr if there is none.
const NfdumpToken* find_nfdump_token(std::string_view token);

/// The column that a word of a CSV header stands for: `firstSeen`, or `ts` as before nfdump 1.7.5.
/// An unknown word is a column of text of that name.
NfdumpColumn nfdump_csv_column(std::string_view word);

/// A key of `-o json`.
struct NfdumpKey {
  std::string_view key;
  std::string_view name;  ///< the same for the IPv4 and the IPv6 variant of a key
  NfdumpKind kind;
};

std::span<const NfdumpKey> nfdump_keys();

/// The column that a JSON key stands for. An unknown key is a column of text of that name.
NfdumpColumn nfdump_json_column(std::string_view key);

}  // namespace weir
