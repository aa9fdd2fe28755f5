#include "weir/pipeline/pipeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/pipeline/fake_source.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

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

class PipelineTest : public testing::Test {
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

TEST_F(PipelineTest, ACommitShowsWhatWasReadWithItsPositionsAndAccounts) {
  make();
  feed_->send("abc");
  feed_->send("");
  feed_->send("abcde");
  start();
  feed_->wait_until_read(3);
  stop();
  const SumSink::Shown shown = sink_.now();
  EXPECT_EQ(shown.sum, 8U);
  ASSERT_EQ(shown.checkpoint.source.origins.size(), 1U);
  EXPECT_EQ(shown.checkpoint.source.origins[0].next, 3);
  EXPECT_EQ(shown.checkpoint.accounts.counted, 2U);
  EXPECT_EQ(shown.checkpoint.accounts.unaccounted(), 0);
}

TEST_F(PipelineTest, GoesOnFromTheAccountsOfAnotherProcess) {
  PipelineOptions options;
  options.accounts.counted = 40;
  make({}, std::move(options));
  feed_->send("abc");
  start();
  feed_->wait_until_read(1);
  stop();
  EXPECT_EQ(sink_.now().checkpoint.accounts.counted, 41U);
}

TEST_F(PipelineTest, ACommitThatFailsTakesNothingBackAndIsMadeLater) {
  sink_.refuses = true;
  make();
  feed_->send("abc");
  start();
  wait_until_refused(1);
  EXPECT_FALSE(pipeline_->wait_for_commit(0ms, std::chrono::hours(1)));
  EXPECT_TRUE(feed_->committed.with([](const auto& all) { return all.empty(); }));
  feed_->send("abcde");
  feed_->wait_until_read(2);
  EXPECT_FALSE(pipeline_->paused());
  sink_.refuses = false;
  while (!pipeline_->wait_for_commit(0ms, 60s) || sink_.now().sum != 8) {
  }
  EXPECT_EQ(sink_.now().commits, 1);
  EXPECT_EQ(pipeline_->pending(), 0U);
  stop();
}

TEST_F(PipelineTest, ReadingPausesWhenTooMuchWaitsForACommit) {
  sink_.refuses = true;
  PipelineOptions options;
  options.max_pending = 2;
  make({}, std::move(options));
  start();
  feed_->send("abc");
  feed_->send("abc");
  feed_->wait_until_read(2);
  while (!pipeline_->paused()) {
    std::this_thread::yield();
  }
  feed_->send("abcde");
  wait_until_refused(sink_.refused + 2);
  EXPECT_EQ(feed_->read, 2);
  EXPECT_EQ(pipeline_->pending(), 2U);
  sink_.refuses = false;
  feed_->wait_until_read(3);
  EXPECT_FALSE(pipeline_->paused());
  stop();
  EXPECT_EQ(sink_.now().sum, 11U);
}

TEST_F(PipelineTest, ACommitThatIsAskedForHoldsWhatWasReadBefore) {
  make();
  start();
  for (int i = 1; i <= 3; ++i) {
    feed_->send("abc");
    feed_->wait_until_read(i);
    ASSERT_TRUE(pipeline_->wait_for_commit(0ms, 60s));
    // The commit that was waited for may have begun before; the next one has not.
    ASSERT_TRUE(pipeline_->wait_for_commit(0ms, 60s));
    EXPECT_EQ(sink_.now().sum, 3U * static_cast<unsigned>(i));
  }
  stop();
}

TEST_F(PipelineTest, AYoungCommitIsGoodEnough) {
  make();
  start();
  ASSERT_TRUE(pipeline_->wait_for_commit(0ms, 60s));
  stop();
  EXPECT_TRUE(pipeline_->wait_for_commit(std::chrono::hours(1), 0ms));
}

TEST_F(PipelineTest, NobodyWaitsForACommitOfOneThatIsOver) {
  make();
  start();
  stop();
  EXPECT_FALSE(pipeline_->wait_for_commit(0ms, std::chrono::hours(1)));
}

TEST_F(PipelineTest, TheSourceLearnsWhatIsDurable) {
  make();
  feed_->send("abc");
  start();
  feed_->wait_until_read(1);
  stop();
  const auto committed = feed_->committed.with([](const auto& all) { return all; });
  ASSERT_FALSE(committed.empty());
  EXPECT_EQ(committed.back().origins.at(0).next, 1);
  EXPECT_TRUE(std::is_sorted(committed.begin(), committed.end(), [](const auto& a, const auto& b) {
    return a.origins.at(0).next < b.origins.at(0).next;
  }));
}

TEST_F(PipelineTest, StagesComeInOrderAndAreFlushedBeforeEachCommit) {
  std::vector<std::unique_ptr<Stage>> stages;
  auto first = std::make_unique<DropStage>(3);
  auto second = std::make_unique<DropStage>(4);
  const DropStage& flushed = *second;
  stages.push_back(std::move(first));
  stages.push_back(std::move(second));
  make(std::move(stages));
  for (const char* message : {"abc", "abcd", "abcde", "abc"}) {
    feed_->send(message);
  }
  start();
  feed_->wait_until_read(4);
  stop();
  const SumSink::Shown shown = sink_.now();
  EXPECT_EQ(shown.sum, 5U);
  EXPECT_EQ(shown.checkpoint.accounts.filtered[static_cast<std::size_t>(Filtered::where)], 3U);
  EXPECT_EQ(shown.checkpoint.accounts.unaccounted(), 0);
  EXPECT_EQ(flushed.flushes, shown.commits);
}

TEST_F(PipelineTest, AfterTheEndOfItsSourceItStillCommitsWhenAsked) {
  make();
  feed_->send("abc");
  feed_->ends = true;
  start();
  feed_->wait_until_read(1);
  ASSERT_TRUE(pipeline_->wait_for_commit(0ms, 60s));
  ASSERT_TRUE(pipeline_->wait_for_commit(0ms, 60s));
  EXPECT_EQ(sink_.now().sum, 3U);
  feed_->send("not read any more");
  ASSERT_TRUE(pipeline_->wait_for_commit(0ms, 60s));
  stop();
  EXPECT_EQ(sink_.now().sum, 3U);
}

TEST_F(PipelineTest, WhatAPartThrowsEndsItWithoutACommit) {
  make();
  feed_->throws = true;
  const std::stop_source stop;
  EXPECT_THROW(pipeline_->run(stop.get_token()), std::runtime_error);
  EXPECT_EQ(sink_.now().commits, 0);
  EXPECT_FALSE(pipeline_->wait_for_commit(0ms, std::chrono::hours(1)));
}

/// A pipeline whose stages are exchanged for one that drops rows of three bytes.
class PipelineExchange : public PipelineTest {
 protected:
  [[nodiscard]] std::string exchange(bool change = true) {
    PipelineParts parts{std::make_unique<SizeDecoder>(), {}};
    parts.stages.push_back(std::make_unique<DropStage>(3));
    return pipeline_->exchange(
        std::move(parts),
        [&](const Checkpoint& checkpoint) {
          seen_ = checkpoint;
          return change;
        },
        patience_);
  }
  void send(const std::string& message) {
    feed_->send(message);
    feed_->wait_until_read(++sent_);
  }

