#include "weir/io/kafka_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = KafkaFailure::Kind;

constexpr const char* kNobody = "127.0.0.1:1";  // no broker listens on port 1

rdkafka::Handle open(const KafkaProperties& properties, KafkaEvents& events) {
  return rdkafka::open_client(RD_KAFKA_PRODUCER,
                              rdkafka::producer_conf(kNobody, properties, "", {}), events);
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
  const auto ask = [](std::chrono::milliseconds wait) {
    return rdkafka::group_offset(kNobody, {}, "group", "flows", 0, wait, {});
  };
  auto nobody = ask(std::chrono::milliseconds(100));
  // On a busy machine the time may be up before the connection is refused.
  for (std::chrono::seconds wait(1);
       nobody.failure.text.find(kNobody) == std::string::npos && wait < std::chrono::minutes(1);
       wait *= 2) {
    nobody = ask(wait);
  }
  EXPECT_EQ(nobody.failure.kind, Kind::unreachable);
  EXPECT_THAT(nobody.failure.text, HasSubstr(kNobody));
  EXPECT_EQ(nobody.offset, -1);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(rdkafka::group_offset(kNobody, {}, "group", "flows", 0, std::chrono::hours(1),
                                    stop.get_token())
                  .failure);
}

/// What is logged while a group is asked for.
std::string log_of_asking(const KafkaProperties& properties) {
  testing::internal::CaptureStderr();
  static_cast<void>(rdkafka::group_offset(kNobody, properties, "group", "flows", 0,
                                          std::chrono::milliseconds(1), {}));
  return testing::internal::GetCapturedStderr();
}

TEST(KafkaClient, AskingForAGroupDoesNotMindAProducersProperties) {
  const std::string log = log_of_asking({{"linger.ms", "7"},
                                         {"message.timeout.ms", "9000"},
                                         {"auto.offset.reset", "earliest"},
                                         {"group.protocol", "consumer"},
                                         {"message.max.bytes", "5000000"}});
  EXPECT_THAT(log, Not(HasSubstr("CONFWARN")));
  // What is deprecated is told, unless a line about the broker, that nobody is at, came first: of
  // librdkafka's lines one a minute is shown.
  bool told = false;
  for (int tries = 0; tries < 100 && !told; ++tries) {
    told = log_of_asking({{"socket.blocking.max.ms", "7"}}).find("CONFWARN") != std::string::npos;
  }
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace weir
