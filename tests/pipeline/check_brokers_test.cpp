#include "weir/pipeline/check_brokers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Level = Finding::Level;

TEST(CheckBrokersTest, ABrokerThatRefusesIsAProblemWithAdvice) {
  KafkaSourceOptions options;
  options.brokers = "127.0.0.1:1,127.0.0.1:2";  // nobody listens there
  options.topics = {"flows"};
  const BrokersCheck check = check_brokers(options, std::chrono::milliseconds(300));
  EXPECT_FALSE(check.reachable);
  EXPECT_TRUE(check.topics.empty());
  ASSERT_EQ(check.findings.size(), 2U);
  EXPECT_EQ(check.findings[0].level, Level::problem);
  EXPECT_THAT(check.findings[0].text, HasSubstr("broker 127.0.0.1:1"));
  EXPECT_THAT(check.findings[1].text, HasSubstr("broker 127.0.0.1:2"));
  EXPECT_FALSE(check.findings[1].advice.empty());
}

TEST(CheckBrokersTest, EveryKindOfFailureHasItsAdviceApart) {
  for (std::size_t kind = 1; kind < KafkaFailure::kKinds; ++kind) {
    const KafkaFailure failure = {static_cast<KafkaFailure::Kind>(kind), "words; of (the) library"};
    const Finding finding = kafka_problem("topic flows", failure, "kafka1:9092");
    EXPECT_EQ(finding.level, Level::problem);
    EXPECT_THAT(finding.text, HasSubstr("topic flows: ")) << kind;
    EXPECT_FALSE(finding.advice.empty()) << kind;
    EXPECT_THAT(finding.text, Not(HasSubstr("check -X"))) << kind;
  }
}

TEST(CheckBrokersTest, TheLoginIsDescribedWithoutSecrets) {
  EXPECT_EQ(describe_login({}), "not encrypted, no login");
  EXPECT_EQ(describe_login({{"security.protocol", "ssl"}}), "encrypted (TLS), no login");
  EXPECT_EQ(describe_login({{"security.protocol", "SSL"}, {"ssl.certificate.location", "x.pem"}}),
            "encrypted (TLS), with a client certificate");
  EXPECT_EQ(describe_login({{"security.protocol", "SASL_SSL"},
                            {"sasl.mechanism", "PLAIN"},
                            {"sasl.mechanism", "SCRAM-SHA-256"},
                            {"sasl.username", "weir"},
                            {"sasl.password", "hunter2"}}),
            "encrypted (TLS), login by SCRAM-SHA-256 as weir");
  EXPECT_EQ(describe_login({{"security.protocol", "sasl_plaintext"}}),
            "not encrypted, login by GSSAPI");
}

}  // namespace
}  // namespace weir
