#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "tests/pipeline/pipeline_fixture.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

/// A pipeline whose stages are exchanged for one that drops rows of three bytes.
class PipelineExchange : public PipelineFixture {
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

class PipelineOutbox : public PipelineFixture {
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
  EXPECT_TRUE(pipeline_->wait_for_commit(0ms, 60s));
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
  EXPECT_FALSE(pipeline_->wait_for_commit(0ms, 60s));
  EXPECT_EQ(sink_.now().commits, 0);
  EXPECT_TRUE(feed_->committed.with([](const auto& all) { return all.empty(); }));
  outbox_.safe = true;
  while (!pipeline_->wait_for_commit(0ms, 60s)) {  // the one before may have failed just now
  }
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
  EXPECT_TRUE(pipeline_->wait_for_commit(0ms, 60s)) << "commits go on";
  EXPECT_EQ(feed_->read, 0);
  outbox_.is_full = false;
  feed_->wait_until_read(1);
  stop();
  EXPECT_EQ(sink_.now().sum, 3U);
}

}  // namespace
}  // namespace weir
