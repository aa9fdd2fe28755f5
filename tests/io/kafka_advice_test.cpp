#include "weir/io/kafka_advice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace weir {
namespace {

using ::testing::HasSubstr;
using Kind = KafkaFailure::Kind;

TEST(KafkaAdvice, NamesWhatToChangeAndWhatWasSaid) {
  for (const auto& [kind, change] :
       {std::pair(Kind::unreachable, "--brokers"),
        std::pair(Kind::wrong_protocol, "security.protocol"),
        std::pair(Kind::login, "sasl.password"), std::pair(Kind::mechanism, "sasl.mechanism"),
        std::pair(Kind::token, "sasl.oauthbearer.client.secret"), std::pair(Kind::tls, "ssl.*"),
        std::pair(Kind::untrusted, "ssl.ca.location"), std::pair(Kind::expired, "renew"),
        std::pair(Kind::wrong_host, "advertised.listeners"),
        std::pair(Kind::client_certificate, "ssl.certificate.location"),
        std::pair(Kind::denied, "READ and DESCRIBE on the topic")}) {
    const std::string advice = kafka_advice({kind, "the broker's words"}, "kafka1:9093");
    EXPECT_THAT(advice, HasSubstr(change));
    EXPECT_THAT(advice, HasSubstr("the broker's words"));
  }
}

TEST(KafkaAdvice, SaysWhereItLookedForABroker) {
  EXPECT_THAT(kafka_advice({Kind::unreachable, "refused"}, "kafka1:9093"),
              HasSubstr("kafka1:9093"));
}

TEST(KafkaAdvice, HasNothingToAddToOtherFailures) {
  EXPECT_EQ(kafka_advice({Kind::other, "odd"}, "kafka1:9093"), "odd");
}

}  // namespace
}  // namespace weir
