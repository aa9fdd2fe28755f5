#include "weir/pipeline/print_emit.hpp"

#include <algorithm>

#include "weir/base/add_saturated.hpp"
#include "weir/flow/totals.hpp"

namespace weir {

std::uint64_t RowBudget::take(std::uint64_t rows) {
  std::uint64_t left = left_.load(std::memory_order_relaxed);
  std::uint64_t taken = 0;
  do {
    taken = std::min(left, rows);
  } while (!left_.compare_exchange_weak(left, left - taken, std::memory_order_relaxed));
  if (left == taken) {
    enough_->request_stop();
  }
  return taken;
}

void MatchingRows::operator()(FlowBatch& batch) {
  if (!filter_->matches_all()) {
    batch.keep([this](const Flow& row) { return filter_->matches(row); });
  }
  if (budget_->limited()) {
    std::uint64_t left = budget_->take(batch.size());
    batch.keep([&left](const Flow&) {
      const bool taken = left != 0;
      left -= taken ? 1 : 0;
      return taken;
    });
  }
  records += batch.size();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Flow& row = batch[i];
    flows = add_saturated(flows, row.present.has(field("flows")) ? row.flows : 1);
    packets = add_saturated(packets, get_integer(row, field("packets")));
    bytes = add_saturated(bytes, get_integer(row, field("bytes")));
  }
  if (!batch.empty()) {
    (*next_)(batch);
  }
}

void FilledRows::operator()(FlowBatch& batch) {
  fill_totals(wanted_, batch);
  if (stage_ != nullptr) {
    stage_->process(batch, accounts_, *next_);
  } else {
    (*next_)(batch);
  }
}

void LinesOutput::operator()(FlowBatch& batch) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    writer_.append(batch[i], text_);
  }
  if (text_.size() >= kAtOnce) {
    flush();
  }
}

void LinesOutput::flush() {
  if (text_.size() != 0 && !out_->write(text_.text())) {
    enough_->request_stop();
  }
  text_.clear();
}

void TableOutput::operator()(FlowBatch& batch) {
  const std::lock_guard lock(writing_);
  rows_ = rows_ || !batch.empty();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    writer_.append(batch[i], text_);
  }
  write();
}

void TableOutput::pause() {
  if (rows_) {  // else the names would be all that columns are made wide for
    finish();
  }
}

void TableOutput::finish() {
  const std::lock_guard lock(writing_);
  writer_.finish(text_);
  write();
}

void TableOutput::write() {
  if (text_.size() != 0 && !out_->write(text_.text())) {
    enough_->request_stop();
  }
  text_.clear();
}

}  // namespace weir
