#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "weir/decode/nfdump_format.hpp"
#include "weir/decode/nfdump_reader.hpp"
#include "weir/decode/nfdump_verdict.hpp"

namespace weir {

/// Whether one run's output is the whole of its window.
struct NfdumpVerdict {
  NfdumpTrouble trouble = NfdumpTrouble::none;
  std::string detail;          ///< one line of printable text; empty without trouble
  std::uint64_t rows = 0;      ///< handed on, whole or not
  std::uint64_t left_out = 0;  ///< values of JSON records whose key the first record did not have

  [[nodiscard]] bool whole() const { return trouble == NfdumpTrouble::none; }
};

/// Reads what one run of an nfdump command prints: rows as they come, and in the end whether they
/// are all of them. Memory does not grow with the number of rows.
///
/// What proves an output whole, besides exit status 0 and nothing on stderr:
/// - `fmt:`: the four lines after the rows, complete; a file was read; the rows' sums equal the
///   Summary line, unless the command limits or sorts. No rows at all are fine.
/// - `csv` before nfdump 1.7.5: its summary and the sums. Later: that it ends with a whole line.
/// - `json`: the closing bracket. `ndjson`: that it ends with a whole line.
/// Formats other than `fmt:` do not say that a file was read; there, no rows are believed only if
/// the command wrote nothing to stderr, not even lines that are ignored.
class NfdumpText {
 public:
  explicit NfdumpText(const NfdumpFormat& format);

  /// Takes more of the command's stdout, cut anywhere. Rows go to `rows`, whose exceptions pass
  /// through. Does nothing once `failed()`.
  void feed(std::string_view chunk, RowReceiver& rows) { reader_->feed(chunk, rows); }

  /// What was read cannot be right, whatever comes: the command may be stopped.
  [[nodiscard]] bool failed() const { return static_cast<bool>(reader_->failure()); }

  /// To be asked once, when stdout has ended and the command is gone.
  [[nodiscard]] NfdumpVerdict finish(const NfdumpEnd& end) const;

 private:
  std::unique_ptr<NfdumpReader> reader_;
};

}  // namespace weir
