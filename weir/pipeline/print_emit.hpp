#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "weir/aggregate/grouping.hpp"
#include "weir/aggregate/top_rows.hpp"
#include "weir/encode/line_writer.hpp"
#include "weir/encode/row_column.hpp"
#include "weir/encode/table_writer.hpp"
#include "weir/enrich/enrichment.hpp"
#include "weir/flow/filter.hpp"
#include "weir/flow/stages.hpp"
#include "weir/io/text_output.hpp"

namespace weir {

/// Where the rows of one thread end.
class PrintSink : public Emit {
 public:
  /// Nothing more comes for now: what is held back may be shown.
  virtual void pause() {}

 protected:
  ~PrintSink() = default;
};

/// How many more rows are wanted, of all threads together.
class RowBudget {
 public:
  /// 0: as many as there are. Asks `enough` to stop with the last one; it must outlive this.
  RowBudget(std::uint64_t rows, std::stop_source& enough)
      : left_(rows), limited_(rows != 0), enough_(&enough) {}
  RowBudget(const RowBudget&) = delete;
  RowBudget& operator=(const RowBudget&) = delete;

  [[nodiscard]] bool limited() const { return limited_; }
  /// How many of these rows are wanted still. Thread-safe.
  std::uint64_t take(std::uint64_t rows);

 private:
  std::atomic<std::uint64_t> left_;
  const bool limited_;
  std::stop_source* enough_;
};

/// Passes on rows that match and are wanted still, and adds them up. One thread.
class MatchingRows final : public Emit {
 public:
  /// All must outlive it.
  MatchingRows(const Filter& filter, RowBudget& budget, Emit& next)
      : filter_(&filter), budget_(&budget), next_(&next) {}

  void operator()(FlowBatch& batch) override;

  std::uint64_t records = 0;
  std::uint64_t flows = 0;  ///< a record that does not say is one
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

 private:
  const Filter* filter_;
  RowBudget* budget_;
  Emit* next_;
};

/// Fills in what records do not say themselves, where it is wanted: totals, and what is looked up.
/// One thread.
class FilledRows final : public Emit {
 public:
  /// Without `enrichment` nothing is looked up. All must outlive it.
  FilledRows(const FieldSet& wanted, const Enrichment* enrichment, Emit& next)
      : wanted_(wanted),
        stage_(enrichment == nullptr ? nullptr : enrichment->stage(wanted)),
        next_(&next) {}

  void operator()(FlowBatch& batch) override;

 private:
  FieldSet wanted_;
  std::unique_ptr<Stage> stage_;
  Accounts accounts_;  // of which nothing is told: nothing is refused here
  Emit* next_;
};

/// Groups a thread's rows.
class IntoGroups final : public PrintSink {
 public:
  explicit IntoGroups(Grouper& grouper) : grouper_(&grouper) {}
  void operator()(FlowBatch& batch) override { grouper_->process(batch); }

 private:
  Grouper* grouper_;
};

/// Keeps the first of a thread's rows.
class IntoTop final : public PrintSink {
 public:
  explicit IntoTop(TopRows top) : rows(std::move(top)) {}
  void operator()(FlowBatch& batch) override { rows.process(batch); }

  TopRows rows;
};

/// Rows as lines into an output that several threads share. One thread each.
class LinesOutput final : public PrintSink {
 public:
  /// Asks `enough` to stop where nobody reads the output any more. All must outlive it.
  LinesOutput(LineWriter writer, TextOutput& out, std::stop_source& enough)
      : writer_(std::move(writer)), out_(&out), enough_(&enough) {}

  void operator()(FlowBatch& batch) override;
  void pause() override { flush(); }
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
class TableOutput final : public PrintSink {
 public:
  TableOutput(std::vector<RowColumn> columns, bool units, TextOutput& out, std::stop_source& enough)
      : writer_(std::move(columns), units), out_(&out), enough_(&enough) {}

  void operator()(FlowBatch& batch) override;
  void pause() override;
  void other(const Flow& row, std::uint64_t groups) { writer_.append_other(row, groups, text_); }
  void finish();

 private:
  void write();

  std::mutex writing_;
  TableWriter writer_;
  TextOutput* out_;
  std::stop_source* enough_;
  TextBuffer text_;
  bool rows_ = false;  ///< there were some
};

}  // namespace weir
