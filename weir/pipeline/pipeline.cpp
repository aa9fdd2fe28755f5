#include "weir/pipeline/pipeline.hpp"

#include <string>
#include <thread>
#include <utility>

#include "weir/base/log.hpp"

namespace weir {

Pipeline::Pipeline(std::unique_ptr<Source> source, PipelineParts parts, Sink& sink,
                   PipelineOptions options)
    : source_(std::move(source)),
      parts_(std::move(parts)),
      sink_(sink),
      accounts_(std::move(options.accounts)),
      outbox_(options.outbox),
      max_pending_(options.max_pending),
      settle_interval_(options.settle_interval) {}

void Pipeline::Chain::operator()(FlowBatch& batch) {
  if (next_ == pipeline_.parts_.stages.size()) {
    pipeline_.sink_.write(batch, pipeline_.accounts_);
    return;
  }
  Chain rest(pipeline_, next_ + 1);
  pipeline_.parts_.stages[next_]->process(batch, pipeline_.accounts_, rest);
}

/// Lets nobody wait for a commit that will not come, however `run` ends.
class Pipeline::Running {
 public:
  explicit Running(Pipeline& pipeline) : pipeline_(pipeline) {}
  ~Running() {
    {
      const std::lock_guard lock(pipeline_.mutex_);
      pipeline_.over_ = true;
    }
    pipeline_.committed_.notify_all();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  Pipeline& pipeline_;
};

void Pipeline::run(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kIdle{20};
  const Running running(*this);
  if (outbox_ != nullptr) {
    outbox_->begin(*source_, stop);
  }
  PayloadBatch batch;
  Chain chain(*this, 0);
  bool more = true;
  while (!stop.stop_requested()) {
    batch.clear();
    if (more && may_read()) {
      more = source_->read(batch, stop);
      parts_.decoder->decode(batch, accounts_, chain);
      pending_.store(pending_ + batch.size(), std::memory_order_relaxed);
    } else {
      std::this_thread::sleep_for(kIdle);
    }
    if (exchange_wanted_.load(std::memory_order_relaxed)) {
      make_exchange();
    }
    if (commit_is_due(batch.empty(), Clock::now())) {
      commit();
    }
  }
  if (!commit()) {
    log::warn("stopping without having kept the last counts; what they were made of is read again",
              {{"messages", std::to_string(pending())}});
  }
}

/// As long as commits fail, what waits for one is bounded.
bool Pipeline::may_read() {
  const bool full = pending_ >= max_pending_ || (outbox_ != nullptr && outbox_->full());
  if (full != paused_.exchange(full)) {
    log::warn(full ? "reading pauses: too much waits for a commit" : "reading goes on",
              {{"messages", std::to_string(pending())}});
  }
  return !full;
}

bool Pipeline::commit_is_due(bool idle, Clock::time_point now) const {
  if (failing_) {
    return now - began_commit_ >= kCommitInterval;
  }
  if (began_commit_ == Clock::time_point::min() || wanted_.load(std::memory_order_relaxed)) {
    return true;
  }
  // Nothing to read means time to show what there is.
  const bool settled = idle && sink_.dirty();
  return now - began_commit_ >= (settled ? settle_interval_ : kCommitInterval);
}

void Pipeline::flush_stages() {
  for (std::size_t i = 0; i < parts_.stages.size(); ++i) {
    Chain rest(*this, i + 1);
    parts_.stages[i]->flush(Stage::Clock::now(), accounts_, rest);
  }
}

bool Pipeline::commit() {
  wanted_.store(false, std::memory_order_relaxed);
  began_commit_ = Clock::now();
  flush_stages();
  const Checkpoint checkpoint{source_->state(), accounts_};
  const bool safe = outbox_ == nullptr || outbox_->flush();
  failing_ = !safe || !sink_.commit(checkpoint);
  if (!failing_) {
    pending_.store(0, std::memory_order_relaxed);
    source_->committed(checkpoint.source);
  }
  {
    const std::lock_guard lock(mutex_);
    if (failing_) {
      ++failures_;
    } else {
      last_commit_ = Clock::now();
    }
  }
  committed_.notify_all();
  return !failing_;
}

void Pipeline::make_exchange() {
  Exchange* asked = nullptr;
  {
    const std::lock_guard lock(mutex_);
    exchange_wanted_.store(false, std::memory_order_relaxed);
    asked = std::exchange(exchange_, nullptr);
    if (asked == nullptr) {
      return;
    }
    asked->begun = true;
  }
  std::string why_not;
  if (!commit()) {
    why_not = "what was read cannot be committed";
  } else if (!(*asked->change)(Checkpoint{source_->state(), accounts_})) {
    why_not = "the state cannot be written";
  } else {
    std::swap(parts_, *asked->parts);
  }
  {
    const std::lock_guard lock(mutex_);
    asked->why_not = std::move(why_not);
    asked->over = true;
  }
  committed_.notify_all();
}

std::string Pipeline::exchange(PipelineParts parts, const Change& change,
                               std::chrono::milliseconds patience) {
  Exchange asked;
  asked.parts = &parts;
  asked.change = &change;
  std::unique_lock lock(mutex_);
  exchange_ = &asked;
  exchange_wanted_.store(true, std::memory_order_relaxed);
  committed_.wait_for(lock, patience, [&] { return asked.over || over_; });
  if (asked.begun) {
    committed_.wait(lock, [&] { return asked.over || over_; });
    return asked.over ? asked.why_not : "reading has ended";
  }
  exchange_ = nullptr;
  return over_ ? "reading has ended" : "reading did not come to a point where it could be changed";
}

bool Pipeline::wait_for_commit(std::chrono::milliseconds age, std::chrono::milliseconds patience) {
  const auto oldest = Clock::now() - age;
  std::unique_lock lock(mutex_);
  if (last_commit_ >= oldest) {
    return true;
  }
  wanted_.store(true, std::memory_order_relaxed);
  const std::uint64_t failures = failures_;
  committed_.wait_for(lock, patience,
                      [&] { return over_ || last_commit_ >= oldest || failures_ != failures; });
  return last_commit_ >= oldest;
}

}  // namespace weir