  Checkpoint seen_;
  int sent_ = 0;
  std::chrono::milliseconds patience_{30000};
};

TEST_F(PipelineExchange, IsMadeBehindACommitOfAllThatWasRead) {
  make();
  start();
  send("abc");
  EXPECT_EQ(exchange(), "");
  EXPECT_EQ(seen_.accounts.counted, 1U);
  EXPECT_EQ(sink_.now().sum, 3U);
  send("abc");
  send("abcd");
  stop();
  EXPECT_EQ(sink_.now().sum, 7U);
  EXPECT_EQ(sink_.now().checkpoint.accounts.unaccounted(), 0);
}

TEST_F(PipelineExchange, LeavesEverythingAsItIsWhereItCannotBeMade) {
  make();
  start();
  send("abc");
  EXPECT_NE(exchange(false), "");
  sink_.refuses = true;
  EXPECT_NE(exchange(), "");
  sink_.refuses = false;
  send("abc");
  stop();
  EXPECT_EQ(sink_.now().sum, 6U);
}

TEST_F(PipelineExchange, DoesNotWaitForAPipelineThatDoesNotRun) {
  make();
  patience_ = std::chrono::milliseconds(1);
  EXPECT_NE(exchange(), "");
  start();
  stop();
  EXPECT_NE(exchange(), "") << "it is over";
}

class FakeOutbox final : public Outbox {
 public:
  void begin(const Source& source, std::stop_token stop) override {
    source_ = &source;
    stoppable = stop.stop_possible();
  }
  bool flush() override {
    ++flushes;
    return safe && source_ != nullptr;
  }
  [[nodiscard]] bool full() override { return is_full; }

  std::atomic<bool> safe{true};
  std::atomic<bool> is_full{false};
  std::atomic<bool> stoppable{false};
  std::atomic<int> flushes{0};

 private:
  const Source* source_ = nullptr;
};

class PipelineOutbox : public PipelineTest {
 protected:
  void make_and_start() {
    PipelineOptions options;
    options.outbox = &outbox_;
    make({}, std::move(options));
    start();
  }
  FakeOutbox outbox_;
};

TEST_F(PipelineOutbox, IsFlushedBeforeEachCommit) {
  make_and_start();
  feed_->send("abc");
  feed_->wait_until_read(1);
  EXPECT_TRUE(pipeline_->wait_for_commit(0ms, 10s));
  stop();
  EXPECT_TRUE(outbox_.stoppable);
  EXPECT_EQ(outbox_.flushes, sink_.now().commits);
  EXPECT_EQ(sink_.now().sum, 3U);
}

TEST_F(PipelineOutbox, NothingIsCommittedBeforeItIsSafe) {
  outbox_.safe = false;
  make_and_start();
  feed_->send("abc");
  feed_->wait_until_read(1);
  EXPECT_FALSE(pipeline_->wait_for_commit(0ms, 10s));
  EXPECT_EQ(sink_.now().commits, 0);
  EXPECT_TRUE(feed_->committed.with([](const auto& all) { return all.empty(); }));
  outbox_.safe = true;
  EXPECT_TRUE(pipeline_->wait_for_commit(0ms, 10s));
  EXPECT_EQ(sink_.now().sum, 3U);
  stop();
}

TEST_F(PipelineOutbox, WhileItIsFullReadingPauses) {
  outbox_.is_full = true;
  make_and_start();
  while (!pipeline_->paused()) {
    std::this_thread::yield();
  }
  feed_->send("abc");
  EXPECT_TRUE(pipeline_->wait_for_commit(0ms, 10s)) << "commits go on";
  EXPECT_EQ(feed_->read, 0);
  outbox_.is_full = false;
  feed_->wait_until_read(1);
  stop();
  EXPECT_EQ(sink_.now().sum, 3U);
}

}  // namespace
}  // namespace weir
