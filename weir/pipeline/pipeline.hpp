#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/flow/outbox.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

struct PipelineOptions {
  /// What became of records before, in another process.
  Accounts accounts{};
  /// Messages that may wait for a commit; with so many reading pauses until one works.
  std::uint64_t max_pending = 10'000'000;
  /// What has to be flushed before each commit; outlives the pipeline, null: nothing.
  Outbox* outbox = nullptr;
  /// Between commits made because there is nothing to read: a trickle makes such pauses often.
  std::chrono::milliseconds settle_interval{100};
};

/// What a pipeline does with what it reads.
struct PipelineParts {
  std::unique_ptr<Decoder> decoder;
  std::vector<std::unique_ptr<Stage>> stages;
};

/// One chain: read → decode → stages → sink → commit, on one thread that owns all its parts.
class Pipeline {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kCommitInterval{1000};

  /// What to do with the pipeline between two batches, right after a commit of everything that was
  /// read; false if it could not be done.
  using Change = std::function<bool(const Checkpoint& checkpoint)>;

  /// The sink must outlive the pipeline.
  Pipeline(std::unique_ptr<Source> source, PipelineParts parts, Sink& sink,
           PipelineOptions options = {});

  /// Works until asked to stop, and commits what was read before it returns. After the end of a
  /// source that ends it only waits. What its parts throw passes through, uncommitted. A commit
  /// that fails is tried again each second.
  void run(const std::stop_token& stop);

  /// Waits until the last commit is at most `age` old, at most `patience`; asks for one if need be.
  /// Any thread. False when the time ran out, or a commit failed, or `run` is over.
  bool wait_for_commit(std::chrono::milliseconds age, std::chrono::milliseconds patience);

  /// Makes the change on the pipeline's thread, and from then on works with these parts. Why it was
  /// not done, and then nothing has changed: `change` said no, what was read could not be
  /// committed, `run` is over, or did not come to it within `patience`. Any thread but the
  /// pipeline's, one at a time.
  [[nodiscard]] std::string exchange(PipelineParts parts, const Change& change,
                                     std::chrono::milliseconds patience);

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
  void make_exchange();

  /// A change that somebody waits for.
  struct Exchange {
    PipelineParts* parts = nullptr;
    const Change* change = nullptr;
    bool begun = false;
    bool over = false;
    std::string why_not;
  };

  std::unique_ptr<Source> source_;
  PipelineParts parts_;
  Sink& sink_;
  Accounts accounts_;
  Outbox* const outbox_;
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
  Exchange* exchange_ = nullptr;                              ///< under the mutex
  std::atomic<bool> exchange_wanted_{false};
};

}  // namespace weir
