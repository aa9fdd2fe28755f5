#include "cli/program_flags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/usage_error.hpp"
#include "weir/io/yaml.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(ProgramFlagsTest, TheLogIsSet) {
  log::Level level = log::Level::info;
  log::Format format = log::Format::logfmt;
  EXPECT_EQ(
      parse_flags("x", "", log_flags(level, format), {"--log.level", "debug", "--log.format=json"}),
      Parsed::run);
  EXPECT_EQ(level, log::Level::debug);
  EXPECT_EQ(format, log::Format::json);
}

TEST(ProgramFlagsTest, AnUnknownChoiceNamesFlagAndChoices) {
  log::Level level = log::Level::info;
  log::Format format = log::Format::logfmt;
  try {
    static_cast<void>(parse_flags("x", "", log_flags(level, format), {"--log.level", "loud"}));
    ADD_FAILURE() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("--log.level: \"loud\""), HasSubstr("debug, info, warn, error")));
  }
}

TEST(ProgramFlagsTest, BrokersAreOneListHoweverTheyAreGiven) {
  std::string brokers;
  add_brokers(brokers, "a:1, b:2");
  add_brokers(brokers, "c:3");
  EXPECT_EQ(brokers, "a:1,b:2,c:3");
}

std::string refusal(const std::string& value) {
  std::string brokers;
  return usage_error([&] { add_brokers(brokers, value); });
}

TEST(ProgramFlagsTest, BrokersAreHostsWithOrWithoutAPort) {
  for (const char* value : {"kafka1", "kafka1:9092", "10.0.0.1:65535", "[::1]:9092", "[::1]", "::1",
                            "fe80::1:2", "SASL_SSL://kafka1:9093"}) {
    EXPECT_EQ(refusal(value), "no error") << value;
  }
}

TEST(ProgramFlagsTest, ABrokersPortIsANumberOfAPort) {
  for (const char* value : {"a:99999", "a:0", "a:kafka", "a:", "a:1,b:x", "[::1]:x", "SSL://a:x"}) {
    EXPECT_THAT(refusal(value), AllOf(HasSubstr("--brokers"), HasSubstr("1 to 65535"))) << value;
  }
}

TEST(ProgramFlagsTest, APasswordAmongTheBrokersIsRefusedAndNotShown) {
  for (const char* value : {"weir:hunter22@a:1", "a:1,SASL_SSL://weir:hunter22@b:1"}) {
    EXPECT_THAT(refusal(value), AllOf(HasSubstr("sasl.password"), Not(HasSubstr("hunter22"))));
  }
}

TEST(ProgramFlagsTest, APropertysNameThatHoldsItsValueIsRefusedAndNotShown) {
  for (const char* kafka :
       {"{sasl.password:hunter22}", "{sasl.password=hunter22}", "{sasl: {password:hunter22}}",
        "[{a: b}, {sasl.password=hunter22: x}]", "{sasl.password=hunter22: {a: b}}"}) {
    const ConfigNode root = parse_yaml(std::string("kafka: ") + kafka, "weir.yaml");
    KafkaProperties properties;
    EXPECT_THAT(usage_error([&] { kafka_flag(properties).take_node(*root.find("kafka")); }),
                AllOf(HasSubstr("weir.yaml:1:"), HasSubstr("a property's name, a colon, a blank"),
                      Not(HasSubstr("hunter22"))))
        << kafka;
  }
}

}  // namespace
}  // namespace weir
