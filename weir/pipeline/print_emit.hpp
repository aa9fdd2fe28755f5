#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "weir/encode/line_writer.hpp"
#include "weir/encode/row_column.hpp"
#include "weir/encode/table_writer.hpp"
#include "weir/flow/filter.hpp"
#include "weir/flow/stages.hpp"
#include "weir/io/text_output.hpp"

namespace weir {

/// Passes on rows that match, and adds them up. One thread.
class MatchingRows final : public Emit {
 public:
  MatchingRows(const Filter& filter, Emit& next) : filter_(&filter), next_(&next) {}

  void operator()(FlowBatch& batch) override;

  std::uint64_t records = 0;
  std::uint64_t flows = 0;  ///< a record that does not say is one
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

 private:
  const Filter* filter_;
  Emit* next_;
};

/// Rows as lines into an output that several threads share. One thread each.
class LinesOutput final : public Emit {
 public:
  /// Asks `enough` to stop where nobody reads the output any more. All must outlive it.
  LinesOutput(LineWriter writer, TextOutput& out, std::stop_source& enough)
      : writer_(std::move(writer)), out_(&out), enough_(&enough) {}

  void operator()(FlowBatch& batch) override;
  void other(const Flow& row, std::uint64_t groups) { writer_.append_other(row, groups, text_); }
  /// Writes what is left.
  void flush();

 private:
  static constexpr std::size_t kAtOnce = std::size_t{128} << 10;

  LineWriter writer_;
  TextOutput* out_;
  std::stop_source* enough_;
  TextBuffer text_;
};

/// Rows as a table; several threads may write to it.
class TableOutput final : public Emit {
 public:
  TableOutput(std::vector<RowColumn> columns, bool units, TextOutput& out, std::stop_source& enough)
      : writer_(std::move(columns), units), out_(&out), enough_(&enough) {}

  void operator()(FlowBatch& batch) override;
  void other(const Flow& row, std::uint64_t groups) { writer_.append_other(row, groups, text_); }
  void finish();

 private:
  void write();

  std::mutex writing_;
  TableWriter writer_;
  TextOutput* out_;
  std::stop_source* enough_;
  TextBuffer text_;
};

}  // namespace weir
