#include "weir/io/kafka_environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/scoped_variable.hpp"
#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class KafkaEnvironment : public ::testing::Test {
 protected:
  static KafkaProperties read(const std::vector<std::string>& variables) {
    std::vector<const char*> environment;
    environment.reserve(variables.size() + 1);
    for (const std::string& variable : variables) {
      environment.push_back(variable.c_str());
    }
    environment.push_back(nullptr);
    return kafka_environment(environment.data());
  }
  static std::string refusal(const std::vector<std::string>& variables) {
    return usage_error([&] { read(variables); });
  }
  std::string file(std::string_view content) {
    std::ofstream(path_, std::ios::binary) << content;
    return path_;
  }
  void TearDown() override { std::filesystem::remove(path_); }

  const std::string path_ =
      std::filesystem::temp_directory_path() / ("weir-secret-" + std::to_string(getpid()));
};

TEST_F(KafkaEnvironment, NamesPropertiesInCapitalsWithUnderscores) {
  const auto found =
      read({"HOME=/root", "WEIR_KAFKA_SASL_PASSWORD=a=b", "WEIR_KAFKA_SECURITY_PROTOCOL=ssl",
            "WEIR_KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL=http://x/"});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].name, "sasl.password");
  EXPECT_EQ(found[0].value, "a=b");
  EXPECT_EQ(found[0].from, "WEIR_KAFKA_SASL_PASSWORD");
  EXPECT_EQ(found[1].name, "security.protocol");
  EXPECT_EQ(found[2].name, "sasl.oauthbearer.token.endpoint.url");
}

TEST_F(KafkaEnvironment, TakesAFilesContentWithoutItsLastLineEnd) {
  const auto value = [&](std::string_view content) {
    const auto found = read({"WEIR_KAFKA_SSL_KEY_PASSWORD_FILE=" + file(content)});
    return found.size() == 1 && found[0].name == "ssl.key.password" ? found[0].value : "not found";
  };
  EXPECT_EQ(value("secret"), "secret");
  EXPECT_EQ(value("secret\n"), "secret");
  EXPECT_EQ(value("secret\r\n"), "secret");
  EXPECT_EQ(value(" two\nlines \n\n"), " two\nlines \n");
  EXPECT_EQ(value("secret\r"), "secret\r");
}

TEST_F(KafkaEnvironment, IgnoresVariablesThatAreNotAboutLoggingIn) {
  EXPECT_THAT(read({"WEIR_KAFKA_SERVICE_HOST=10.0.0.1", "WEIR_KAFKA_PORT=tcp://10.0.0.1:9092",
                    "WEIR_KAFKA_PORT_9092_TCP_ADDR=10.0.0.1", "WEIR_KAFKA_GROUP_ID=x",
                    "WEIR_KAFKA_SSL_SERVICE_HOST=10.0.0.1", "WEIR_KAFKA_SSL_SERVICE_PORT_TLS=1",
                    "WEIR_KAFKA_SSL_PORT=tcp://10.0.0.1:9093", "WEIR_KAFKA_SSL_PORT_9093_TCP=x",
                    "WEIR_KAFKA_SSLX=1", "WEIR_KAFKA_SASL_PASSWORD=", "XWEIR_KAFKA_SASL_PASSWORD=x",
                    "WEIR_KAFKA_SASL_PASSWORD"}),
              IsEmpty());
  EXPECT_THAT(kafka_environment(nullptr), IsEmpty());
}

TEST_F(KafkaEnvironment, RefusesAVariableOfNoProperty) {
  EXPECT_THAT(refusal({"WEIR_KAFKA_SASL_PASWORD=hunter22"}),
              AllOf(HasSubstr("WEIR_KAFKA_SASL_PASWORD: "), Not(HasSubstr("hunter22"))));
  EXPECT_THAT(refusal({"WEIR_KAFKA_SASL_PASWORD_FILE=/x"}),
              HasSubstr("WEIR_KAFKA_SASL_PASWORD_FILE: "));
}

TEST_F(KafkaEnvironment, RefusesTwoVariablesOfOneProperty) {
  EXPECT_THAT(refusal({"WEIR_KAFKA_SASL_PASSWORD=hunter22",
                       "WEIR_KAFKA_SASL_PASSWORD_FILE=" + file("hunter23")}),
              AllOf(HasSubstr("WEIR_KAFKA_SASL_PASSWORD and WEIR_KAFKA_SASL_PASSWORD_FILE"),
                    Not(HasSubstr("hunter"))));
  EXPECT_THAT(refusal({"WEIR_KAFKA_SASL_MECHANISM=PLAIN", "WEIR_KAFKA_SASL_MECHANISMS=PLAIN"}),
              HasSubstr("unset one of them"));
}

TEST_F(KafkaEnvironment, RefusesAFileWithoutAValue) {
  const std::string variable = "WEIR_KAFKA_SASL_PASSWORD_FILE";
  EXPECT_THAT(refusal({variable + "=/nonexistent/secret"}),
              AllOf(HasSubstr(variable), HasSubstr("/nonexistent/secret")));
  for (const std::string_view content : {"", "\n"}) {
    EXPECT_THAT(refusal({variable + "=" + file(content)}),
                AllOf(HasSubstr(variable), HasSubstr("is empty")));
  }
  EXPECT_THAT(refusal({variable + "=" + file(std::string_view("hunter22\0x", 10))}),
              AllOf(HasSubstr("not text"), Not(HasSubstr("hunter22"))));
}

TEST_F(KafkaEnvironment, GivenPropertiesComeAfterItsOwnAndWin) {
  const ScopedVariable user("WEIR_KAFKA_SASL_USERNAME", "somebody");
  const KafkaProperties all = with_kafka_environment({{"sasl.username", "weir"}});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].value, "somebody");
  EXPECT_EQ(all[1].value, "weir");
}

}  // namespace
}  // namespace weir
