#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "tests/pipeline/fake_source.hpp"
#include "weir/pipeline/pipeline.hpp"

namespace weir {

/// Makes a row of each message: its number of bytes.
class SizeDecoder final : public Decoder {
 public:
  void decode(const PayloadBatch& batch, Accounts& accounts, Emit& emit) override {
    rows_.clear();
    for (const auto& payload : batch.payloads()) {
      ++accounts.origin(payload.origin).messages;
      ++accounts.origin(payload.origin).records;
      if (payload.size == 0) {
        accounts.refuse(Refused::empty);
        continue;
      }
      set(rows_.next(), field("bytes"), std::uint64_t{payload.size});
      rows_.append();
    }
    emit(rows_);
  }

 private:
  FlowBatch rows_;
};

/// Drops rows of one size, and holds nothing back but what `flush` adds.
class DropStage final : public Stage {
 public:
  explicit DropStage(std::uint64_t size) : size_(size) {}
  void process(FlowBatch& batch, Accounts& accounts, Emit& next) override {
    const std::size_t before = batch.size();
    batch.keep([this](const Flow& row) { return get_integer(row, field("bytes")) != size_; });
    accounts.filter(Filtered::where, before - batch.size());
    next(batch);
  }
  void flush(Clock::time_point, Accounts&, Emit&) override { ++flushes; }

  int flushes = 0;

 private:
  std::uint64_t size_;
};

/// Adds up what was written; what a commit has made true is `shown`.
class SumSink final : public Sink {
 public:
  struct Shown {
    std::uint64_t sum = 0;
    Checkpoint checkpoint;
    int commits = 0;
  };
  void write(const FlowBatch& batch, Accounts& accounts) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      sum_ += get_integer(batch[i], field("bytes"));
      dirty_ = true;
    }
    accounts.counted += batch.size();
  }
  bool commit(const Checkpoint& checkpoint) override {
    if (refuses) {
      ++refused;
      return false;
    }
    dirty_ = false;
    shown.with([&](Shown& now) { now = {sum_, checkpoint, now.commits + 1}; });
    return true;
  }
  [[nodiscard]] bool dirty() const override { return dirty_; }
  [[nodiscard]] Shown now() const {
    return shown.with([](const Shown& each) { return each; });
  }

  Guarded<Shown> shown;
  std::atomic<bool> refuses{false};  ///< commits
  std::atomic<int> refused{0};

 private:
  std::uint64_t sum_ = 0;
  bool dirty_ = false;
};

class PipelineFixture : public testing::Test {
 protected:
  void make(std::vector<std::unique_ptr<Stage>> stages = {}, PipelineOptions options = {}) {
    pipeline_ = std::make_unique<Pipeline>(
        std::make_unique<FakeSource>(feed_),
        PipelineParts{std::make_unique<SizeDecoder>(), std::move(stages)}, sink_,
        std::move(options));
  }
  void wait_until_refused(int commits) const {
    while (sink_.refused < commits) {
      std::this_thread::yield();
    }
  }
  void start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { pipeline_->run(stop); });
  }
  void stop() {
    thread_.request_stop();
    thread_.join();
  }

  std::shared_ptr<FakeFeed> feed_ = std::make_shared<FakeFeed>();
  SumSink sink_;
  std::unique_ptr<Pipeline> pipeline_;
  std::jthread thread_;
};

}  // namespace weir
