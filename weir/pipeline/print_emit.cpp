#include "weir/pipeline/print_emit.hpp"

namespace weir {

void MatchingRows::operator()(FlowBatch& batch) {
  if (!filter_->matches_all()) {
    batch.keep([this](const Flow& row) { return filter_->matches(row); });
  }
  records += batch.size();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Flow& row = batch[i];
    flows += row.present.has(field("flows")) ? row.flows : 1;
    packets += get_integer(row, field("packets"));
    bytes += get_integer(row, field("bytes"));
  }
  if (!batch.empty()) {
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
  if (!out_->write(text_.text())) {
    enough_->request_stop();
  }
  text_.clear();
}

void TableOutput::operator()(FlowBatch& batch) {
  const std::lock_guard lock(writing_);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    writer_.append(batch[i], text_);
  }
  write();
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
