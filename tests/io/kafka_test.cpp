#include "weir/io/kafka.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

namespace weir {
namespace {

using ::testing::HasSubstr;
using Kind = KafkaFailure::Kind;

constexpr const char* kNobody = "127.0.0.1:1";  // no broker listens on port 1

TEST(KafkaConsumer, AnUnreachableBrokerIsAFailureWithItsReason) {
  KafkaConsumer consumer(kNobody, {});
  const std::vector<std::string> topics = {"flows"};
  const KafkaTopics answer = consumer.describe(topics, KafkaConsumer::Millis(300), {});
  EXPECT_EQ(answer.failure.kind, Kind::unreachable);
  EXPECT_TRUE(answer.topics.empty());
  EXPECT_EQ(consumer.connection_failure().kind, Kind::unreachable);
  EXPECT_THAT(consumer.connection_failure().text, HasSubstr(kNobody));
  EXPECT_TRUE(consumer.take_lost());
  EXPECT_FALSE(consumer.take_lost());
  consumer.forget_failure();
  EXPECT_FALSE(consumer.connection_failure());
}

TEST(KafkaConsumer, AStopEndsWaitingForAnAnswer) {
  KafkaConsumer consumer(kNobody, {});
  std::stop_source stop;
  stop.request_stop();
  const std::vector<KafkaOffset> places = {{"flows", 0, -1, {}}};
  EXPECT_TRUE(
      consumer.list_offsets(places, KafkaConsumer::kLatest, std::chrono::hours(1), stop.get_token())
          .failure);
}

TEST(KafkaConsumer, KnowsNoEndOfAPartitionItHasNotSeen) {
  const KafkaConsumer consumer(kNobody, {});
  EXPECT_EQ(consumer.cached_end("flows", 0), -1);
}

}  // namespace
}  // namespace weir
