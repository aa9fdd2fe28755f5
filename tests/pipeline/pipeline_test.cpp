#include "weir/pipeline/pipeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/pipeline/pipeline_fixture.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

class PipelineTest : public PipelineFixture {};

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

TEST_F(PipelineTest, ACommitThatFailsIsNotTriedMoreOftenBecauseManyAskForIt) {
  sink_.refuses = true;
  make();
  const auto begin = Pipeline::Clock::now();
  start();
  wait_until_refused(1);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(pipeline_->wait_for_commit(0ms, 2ms));
  }
  const int refused = sink_.refused;
  EXPECT_LE(refused, 1 + (Pipeline::Clock::now() - begin) / Pipeline::kCommitInterval);
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

}  // namespace
}  // namespace weir
