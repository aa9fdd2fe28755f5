#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/scoped_variable.hpp"
#include "tests/support/usage_error.hpp"
#include "weir/io/kafka_handles.hpp"

namespace weir {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kNobody = "127.0.0.1:1";  // no broker listens on port 1

std::string refusal(const KafkaProperties& properties) {
  return usage_error([&] { const KafkaConsumer consumer(kNobody, properties); });
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
  EXPECT_THAT(refusal({{"sasl.pasword", "hunter22"}}),
              AllOf(HasSubstr("-X sasl.pasword: "), HasSubstr("Did you mean sasl.password?"),
                    Not(HasSubstr("hunter22"))));
  EXPECT_THAT(refusal({{"a", "b"}}), Not(HasSubstr("Did you mean")));
}

TEST(KafkaConf, RefusesABadValueWithTheReason) {
  EXPECT_THAT(refusal({{"fetch.min.bytes", "many"}}), HasSubstr("fetch.min.bytes"));
}

TEST(KafkaConf, NamesAFileThatCannotBeRead) {
  for (const char* name : {"ssl.ca.location", "ssl.certificate.location", "ssl.key.location"}) {
    const KafkaProperty file = {name, "/nonexistent/file.pem"};
    EXPECT_THAT(refusal({{"security.protocol", "ssl"}, file}),
                HasSubstr(std::string(name) +
                          ": cannot read /nonexistent/file.pem: No such file or directory"));
    EXPECT_EQ(refusal({{"security.protocol", "plaintext"}, file}), "no error");
  }
}

TEST(KafkaConf, NeverShowsASecret) {
  const KafkaProperties no_key = {{"security.protocol", "ssl"},
                                  {"ssl.key.location", "/dev/null"},
                                  {"ssl.key.password", "hunter22"}};
  EXPECT_THAT(refusal(no_key), AllOf(HasSubstr("cannot set up"), Not(HasSubstr("hunter22"))));
  EXPECT_THAT(refusal({{"sasl.pasword", "hunter22"}}), Not(HasSubstr("hunter22")));
}

TEST(KafkaConf, KnowsWhichPropertiesAreSecret) {
  for (const char* name : {"sasl.password", "ssl.key.pem", "ssl.keystore.password",
                           "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config"}) {
    EXPECT_TRUE(kafka_property_is_secret(name)) << name;
  }
  for (const char* name :
       {"sasl.username", "ssl.key.location", "ssl.ca.pem", "sasl.oauthbearer.token.endpoint.url"}) {
    EXPECT_FALSE(kafka_property_is_secret(name)) << name;
  }
}

TEST(KafkaConf, FindsSecretsInsideOfValues) {
  using Views = std::vector<std::string_view>;
  EXPECT_EQ(kafka_secrets("sasl.password", "hunter22"), Views{"hunter22"});
  EXPECT_EQ(kafka_secrets("some.url", "https://weir:hunter22@host:1/a@b"), Views{"hunter22"});
  EXPECT_EQ(kafka_secrets("some.cmd", "kinit --password=hunter22 x"), Views{"hunter22 x"});
  for (const char* value : {"https://host:1/a:b@c", "https://weir@host/", "weir:x@host", ""}) {
    EXPECT_EQ(kafka_secrets("some.url", value), Views{}) << value;
  }
  EXPECT_EQ(kafka_secrets("sasl.password", ""), Views{});
}

TEST(KafkaConf, TakesWhatTheEnvironmentSaysUnlessTheCommandLineDoes) {
  const ScopedVariable mechanism("WEIR_KAFKA_SASL_MECHANISMS", "NOSUCH");
  const ScopedVariable protocol("WEIR_KAFKA_SECURITY_PROTOCOL", "sasl_plaintext");
  EXPECT_THAT(refusal({}), HasSubstr("NOSUCH"));
  // By another name of the same property, too.
  EXPECT_EQ(refusal({{"sasl.mechanism", "PLAIN"}, {"sasl.username", "u"}, {"sasl.password", "p"}}),
            "no error");
}

TEST(KafkaConf, NamesTheVariableThatHasABadValue) {
  const ScopedVariable protocol("WEIR_KAFKA_SECURITY_PROTOCOL", "tls");
  EXPECT_THAT(refusal({}), HasSubstr("WEIR_KAFKA_SECURITY_PROTOCOL: "));
}

std::string setting(const rdkafka::ClientConf& conf, const char* name) {
  std::array<char, 256> value{};
  std::size_t size = value.size();
  EXPECT_EQ(rd_kafka_conf_get(conf.conf.get(), name, value.data(), &size), RD_KAFKA_CONF_OK);
  return value.data();
}

TEST(KafkaConf, KeepsNumbersAboutTheClientToItselfUnlessItIsToldToSendThem) {
  constexpr const char* kPush = "enable.metrics.push";
  const KafkaProperties told = {{kPush, "true"}};
  EXPECT_EQ(setting(rdkafka::consumer_conf(kNobody, {}), kPush), "false");
  EXPECT_EQ(setting(rdkafka::producer_conf(kNobody, {}, "", {}), kPush), "false");
  EXPECT_EQ(setting(rdkafka::group_conf(kNobody, {}, "group"), kPush), "false");
  EXPECT_EQ(setting(rdkafka::consumer_conf(kNobody, told), kPush), "true");
  EXPECT_EQ(setting(rdkafka::producer_conf(kNobody, told, "", {}), kPush), "true");
  EXPECT_EQ(setting(rdkafka::group_conf(kNobody, told, "group"), kPush), "true");
}

TEST(KafkaConf, TellsWhichPropertiesTheUserHasGiven) {
  const ScopedVariable user("WEIR_KAFKA_SASL_USERNAME", "somebody");
  const auto conf = rdkafka::consumer_conf(kNobody, {{"sasl.password", "hunter22"}});
  ASSERT_EQ(conf.properties.size(), 2U);
  EXPECT_EQ(conf.properties[0].value, "somebody");
  EXPECT_EQ(conf.properties[1].value, "hunter22");
}

TEST(KafkaConf, ToAskForAGroupItTakesAProducersPropertiesWithoutThoseOfOneSide) {
  const ScopedVariable user("WEIR_KAFKA_SASL_USERNAME", "somebody");
  const auto conf = rdkafka::group_conf(kNobody,
                                        {{"linger.ms", "7"},
                                         {"compression.codec", "zstd"},
                                         {"auto.offset.reset", "earliest"},
                                         {"isolation.level", "read_uncommitted"},
                                         {"fetch.max.bytes", "9"},
                                         {"client.id", "me"},
                                         {"message.max.bytes", "5000000"}},
                                        "flows");
  EXPECT_EQ(setting(conf, "group.id"), "flows");
  EXPECT_EQ(setting(conf, "linger.ms"), "5");  // librdkafka's default
  EXPECT_EQ(setting(conf, "compression.codec"), "none");
  EXPECT_EQ(setting(conf, "isolation.level"), "read_committed");
  EXPECT_NE(setting(conf, "fetch.max.bytes"), "9");
  EXPECT_EQ(setting(conf, "client.id"), "me");
  EXPECT_EQ(setting(conf, "message.max.bytes"), "5000000");
  EXPECT_EQ(setting(conf, "sasl.username"), "somebody");
  EXPECT_EQ(conf.properties.size(), 3U);
}

}  // namespace
}  // namespace weir
