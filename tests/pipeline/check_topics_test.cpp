#include "weir/pipeline/check_topics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = KafkaFailure::Kind;
using Level = Finding::Level;

KafkaEnd end_of(std::int32_t partition, bool reached, std::int64_t unsettled = 0,
                KafkaFailure failure = {}) {
  return {{"flows", partition, 0, 9}, reached, unsettled, std::move(failure)};
}

TEST(CheckTopicsTest, WithoutAnAnswerTheTopicsAreAProblem) {
  KafkaConsumer consumer("127.0.0.1:1", {});  // nobody listens there
  KafkaSourceOptions options;
  options.brokers = "127.0.0.1:1";
  options.topics = {"flows"};
  const TopicsCheck check = check_topics(consumer, options, {}, std::chrono::milliseconds(100));
  EXPECT_TRUE(check.topics.empty());
  ASSERT_EQ(check.findings.size(), 1U);
  EXPECT_EQ(check.findings[0].level, Level::problem);
}

TEST(CheckTopicsTest, OffsetsSayHowMuchThereIsAndWithHowMuchReadingBegins) {
  const TopicRanges topic = {"flows", {{"flows", 0, 5, 105}, {"flows", 3, 0, 1000}}};
  EXPECT_THAT(describe_ranges(topic, {-1, -1}).text,
              AllOf(HasSubstr("2 partitions"), HasSubstr("1,100 messages"),
                    HasSubstr("0: 5 to 105, 3: 0 to 1000"), HasSubstr("begin behind them")));
  EXPECT_THAT(describe_ranges(topic, {5, 0}).text, HasSubstr("begin with the first"));
  EXPECT_THAT(describe_ranges(topic, {100, -1}).text, HasSubstr("begin with the last 5"));
  EXPECT_THAT(describe_ranges(topic, {0, 2000}).text, HasSubstr("begin with the last 100"));
}

TEST(CheckTopicsTest, ManyPartitionsAreNotAllListed) {
  TopicRanges topic = {"flows", {}};
  for (std::int32_t n = 0; n < 200; ++n) {
    topic.ranges.push_back({"flows", n, 0, 1});
  }
  const Finding finding = describe_ranges(topic, std::vector<std::int64_t>(200, -1));
  EXPECT_THAT(finding.text, AllOf(HasSubstr("200 partitions"), Not(HasSubstr("100:"))));
}

TEST(CheckTopicsTest, AnEmptyTopicIsAWarning) {
  EXPECT_EQ(describe_ranges({"flows", {{"flows", 0, 7, 7}}}, {-1}).level, Level::warning);
}

TEST(CheckTopicsTest, ARightThatIsMissingIsToldOnce) {
  const KafkaFailure denied = {Kind::denied, "Broker: Topic authorization failed"};
  const Findings findings = judge_reading(
      "flows", {{}, {end_of(0, false, 0, denied), end_of(1, false, 0, denied)}}, "kafka1");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].level, Level::problem);
  EXPECT_THAT(findings[0].advice, HasSubstr("READ"));
}

TEST(CheckTopicsTest, WhatAnOpenTransactionHoldsBackIsAWarning) {
  const Findings findings =
      judge_reading("flows", {{}, {end_of(0, true), end_of(1, true, 3)}}, "kafka1");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].level, Level::warning);
  EXPECT_THAT(findings[0].text, AllOf(HasSubstr("partition 1"), HasSubstr("3 messages")));
}

TEST(CheckTopicsTest, EndsThatDoNotComeAreAWarningAndElseItCanBeRead) {
  const Findings slow =
      judge_reading("flows", {{}, {end_of(0, false), end_of(1, true), end_of(2, false)}}, "k");
  ASSERT_EQ(slow.size(), 1U);
  EXPECT_THAT(slow[0].text, HasSubstr("partitions 0, 2"));
  const Findings good = judge_reading("flows", {{}, {end_of(0, true)}}, "k");
  ASSERT_EQ(good.size(), 1U);
  EXPECT_EQ(good[0].level, Level::ok);
}

}  // namespace
}  // namespace weir
