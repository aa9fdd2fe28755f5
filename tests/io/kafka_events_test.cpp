#include "weir/io/kafka_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace weir {
namespace {

using ::testing::HasSubstr;

TEST(KafkaEvents, KeepsSecretsOutOfTexts) {
  const rdkafka::Conf conf(rd_kafka_conf_new());
  KafkaEvents events;
  events.attach(conf.get(), {{"sasl.password", "hunter22"},
                             {"sasl.username", "weir"},
                             {"ssl.key.password", "abc"},
                             {"some.url", "https://weir:s3cret@host/"}});
  EXPECT_EQ(events.without_secrets("weir:hunter22 hunter22hunter22"), "weir:*** ******");
  EXPECT_EQ(events.without_secrets("https://weir:s3cret@host/"), "https://weir:***@host/");
  // Hiding the shortest would garble everything else.
  EXPECT_EQ(events.without_secrets("abc"), "abc");
  EXPECT_EQ(events.without_secrets(""), "");
}

TEST(KafkaEvents, RememberTheLastFailureUntilItIsForgotten) {
  KafkaEvents events;  // outlives the handle
  rdkafka::Conf conf(rd_kafka_conf_new());
  ASSERT_EQ(rd_kafka_conf_set(conf.get(), "bootstrap.servers", "127.0.0.1:1", nullptr, 0),
            RD_KAFKA_CONF_OK);  // no broker listens on port 1
  events.attach(conf.get(), {});
  EXPECT_FALSE(events.failure());
  const rdkafka::Handle handle(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), nullptr, 0));
  ASSERT_TRUE(handle);
  static_cast<void>(conf.release());  // now the handle's
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  bool lost = false;
  while (!lost && std::chrono::steady_clock::now() < give_up) {
    rd_kafka_poll(handle.get(), 50);
    lost = events.take_lost();
  }
  EXPECT_TRUE(lost);
  EXPECT_FALSE(events.take_lost());
  EXPECT_EQ(events.failure().kind, KafkaFailure::Kind::unreachable);
  EXPECT_THAT(events.failure().text, HasSubstr("127.0.0.1:1"));
  events.forget_failure();
  EXPECT_FALSE(events.failure());
}

}  // namespace
}  // namespace weir
