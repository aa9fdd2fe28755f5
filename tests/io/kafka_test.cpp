#include "weir/io/kafka.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = KafkaFailure::Kind;

constexpr const char* kNobody = "127.0.0.1:1";  // no broker listens on port 1

std::string refusal(const KafkaProperties& properties) {
  try {
    const KafkaConsumer consumer(kNobody, properties);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  return "accepted";
}

TEST(KafkaConsumer, RefusesPropertiesThatCountingRestsOn) {
  for (const char* name :
       {"enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "isolation.level",
        "group.id", "auto.offset.reset", "enable.partition.eof", "bootstrap.servers",
        "metadata.broker.list", "allow.auto.create.topics"}) {
    EXPECT_THAT(refusal({{name, "x"}}), HasSubstr(std::string("-X ") + name + " cannot be set:"));
  }
}

TEST(KafkaConsumer, RefusesAnUnknownPropertyWithItsName) {
  EXPECT_THAT(refusal({{"sasl.pasword", "hunter22"}}), HasSubstr("sasl.pasword"));
}

TEST(KafkaConsumer, RefusesABadValueWithTheReason) {
  EXPECT_THAT(refusal({{"fetch.min.bytes", "many"}}), HasSubstr("fetch.min.bytes"));
}

TEST(KafkaConsumer, NeverShowsASecret) {
  EXPECT_THAT(refusal({{"security.protocol", "ssl"},
                       {"ssl.key.location", "/nonexistent/hunter22"},
                       {"ssl.key.password", "hunter22"}}),
              Not(HasSubstr("hunter22")));
  EXPECT_THAT(refusal({{"sasl.pasword", "hunter22"}}), Not(HasSubstr("hunter22")));
}

TEST(KafkaConsumer, KnowsWhichPropertiesAreSecret) {
  for (const char* name : {"sasl.password", "ssl.key.pem", "ssl.keystore.password",
                           "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config"}) {
    EXPECT_TRUE(kafka_property_is_secret(name)) << name;
  }
  EXPECT_FALSE(kafka_property_is_secret("sasl.username"));
}

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
