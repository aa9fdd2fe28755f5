#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/aggregate/grouping.hpp"
#include "weir/encode/line_writer.hpp"
#include "weir/encode/row_column.hpp"
#include "weir/io/text_output.hpp"
#include "weir/pipeline/print_columns.hpp"
#include "weir/pipeline/print_reader.hpp"

namespace weir {

enum class PrintFormat : std::uint8_t {
  table,  ///< aligned, for people
  json,   ///< an object a line
  csv,
};

struct PrintOptions {
  PrintInput input;
  std::optional<std::string> by;  ///< without it a row for each record
  std::string fields;
  std::size_t top = 0;  ///< groups or records, 0 for all
  std::string order;    ///< empty: by the largest sums where there is a table or `top`
  bool bidirectional = false;
  PrintFormat format = PrintFormat::json;
  bool units = false;          ///< of a table: 1.2 M
  unsigned threads = 1;        ///< at least 1; with one records come in the order of their files
  std::size_t max_memory = 0;  ///< of groups in bytes, 0 for no limit
  std::string spill_folder;    ///< where groups go that do not fit
};

/// Reads flow records, filters and groups them, and writes them as text.
class PrintRun {
 public:
  /// Throws Error::usage for options that make no sense and for sources that are not there.
  explicit PrintRun(PrintOptions options);

  /// Once. Ends early, and well, when nobody reads the output any more. Throws Error where that
  /// cannot be written, where Kafka cannot be read, where a sum goes beyond 64 bits, and where
  /// groups cannot be put away.
  PrintReport run(TextOutput& out);
  /// Reads no more, and writes what was read. Thread-safe.
  void stop() { reader_->stop(); }

  // For a progress bar, thread-safe: bytes of all sources whose size is known, and what is read.
  [[nodiscard]] std::uint64_t total_bytes() const { return reader_->total_bytes(); }
  [[nodiscard]] std::uint64_t read_bytes() const { return reader_->read_bytes(); }
  /// Called once when all is read, before groups are written.
  std::function<void()> on_read;

 private:
  void choose_order();
  /// Each of the threads reads into what `next(thread)` returns.
  void read_all(PrintReport& report, const std::function<PrintSink&(std::size_t)>& next);
  void print_records(TextOutput& out, PrintReport& report);
  void print_top(TextOutput& out, PrintReport& report);
  void print_groups(TextOutput& out, PrintReport& report);
  void print_unordered(Grouping& grouping, TextOutput& out);
  /// All that `rows` has in order, in the form that is asked for, with what others add up to.
  template <typename Rows>
  void print_ordered(Rows& rows, TextOutput& out);
  [[nodiscard]] LineWriter line_writer() const;

  PrintOptions options_;
  PrintRows rows_;
  std::vector<RowColumn> columns_;
  GroupOrder order_;
  std::unique_ptr<PrintReader> reader_;
  std::stop_source enough_;
};

}  // namespace weir
