#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/decode/nfdump_token.hpp"

namespace weir {

/// What stands between the column before and the next one in a line of `-o fmt:`.
struct NfdumpSeparator {
  std::string text;   ///< as the command has it
  bool blank = true;  ///< only blanks: columns are told apart by counting words
};

/// What the output of an nfdump command looks like.
struct NfdumpFormat {
  enum class Style : std::uint8_t { fmt, csv, json, ndjson };
  Style style = Style::fmt;

  /// Of `fmt:` and `csv:`, and of JSON once fix_nfdump_columns has seen it; else empty until the
  /// output has said them.
  std::vector<NfdumpColumn> columns;
  std::string before;                       ///< of fmt: what stands before the first column
  std::vector<NfdumpSeparator> separators;  ///< of fmt: between two columns each
  std::string after;                        ///< of fmt: what stands after the last column

  bool plain_numbers = false;  ///< the command has -N or --no-scale-number
  bool aggregated = false;     ///< a row is many flows
  bool limited = false;        ///< the rows need not add up to the Summary line
};

/// Reads a command line, already split into words. Throws Error::usage with what to change where
/// the output could not be read or not be proved whole: no `-o`, one of the formats for people
/// (`line`, `long`, …), `-q`, options that print no rows, a format whose columns cannot be told
/// apart.
NfdumpFormat nfdump_format(std::span<const std::string> command);

}  // namespace weir
