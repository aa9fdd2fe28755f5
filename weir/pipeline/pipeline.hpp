#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "weir/flow/stages.hpp"

namespace weir {

struct PipelineOptions {
  /// What became of records before, in another process.
  Accounts accounts{};
  /// Messages that may wait for a commit; with so many reading pauses until one works.
  std::uint64_t max_pending = 10'000'000;
  /// Between commits made because there is nothing to read: a trickle makes such pauses often.
  std::chrono::milliseconds settle_interval{100};
};

/// One chain: read → decode → stages → sink → commit, on one thread that owns all its parts.
class Pipeline {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kCommitInterval{1000};

  /// The sink must outlive the pipeline.
  Pipeline(std::unique_ptr<Source> source, std::unique_ptr<Decoder> decoder,
           std::vector<std::unique_ptr<Stage>> stages, Sink& sink, PipelineOptions options = {});

  /// Works until asked to stop, and commits what was read before it returns. After the end of a
  /// source that ends it only waits. What its parts throw passes through, uncommitted. A commit
  /// that fails is tried again each second.
  void run(const std::stop_token& stop);

  /// Waits until the last commit is at most `age` old, at most `patience`; asks for one if need be.
  /// Any thread. False when the time ran out, or a commit failed, or `run` is over.
  bool wait_for_commit(std::chrono::milliseconds age, std::chrono::milliseconds patience);

  [[nodiscard]] const Source& source() const { return *source_; }
  /// Messages read since the last commit. Any thread.
  [[nodiscard]] std::uint64_t pending() const { return pending_.load(std::memory_order_relaxed); }
  /// Too many of them wait, because commits fail. Any thread.
  [[nodiscard]] bool paused() const { return paused_.load(std::memory_order_relaxed); }

 private:
  /// Passes batches to the stages from `next` on, and then to the sink.
  class Chain final : public Emit {
   public:
    Chain(Pipeline& pipeline, std::size_t next) : pipeline_(pipeline), next_(next) {}
    void operator()(FlowBatch& batch) override;

   private:
    Pipeline& pipeline_;
    std::size_t next_;
  };

  class Running;

  [[nodiscard]] bool commit_is_due(bool idle, Clock::time_point now) const;
  [[nodiscard]] bool may_read();
  void flush_stages();
  bool commit();

  std::unique_ptr<Source> source_;
  std::unique_ptr<Decoder> decoder_;
  std::vector<std::unique_ptr<Stage>> stages_;
  Sink& sink_;
  Accounts accounts_;
  const std::uint64_t max_pending_;
  const std::chrono::milliseconds settle_interval_;
  std::atomic<std::uint64_t> pending_{0};
  std::atomic<bool> paused_{false};
  Clock::time_point began_commit_ = Clock::time_point::min();
  bool failing_ = false;  ///< the last commit did

  std::atomic<bool> wanted_{false};
  std::mutex mutex_;
  std::condition_variable committed_;
  Clock::time_point last_commit_ = Clock::time_point::min();  ///< under the mutex
  std::uint64_t failures_ = 0;                                ///< of commits; under the mutex
  bool over_ = false;                                         ///< `run` is; under the mutex
};

}  // namespace weir
