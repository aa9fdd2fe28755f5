#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/aggregate/grouping.hpp"
#include "weir/encode/line_writer.hpp"
#include "weir/encode/row_column.hpp"
#include "weir/flow/accounts.hpp"
#include "weir/flow/filter.hpp"
#include "weir/io/text_output.hpp"
#include "weir/pipeline/nfcapd_reader.hpp"
#include "weir/pipeline/print_columns.hpp"
#include "weir/pipeline/print_sources.hpp"

namespace weir {

enum class PrintFormat : std::uint8_t {
  table,  ///< aligned, for people
  json,   ///< an object a line
  csv,
};

struct PrintOptions {
  std::vector<std::string> sources;  ///< files, folders, "-"
  std::optional<std::string> by;     ///< without it a row for each record
  std::string fields;
  std::string where;
  std::size_t top = 0;  ///< groups, 0 for all
  std::string order;    ///< empty: by the largest sums where there is a table or `top`
  bool bidirectional = false;
  PrintFormat format = PrintFormat::json;
  bool units = false;          ///< of a table: 1.2 M
  unsigned threads = 1;        ///< at least 1; with one records come in the order of their files
  std::size_t max_memory = 0;  ///< of groups in bytes, 0 for no limit
  std::string spill_folder;    ///< where groups go that do not fit
};

/// What was read and written.
struct PrintReport {
  // Of what matches the filter.
  std::uint64_t records = 0;
  std::uint64_t flows = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t groups = 0;  ///< 0 without `by`
  bool spilled = false;      ///< there were more groups than memory allows
  std::uint64_t files = 0;   ///< nfcapd's and others
  NfcapdReport nfcapd;
  Accounts json;
  /// What is wrong with which source, `path: text`; of very many the first.
  std::vector<std::string> damage;
  /// Sources that are not what they seemed to be, of which nothing was read.
  std::vector<std::string> refused;
};

/// Reads flow records, filters and groups them, and writes them as text.
class PrintRun {
 public:
  /// Throws Error::usage for options that make no sense and for sources that are not there.
  explicit PrintRun(PrintOptions options);

  /// Once. Ends early, and well, when nobody reads the output any more. Throws Error where that
  /// cannot be written, where a sum goes beyond 64 bits, and where groups cannot be put away.
  PrintReport run(TextOutput& out);

  // For a progress bar, thread-safe: bytes of all sources whose size is known, and what is read.
  [[nodiscard]] std::uint64_t total_bytes() const { return work_->total_bytes() + json_bytes_; }
  [[nodiscard]] std::uint64_t read_bytes() const { return work_->taken_bytes() + json_read_; }
  /// Called once when all is read, before groups are written.
  std::function<void()> on_read;

 private:
  /// Reads what no other thread has read, into `next`.
  void read(Emit& next, PrintReport& report);
  void read_json(const std::string& path, Emit& emit, PrintReport& report);
  /// Each of the threads reads into what `next(thread)` returns.
  void read_all(PrintReport& report, const std::function<Emit&(std::size_t)>& next);
  void print_records(TextOutput& out, PrintReport& report);
  void print_groups(TextOutput& out, PrintReport& report);
  void print_group_lines(Grouping& grouping, TextOutput& out);
  void print_group_table(Grouping& grouping, TextOutput& out);
  [[nodiscard]] LineWriter line_writer() const;

  PrintOptions options_;
  PrintRows rows_;
  Filter filter_;
  std::vector<RowColumn> columns_;
  GroupOrder order_;
  FieldSet wanted_;
  PrintSources sources_;
  std::unique_ptr<NfcapdWork> work_;
  std::uint64_t json_bytes_ = 0;
  std::atomic<std::uint64_t> json_read_ = 0;
  std::atomic<std::size_t> next_json_ = 0;
  std::stop_source enough_;
};

}  // namespace weir
