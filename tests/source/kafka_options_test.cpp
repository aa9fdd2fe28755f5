#include "weir/source/kafka_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename Body>
std::string refusal(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  return "accepted";
}

std::string file_with(const std::string& content) {
  const std::string path = ::testing::TempDir() + "weir_kafka_options_test.properties";
  std::ofstream(path) << content;
  return path;
}

TEST(KafkaOptions, APropertyIsSplitAtTheFirstEqualsSign) {
  KafkaProperties properties;
  add_kafka_properties("sasl.password=a=b ", properties);
  ASSERT_EQ(properties.size(), 1U);
  EXPECT_EQ(properties[0].name, "sasl.password");
  EXPECT_EQ(properties[0].value, "a=b ");
}

TEST(KafkaOptions, AWordWithoutEqualsSignIsRefusedAndNotShown) {
  KafkaProperties properties;
  EXPECT_THAT(refusal([&] { add_kafka_properties("hunter22", properties); }),
              AllOf(HasSubstr("-X"), Not(HasSubstr("hunter22"))));
  EXPECT_THAT(refusal([&] { add_kafka_properties("=hunter22", properties); }),
              AllOf(HasSubstr("-X"), Not(HasSubstr("hunter22"))));
}

TEST(KafkaOptions, AFileOfPropertiesIsRead) {
  const std::string path =
      file_with("# login\n\n sasl.username = user\r\nsasl.password=p = #w\nclient.id=");
  KafkaProperties properties;
  add_kafka_properties("@" + path, properties);
  std::filesystem::remove(path);
  ASSERT_EQ(properties.size(), 3U);
  EXPECT_EQ(properties[0].name, "sasl.username");
  EXPECT_EQ(properties[0].value, "user");
  EXPECT_EQ(properties[1].value, "p = #w");
  EXPECT_EQ(properties[2].value, "");
}

TEST(KafkaOptions, ABadLineOfAFileIsNamedByNumberOnly) {
  const std::string path = file_with("a=b\n# c\nhunter22\n");
  EXPECT_THAT(refusal([&] { static_cast<void>(read_kafka_properties(path)); }),
              AllOf(HasSubstr("line 3"), HasSubstr(path), Not(HasSubstr("hunter22"))));
  std::filesystem::remove(path);
}

TEST(KafkaOptions, AMissingFileIsRefused) {
  EXPECT_THAT(refusal([] { static_cast<void>(read_kafka_properties("/nonexistent/x")); }),
              HasSubstr("-X @/nonexistent/x"));
}

TEST(KafkaOptions, PartitionsAreAllOrAList) {
  EXPECT_FALSE(parse_kafka_partitions("all"));
  EXPECT_THAT(*parse_kafka_partitions("3"), ElementsAre(3));
  EXPECT_THAT(*parse_kafka_partitions("7, 0,3-5,4"), ElementsAre(0, 3, 4, 5, 7));
}

TEST(KafkaOptions, BadPartitionsAreRefused) {
  for (const char* text :
       {"", ",", "1,", "-1", "5-3", "1-", "x", "1;2", "1000001", "99999999999"}) {
    EXPECT_THAT(refusal([&] { static_cast<void>(parse_kafka_partitions(text)); }),
                HasSubstr("--partitions"))
        << text;
  }
}

TEST(KafkaOptions, PartitionsAreWrittenAsTheShortestList) {
  EXPECT_EQ(format_kafka_partitions(std::nullopt), "");
  EXPECT_EQ(format_kafka_partitions(parse_kafka_partitions("7,0,3-5,4,9-10,1")), "0-1,3-5,7,9-10");
  EXPECT_EQ(format_kafka_partitions(std::vector<std::int32_t>{5, 2, 5}), "2,5");
}

TEST(KafkaOptions, APartitionsNumberIsRead) {
  EXPECT_EQ(kafka_partition_number("17"), 17);
  for (const char* text : {"", "x", "-1", "1x", "99999999999"}) {
    EXPECT_EQ(kafka_partition_number(text), std::nullopt) << text;
  }
}

TEST(KafkaOptions, StartIsAWordOrATime) {
  EXPECT_EQ(parse_kafka_start("latest").kind, KafkaStart::Kind::latest);
  EXPECT_EQ(parse_kafka_start("earliest").kind, KafkaStart::Kind::earliest);
  const KafkaStart start = parse_kafka_start("1970-01-01T00:00:02Z");
  EXPECT_EQ(start.kind, KafkaStart::Kind::time);
  EXPECT_EQ(start.time, 2 * kNanosPerSecond);
  EXPECT_THAT(refusal([] { static_cast<void>(parse_kafka_start("yesterday")); }),
              HasSubstr("--start"));
}

TEST(KafkaOptions, OptionsThatCannotWorkAreRefusedByFlag) {
  const auto refused = [](auto&& change) {
    KafkaSourceOptions options;
    options.brokers = "127.0.0.1:9092";
    options.topics = {"flows"};
    change(options);
    return refusal([&] { check_kafka_options(options); });
  };
  EXPECT_EQ(refused([](KafkaSourceOptions&) {}), "accepted");
  EXPECT_THAT(refused([](auto& options) { options.brokers = " "; }), HasSubstr("--brokers"));
  EXPECT_THAT(refused([](auto& options) { options.topics.clear(); }), HasSubstr("--topic"));
  EXPECT_THAT(refused([](auto& options) { options.topics = {"a b"}; }), HasSubstr("\"a b\""));
  EXPECT_THAT(refused([](auto& options) { options.topics = {".."}; }), HasSubstr("\"..\""));
  EXPECT_THAT(refused([](auto& options) { options.topics = {std::string(250, 'x')}; }),
              HasSubstr("--topic"));
  EXPECT_THAT(refused([](auto& options) { options.topics = {"a", "a"}; }), HasSubstr("twice"));
  EXPECT_THAT(refused([](auto& options) { options.partitions.emplace(); }),
              HasSubstr("--partitions"));
}

}  // namespace
}  // namespace weir
