#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "weir/decode/nfdump_token.hpp"

namespace weir {

/// Takes the rows of one run of the command.
class RowReceiver {
 public:
  virtual ~RowReceiver() = default;
  /// Called once, before the first row if there is any: what the columns are. May throw Error.
  virtual void columns(std::span<const NfdumpColumn> columns) = 0;
  /// One text for each column; they live until `row` returns. May throw.
  virtual void row(std::span<const std::string_view> texts) = 0;
};

/// Why the output of a command is not proved whole.
enum class NfdumpTrouble : std::uint8_t {
  none,
  exit_status,      ///< the command failed or was killed
  error_output,     ///< it wrote to stderr
  line_too_long,    ///< a line or record of more than kMaxNfdumpLine bytes
  wrong_columns,    ///< a line that the format does not make
  scaled_number,    ///< `1.2 M`: digits are lost
  bad_number,       ///< flows, packets or bytes that are no number
  unexpected_line,  ///< neither header nor row nor trailer
  cut_off,          ///< the output ends inside a line or record
  no_trailer,       ///< the lines after the rows are missing
  nothing_read,     ///< nfdump read no file, or nothing says that it did
  sums_differ,      ///< the rows do not add up to the Summary line
};

/// The trouble's name in metrics and logs: `exit_status`, `cut_off`, …
std::string_view nfdump_trouble_name(NfdumpTrouble trouble);

inline constexpr std::size_t kMaxNfdumpLine = 65536;

struct NfdumpFailure {
  NfdumpTrouble trouble = NfdumpTrouble::none;
  std::string detail;  ///< one line of printable text, with what to do about it where that is known

  explicit operator bool() const { return trouble != NfdumpTrouble::none; }
};

/// How the command ended.
struct NfdumpEnd {
  int exit_status = 0;          ///< -N if signal N killed it
  std::string_view errors;      ///< what it wrote to stderr, without lines that are to be ignored
  bool errors_ignored = false;  ///< there were such lines
};

}  // namespace weir
