#include "weir/io/kafka.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/kafka_collector.hpp"
#include "tests/support/mock_kafka.hpp"

namespace weir {
namespace {

using ::testing::HasSubstr;
using Kind = KafkaFailure::Kind;

constexpr const char* kNobody = "127.0.0.1:1";  // no broker listens on port 1

TEST(KafkaConsumer, AnUnreachableBrokerIsAFailureWithItsReason) {
  KafkaConsumer consumer(kNobody, {});
  const std::vector<std::string> topics = {"flows"};
  KafkaTopics answer = consumer.describe(topics, KafkaConsumer::Millis(300), {});
  // On a busy machine the time may be up before the connection is refused.
  bool lost = consumer.take_lost();
  for (int tries = 0; tries < 200 && !(lost && consumer.connection_failure()); ++tries) {
    answer = consumer.describe(topics, KafkaConsumer::Millis(300), {});
    lost = consumer.take_lost() || lost;
  }
  EXPECT_EQ(answer.failure.kind, Kind::unreachable);
  EXPECT_TRUE(answer.topics.empty());
  EXPECT_EQ(consumer.connection_failure().kind, Kind::unreachable);
  EXPECT_THAT(consumer.connection_failure().text, HasSubstr(kNobody));
  EXPECT_TRUE(lost);
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

constexpr const char* kOld = "AAAAAAAAAAAAAAAAAAAAAQ";
constexpr const char* kNew = "AAAAAAAAAAAAAAAAAAAAAg";

TEST(KafkaConsumer, ATopicCreatedAgainIsReadByANewClientAndTheOthersGoOnWhereTheyWere) {
  MockKafka kafka;
  kafka.create("flows");
  kafka.create("more");
  kafka.produce("more", 2000);
  KafkaConsumer consumer(kafka.brokers(), {});
  KafkaCollector received;
  received.take_at_most(700);
  ASSERT_FALSE(consumer.start("more", 0, 0, 1));
  ASSERT_TRUE(received.consume_until(consumer, [&] { return received.offsets[1].size() >= 700; }));
  // Nobody has told the broker that its topic is to have these ids, so nothing of it is handed out;
  // and while it is away, no client learns in between which id it has.
  kafka.set_down(true);
  ASSERT_FALSE(consumer.start("flows", 0, 5, 2, kOld));
  EXPECT_EQ(consumer.clients(), 1U);
  ASSERT_FALSE(consumer.start("flows", 0, 0, 3, kNew));
  EXPECT_EQ(consumer.clients(), 2U);
  ASSERT_FALSE(consumer.start("flows", 1, 0, 4, kNew));
  EXPECT_EQ(consumer.clients(), 2U);  // one for all partitions
  kafka.set_down(false);
  EXPECT_TRUE(received.consume_until(
      consumer, [&] { return received.ends[1] == 2000 && !received.failures[3].empty(); }));
  EXPECT_EQ(received.offsets[1], KafkaCollector::range(0, 2000));
  EXPECT_FALSE(received.failures.contains(2));
}

TEST(KafkaConsumer, WhoeverWaitsForAClientThatIsReplacedGoesOnWithTheNewOne) {
  KafkaConsumer consumer(kNobody, {});
  std::atomic<int> rounds = 0;
  std::jthread watcher([&](const std::stop_token& stop) {
    const std::stop_callback wake(stop, [&] { consumer.wake(); });
    while (!stop.stop_requested()) {
      consumer.serve(std::chrono::hours(1));
      static_cast<void>(consumer.cached_end("flows", 0));
      ++rounds;
    }
  });
  for (int i = 0; i < 20; ++i) {
    const int before = rounds;
    ASSERT_FALSE(consumer.start("flows", 0, 0, 0, i % 2 == 0 ? kOld : kNew));
    consumer.wake();
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (rounds == before && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::yield();
    }
    EXPECT_GT(rounds, before);
  }
  watcher.request_stop();
  watcher.join();
  EXPECT_EQ(consumer.clients(), 20U);
}

}  // namespace
}  // namespace weir
