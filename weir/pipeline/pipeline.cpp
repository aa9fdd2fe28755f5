#include "weir/pipeline/pipeline.hpp"

#include <thread>
#include <utility>

namespace weir {

Pipeline::Pipeline(std::unique_ptr<Source> source, std::unique_ptr<Decoder> decoder,
                   std::vector<std::unique_ptr<Stage>> stages, Sink& sink)
    : source_(std::move(source)),
      decoder_(std::move(decoder)),
      stages_(std::move(stages)),
      sink_(sink) {}

void Pipeline::Chain::operator()(FlowBatch& batch) {
  if (next_ == pipeline_.stages_.size()) {
    pipeline_.sink_.write(batch, pipeline_.accounts_);
    return;
  }
  Chain rest(pipeline_, next_ + 1);
  pipeline_.stages_[next_]->process(batch, pipeline_.accounts_, rest);
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
  PayloadBatch batch;
  Chain chain(*this, 0);
  bool more = true;
  while (!stop.stop_requested()) {
    batch.clear();
    if (more) {
      more = source_->read(batch, stop);
      decoder_->decode(batch, accounts_, chain);
    } else {
      std::this_thread::sleep_for(kIdle);
    }
    if (commit_is_due(batch.empty(), Clock::now())) {
      commit();
    }
  }
  commit();
}

bool Pipeline::commit_is_due(bool idle, Clock::time_point now) const {
  if (began_commit_ == Clock::time_point::min() || wanted_.load(std::memory_order_relaxed)) {
    return true;
  }
  // Nothing to read means time to show what there is.
  const bool settled = idle && sink_.dirty();
  return now - began_commit_ >= (settled ? kSettleInterval : kCommitInterval);
}

void Pipeline::flush_stages() {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    Chain rest(*this, i + 1);
    stages_[i]->flush(Stage::Clock::now(), accounts_, rest);
  }
}

void Pipeline::commit() {
  wanted_.store(false, std::memory_order_relaxed);
  began_commit_ = Clock::now();
  flush_stages();
  const Checkpoint checkpoint{source_->state(), accounts_};
  sink_.commit(checkpoint);
  source_->committed(checkpoint.source);
  {
    const std::lock_guard lock(mutex_);
    last_commit_ = Clock::now();
  }
  committed_.notify_all();
}

bool Pipeline::wait_for_commit(std::chrono::milliseconds age, std::chrono::milliseconds patience) {
  const auto oldest = Clock::now() - age;
  std::unique_lock lock(mutex_);
  if (last_commit_ >= oldest) {
    return true;
  }
  wanted_.store(true, std::memory_order_relaxed);
  committed_.wait_for(lock, patience, [&] { return over_ || last_commit_ >= oldest; });
  return last_commit_ >= oldest;
}

}  // namespace weir
