#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "weir/base/error.hpp"
#include "weir/io/kafka.hpp"

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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

TEST(KafkaConf, RefusesPropertiesThatCountingRestsOn) {
  for (const char* name :
       {"enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "isolation.level",
        "group.id", "auto.offset.reset", "enable.partition.eof", "bootstrap.servers",
        "metadata.broker.list", "allow.auto.create.topics"}) {
    EXPECT_THAT(refusal({{name, "x"}}), HasSubstr(std::string("-X ") + name + " cannot be set:"));
  }
}

TEST(KafkaConf, RefusesAnUnknownPropertyWithItsName) {
  EXPECT_THAT(refusal({{"sasl.pasword", "hunter22"}}), HasSubstr("sasl.pasword"));
}

TEST(KafkaConf, RefusesABadValueWithTheReason) {
  EXPECT_THAT(refusal({{"fetch.min.bytes", "many"}}), HasSubstr("fetch.min.bytes"));
}

TEST(KafkaConf, NeverShowsASecret) {
  EXPECT_THAT(refusal({{"security.protocol", "ssl"},
                       {"ssl.key.location", "/nonexistent/hunter22"},
                       {"ssl.key.password", "hunter22"}}),
              Not(HasSubstr("hunter22")));
  EXPECT_THAT(refusal({{"sasl.pasword", "hunter22"}}), Not(HasSubstr("hunter22")));
}

TEST(KafkaConf, KnowsWhichPropertiesAreSecret) {
  for (const char* name : {"sasl.password", "ssl.key.pem", "ssl.keystore.password",
                           "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config"}) {
    EXPECT_TRUE(kafka_property_is_secret(name)) << name;
  }
  EXPECT_FALSE(kafka_property_is_secret("sasl.username"));
}

}  // namespace
}  // namespace weir
