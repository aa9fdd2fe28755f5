#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "weir/decode/nfdump_format.hpp"
#include "weir/decode/nfdump_lines.hpp"
#include "weir/decode/nfdump_verdict.hpp"

namespace weir {

/// Reads one style of nfdump's output; NfdumpText owns the right one.
class NfdumpReader {
 public:
  virtual ~NfdumpReader() = default;

  /// Takes more of the output. Does nothing once there is a failure.
  virtual void feed(std::string_view chunk, RowReceiver& rows) = 0;
  /// What the output lacks, now that it has ended. `silent`: the command wrote nothing to stderr.
  [[nodiscard]] virtual NfdumpFailure at_end(bool silent) const = 0;
  [[nodiscard]] virtual std::uint64_t rows() const = 0;
  /// Values of JSON records whose key is no column.
  [[nodiscard]] virtual std::uint64_t left_out() const { return 0; }

  [[nodiscard]] const NfdumpFailure& failure() const { return failure_; }

 protected:
  /// Remembers why reading cannot go on; always false.
  bool fail(NfdumpTrouble trouble, std::string detail) {
    failure_ = {trouble, std::move(detail)};
    return false;
  }
  bool fail_line(NfdumpTrouble trouble, std::string_view what, std::string_view line);

  NfdumpFailure failure_;
};

/// A style whose rows are lines.
class NfdumpLineReader : public NfdumpReader {
 public:
  void feed(std::string_view chunk, RowReceiver& rows) override;

 protected:
  /// Takes a line; false once there is a failure.
  virtual bool line(std::string_view line, RowReceiver& rows) = 0;
  /// The failure of an output that ends inside a line.
  [[nodiscard]] NfdumpFailure cut_off() const;

 private:
  LineCutter cutter_;
};

std::unique_ptr<NfdumpReader> make_nfdump_fmt_reader(const NfdumpFormat& format);
std::unique_ptr<NfdumpReader> make_nfdump_csv_reader(const NfdumpFormat& format);
/// Of `json` and `ndjson`.
std::unique_ptr<NfdumpReader> make_nfdump_json_reader(const NfdumpFormat& format);

/// Of an output that does not say what was read: the failure of having no rows. nfdump 1.7.1 writes
/// to stderr whenever it could not read a file, so no rows are believed if it wrote nothing.
NfdumpFailure nfdump_no_rows(bool silent);

}  // namespace weir
