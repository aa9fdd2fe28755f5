#include "weir/decode/nfdump_reader.hpp"

#include <fmt/format.h>

#include "weir/decode/nfdump_strip.hpp"

namespace weir {

std::string_view nfdump_trouble_name(NfdumpTrouble trouble) {
  switch (trouble) {
    case NfdumpTrouble::none:
      return "none";
    case NfdumpTrouble::exit_status:
      return "exit_status";
    case NfdumpTrouble::error_output:
      return "error_output";
    case NfdumpTrouble::line_too_long:
      return "line_too_long";
    case NfdumpTrouble::wrong_columns:
      return "wrong_columns";
    case NfdumpTrouble::scaled_number:
      return "scaled_number";
    case NfdumpTrouble::bad_number:
      return "bad_number";
    case NfdumpTrouble::unexpected_line:
      return "unexpected_line";
    case NfdumpTrouble::cut_off:
      return "cut_off";
    case NfdumpTrouble::no_trailer:
      return "no_trailer";
    case NfdumpTrouble::nothing_read:
      return "nothing_read";
    case NfdumpTrouble::sums_differ:
      return "sums_differ";
  }
  return "none";
}

bool NfdumpReader::fail_line(NfdumpTrouble trouble, std::string_view what, std::string_view line) {
  return fail(trouble, fmt::format("{}: '{}'", what, shown_line(line)));
}

void NfdumpLineReader::feed(std::string_view chunk, RowReceiver& rows) {
  if (failure_) {
    return;
  }
  const bool fits = cutter_.feed(chunk, [&](std::string_view text) { return line(text, rows); });
  if (!fits && !failure_) {
    fail_line(NfdumpTrouble::line_too_long,
              fmt::format("a line of more than {} bytes", kMaxNfdumpLine), cutter_.rest());
  }
}

NfdumpFailure NfdumpLineReader::cut_off() const {
  if (cutter_.rest().empty()) {
    return {};
  }
  return {NfdumpTrouble::cut_off,
          fmt::format("the output ends inside a line: '{}'", shown_line(cutter_.rest()))};
}

NfdumpFailure nfdump_no_rows(bool silent) {
  if (silent) {
    return {};
  }
  return {NfdumpTrouble::nothing_read,
          "there are no rows, this format does not say whether a file was read, and the command "
          "wrote to stderr; with -o 'fmt:…' it does"};
}

}  // namespace weir
