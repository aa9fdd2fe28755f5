#include "weir/io/kafka_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using rdkafka::Conf;
using ::testing::HasSubstr;
using Kind = KafkaFailure::Kind;

constexpr const char* kNobody = "127.0.0.1:1";  // no broker listens on port 1

std::string setting(const rdkafka::Handle& handle, const char* name) {
  std::array<char, 64> value{};
  std::size_t size = value.size();
  EXPECT_EQ(rd_kafka_conf_get(rd_kafka_conf(handle.get()), name, value.data(), &size),
            RD_KAFKA_CONF_OK);
  return value.data();
}

rdkafka::Handle open(const KafkaProperties& properties, KafkaEvents& events) {
  return rdkafka::open_client(
      RD_KAFKA_PRODUCER, rdkafka::producer_conf(kNobody, properties, "", {}), properties, events);
}

TEST(KafkaClient, KeepsNumbersAboutItselfToItselfUnlessItIsToldToSendThem) {
  KafkaEvents events;
  EXPECT_EQ(setting(open({}, events), "enable.metrics.push"), "false");
  KafkaEvents others;
  EXPECT_EQ(setting(open({{"enable.metrics.push", "true"}}, others), "enable.metrics.push"),
            "true");
}

TEST(KafkaClient, SaysWhatToDoWhereItCannotBeSetUp) {
  KafkaEvents events;
  try {
    static_cast<void>(open({{"security.protocol", "sasl_ssl"}}, events));
    FAIL() << "was set up";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("set sasl.mechanism to"));
  }
}

TEST(KafkaClient, NoAnswerIsAFailure) {
  EXPECT_EQ(rdkafka::answer_failure(nullptr).kind, Kind::unreachable);
}

TEST(KafkaClient, AsksUntilTheTimeIsUpOrAStopIsRequested) {
  const auto nobody =
      rdkafka::group_offset(kNobody, {}, "group", "flows", 0, std::chrono::milliseconds(100), {});
  EXPECT_EQ(nobody.failure.kind, Kind::unreachable);
  EXPECT_THAT(nobody.failure.text, HasSubstr(kNobody));
  EXPECT_EQ(nobody.offset, -1);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(rdkafka::group_offset(kNobody, {}, "group", "flows", 0, std::chrono::hours(1),
                                    stop.get_token())
                  .failure);
}

}  // namespace
}  // namespace weir
