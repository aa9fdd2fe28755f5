#include "weir/source/kafka.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <string>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

constexpr std::chrono::seconds kLong{120};  // a broken test's limit, not a measurement

/// What needs a cluster is tested against a real one in tests/integration.
KafkaSourceOptions nobody_there() {
  KafkaSourceOptions options;
  options.brokers = "127.0.0.1:1";  // no broker listens on port 1
  options.topics = {"flows", "more"};
  options.refresh = milliseconds(100);
  options.request_timeout = milliseconds(200);
  return options;
}

template <typename Done>
SourceStatus read_until(KafkaSource& source, Done&& done) {
  PayloadBatch batch;
  const auto give_up = steady_clock::now() + kLong;
  SourceStatus status = source.status();
  while (!done(status) && steady_clock::now() < give_up) {
    batch.clear();
    EXPECT_TRUE(source.read(batch, {}));
    status = source.status();
  }
  return status;
}

TEST(KafkaSource, IsNotHealthyBeforeTheClusterHasAnswered) {
  KafkaSource source(nobody_there());
  EXPECT_FALSE(source.status().started);
  EXPECT_FALSE(source.status().healthy);
  EXPECT_NE(source.status().trouble, "");
  EXPECT_TRUE(source.state().origins.empty());
}

TEST(KafkaSource, AStopIsHonoured) {
  KafkaSource source(nobody_there());
  std::stop_source stop;
  stop.request_stop();
  PayloadBatch batch;
  EXPECT_TRUE(source.read(batch, stop.get_token()));
  EXPECT_TRUE(batch.empty());
}

TEST(KafkaSource, SaysWhatToDoWhenNoBrokerAnswers) {
  KafkaSource source(nobody_there());
  const SourceStatus status = read_until(source, [](const SourceStatus& now) {
    return now.trouble.find("--brokers") != std::string::npos;
  });
  EXPECT_FALSE(status.started);
  EXPECT_FALSE(status.healthy);
  EXPECT_THAT(status.trouble, HasSubstr("cannot reach Kafka at 127.0.0.1:1"));
  EXPECT_TRUE(status.origins.empty());
}

TEST(KafkaSource, ASavedStateIsItsOwnBeforeAnybodyAnswers) {
  KafkaSourceOptions options = nobody_there();
  options.saved.origins = {{"more", "1", "M", 7, 9, 3}, {"flows", "0", "A", 20, 15, 0}};
  KafkaSource source(options);
  const SourceStatus status = source.status();
  EXPECT_TRUE(status.started);
  EXPECT_FALSE(status.healthy);
  EXPECT_NE(status.trouble, "");
  ASSERT_EQ(status.origins.size(), 2U);
  EXPECT_EQ(status.origins[0].topic, "more");
  EXPECT_EQ(status.origins[0].partition, "1");
  EXPECT_EQ(status.origins[0].position, 7);
  EXPECT_EQ(status.origins[0].end, 9);
  PayloadBatch batch;
  EXPECT_TRUE(source.read(batch, {}));
  SourceState expected = options.saved;
  expected.origins[1].end = 20;  // was a little older than the position
  EXPECT_EQ(source.state(), expected);
}

TEST(KafkaSource, WhatIsSavedAndNotAskedForAnyMoreIsKeptAsItIs) {
  KafkaSourceOptions options = nobody_there();
  options.saved.origins = {{"flows", "0", "A", 20, 15, 2},
                           {"flows", "1", "A", 5, 6, 0},
                           {"gone", "0", "G", 8, 6, 0},
                           {"more", "what", "M", 8, 9, 0}};
  options.saved.absent = {"gone too", "more"};
  options.partitions = {{1}};
  KafkaSource source(options);
  EXPECT_TRUE(source.status().started);
  EXPECT_EQ(source.status().origins[0].end, -1);  // so that it has no lag
  EXPECT_EQ(source.status().origins[1].end, 6);
  SourceState expected = options.saved;
  expected.only = "1";
  EXPECT_EQ(source.state(), expected);
}

TEST(KafkaSource, TheSavedListOfPartitionsHoldsUntilAWiderOneIsSettled) {
  KafkaSourceOptions options = nobody_there();
  options.topics = {"flows"};
  options.saved.origins = {{"flows", "0", "A", 20, 20, 2}};
  options.saved.only = "0";
  KafkaSource source(options);
  EXPECT_FALSE(source.status().started);
  EXPECT_EQ(source.state(), options.saved);
}

TEST(KafkaSource, OptionsThatCannotWorkAreErrors) {
  KafkaSourceOptions options = nobody_there();
  options.topics.clear();
  EXPECT_THROW(KafkaSource{options}, Error);
  options = nobody_there();
  options.properties = {{"group.id", "x"}};
  EXPECT_THROW(KafkaSource{options}, Error);
}

}  // namespace
}  // namespace weir
