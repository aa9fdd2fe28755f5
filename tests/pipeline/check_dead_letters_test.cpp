#include "weir/pipeline/check_dead_letters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using ::testing::HasSubstr;
using Answer = KafkaWritable::Answer;
using Kind = KafkaFailure::Kind;
using Level = Finding::Level;

const DeadLetterOptions kOptions = {"kafka1:9092", {}, "flows.refused"};

Finding judge(const KafkaWritable& answer) {
  return judge_dead_letters(kOptions, answer, {"flows", "flows.refuse"});
}

TEST(CheckDeadLettersTest, ATopicThatMayBeWrittenToIsFine) {
  const Finding finding = judge({2, Answer::yes, {}});
  EXPECT_EQ(finding.level, Level::ok);
  EXPECT_EQ(finding.text, "dead-letter topic flows.refused, 2 partitions, may be written to");
}

TEST(CheckDeadLettersTest, AClusterThatDoesNotTellIsNoProblem) {
  EXPECT_EQ(judge({1, Answer::unknown, {}}).level, Level::ok);
  EXPECT_THAT(judge({1, Answer::unknown, {}}).text, HasSubstr("does not tell"));
}

TEST(CheckDeadLettersTest, AMissingRightIsAProblem) {
  for (const KafkaWritable& answer :
       {KafkaWritable{1, Answer::no, {}},
        KafkaWritable{0, Answer::unknown, {Kind::denied, "Broker: Topic authorization failed"}}}) {
    const Finding finding = judge(answer);
    EXPECT_EQ(finding.level, Level::problem);
    EXPECT_THAT(finding.advice, HasSubstr("WRITE and DESCRIBE on the topic flows.refused"));
  }
}

TEST(CheckDeadLettersTest, ATopicThatIsNotThereIsAProblemWithANearMatch) {
  const Finding finding = judge({0, Answer::unknown, {Kind::unknown, "Broker: Unknown topic"}});
  EXPECT_EQ(finding.level, Level::problem);
  EXPECT_THAT(finding.text, HasSubstr("does not exist"));
  EXPECT_THAT(finding.advice, HasSubstr("flows.refuse"));
}

TEST(CheckDeadLettersTest, WithoutAnAnswerThereIsAProblem) {
  const DeadLetterOptions nobody = {"127.0.0.1:1", {}, "flows.refused"};  // nobody listens there
  const Findings findings = check_dead_letters(nobody, {}, std::chrono::milliseconds(100));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].level, Level::problem);
}

}  // namespace
}  // namespace weir
