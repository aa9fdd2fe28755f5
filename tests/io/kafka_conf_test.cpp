#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/error.hpp"
#include "weir/io/kafka.hpp"

namespace weir {
namespace {

using ::testing::AllOf;
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

TEST(KafkaConf, NamesAFileThatCannotBeRead) {
  for (const char* name : {"ssl.ca.location", "ssl.certificate.location", "ssl.key.location"}) {
    const KafkaProperty file = {name, "/nonexistent/file.pem"};
    EXPECT_THAT(refusal({{"security.protocol", "ssl"}, file}),
                HasSubstr(std::string(name) +
                          ": cannot read /nonexistent/file.pem: No such file or directory"));
    EXPECT_EQ(refusal({{"security.protocol", "plaintext"}, file}), "accepted");
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

/// Sets a variable for the time of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(KafkaConf, TakesWhatTheEnvironmentSaysUnlessTheCommandLineDoes) {
  const Variable mechanism("WEIR_KAFKA_SASL_MECHANISMS", "NOSUCH");
  const Variable protocol("WEIR_KAFKA_SECURITY_PROTOCOL", "sasl_plaintext");
  EXPECT_THAT(refusal({}), HasSubstr("NOSUCH"));
  // By another name of the same property, too.
  EXPECT_EQ(refusal({{"sasl.mechanism", "PLAIN"}, {"sasl.username", "u"}, {"sasl.password", "p"}}),
            "accepted");
}

TEST(KafkaConf, NamesTheVariableThatHasABadValue) {
  const Variable protocol("WEIR_KAFKA_SECURITY_PROTOCOL", "tls");
  EXPECT_THAT(refusal({}), HasSubstr("WEIR_KAFKA_SECURITY_PROTOCOL: "));
}

}  // namespace
}  // namespace weir
