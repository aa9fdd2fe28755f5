#include "weir/source/kafka_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "tests/source/kafka_plan_fixture.hpp"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Why = KafkaOrder::Why;
using Numbers = std::vector<std::int32_t>;

class KafkaPlanTest : public KafkaPlanFixture {};

TEST_F(KafkaPlanTest, WhatExistsAtFirstBeginsAtTheEndAndWhatComesLaterAtItsBeginning) {
  cluster_["flows"] = {"A", {{0, {3, 50}}, {1, {0, 0}}}};
  EXPECT_FALSE(plan().settled());
  EXPECT_THAT(round(), ElementsAre(begin(0, 50), begin(1, 0)));
  EXPECT_TRUE(plan().settled());
  EXPECT_EQ(trouble_.text, "");
  EXPECT_THAT(round(), IsEmpty());
  cluster_["flows"].logs[2] = {2, 9};
  EXPECT_THAT(round(), ElementsAre(appeared(2, 2)));
  EXPECT_THAT(round(), IsEmpty());
}

TEST_F(KafkaPlanTest, StartSaysWhereWhatExistsAtFirstBegins) {
  cluster_["flows"] = {"A", {{0, {3, 50, 20}}, {1, {0, 7, -1}}}};
  options_.start.kind = KafkaStart::Kind::earliest;
  EXPECT_THAT(round(), ElementsAre(begin(0, 3), begin(1, 0)));
  restart();
  options_.start.kind = KafkaStart::Kind::time;
  EXPECT_THAT(round(), ElementsAre(begin(0, 20), begin(1, 7)));  // nothing that late: the end
}

TEST_F(KafkaPlanTest, ThePartitionsOfATopicBeginTogetherOrNotAtAll) {
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {0, 60}}}};
  silent_.insert({"flows", 1});
  EXPECT_THAT(round(), IsEmpty());
  EXPECT_FALSE(ends_known_);
  EXPECT_FALSE(plan().settled());
  EXPECT_THAT(plan().absent(), IsEmpty());
  silent_.clear();
  EXPECT_THAT(round(), ElementsAre(begin(0, 50), begin(1, 60)));
  EXPECT_TRUE(ends_known_);
}

TEST_F(KafkaPlanTest, ATopicIsAbsentOnceThatWasSaidForAWhile) {
  EXPECT_THAT(round(), IsEmpty());
  EXPECT_THAT(trouble_.text, HasSubstr("topic flows does not exist"));
  EXPECT_THAT(plan().absent(), IsEmpty());
  EXPECT_THAT(round(), IsEmpty());
  EXPECT_FALSE(plan().settled());  // a broker that has just started says so, too
  EXPECT_THAT(round(), IsEmpty());
  EXPECT_TRUE(plan().settled());
  EXPECT_THAT(plan().absent(), ElementsAre("flows"));
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  silent_.insert({"flows", 0});
  EXPECT_THAT(round(), IsEmpty());
  EXPECT_THAT(plan().absent(), ElementsAre("flows"));  // still: all of it is new
  silent_.clear();
  EXPECT_THAT(round(), ElementsAre(appeared(0, 0)));
  EXPECT_THAT(plan().absent(), IsEmpty());
}

TEST_F(KafkaPlanTest, WhatHadNotBegunWhenItsTopicWentIsNewWhenThatAppears) {
  cluster_["flows"] = {"A", {{0, {3, 50}}}};
  silent_.insert({"flows", 0});
  EXPECT_THAT(round(), IsEmpty());
  const auto topic = std::exchange(cluster_, {});
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(round(), IsEmpty());
  }
  EXPECT_TRUE(plan().settled());
  silent_.clear();
  cluster_ = topic;
  EXPECT_THAT(round(), ElementsAre(appeared(0, 3)));
}

TEST_F(KafkaPlanTest, ATopicOfWhichNobodySaysWhetherItExistsIsNotSettled) {
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  unclear_.insert("flows");
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(round(), IsEmpty());
  }
  EXPECT_FALSE(plan().settled());
  unclear_.clear();
  EXPECT_THAT(round(), ElementsAre(begin(0, 50)));
}

TEST_F(KafkaPlanTest, OnlyPartitionsThatAreAskedForAreRead) {
  cluster_["flows"] = {"A", {{0, {0, 5}}, {1, {0, 6}}, {2, {0, 7}}}};
  options_.partitions = Numbers{1, 7};
  EXPECT_THAT(round(), ElementsAre(begin(1, 6)));
  EXPECT_THAT(trouble_.text, HasSubstr("no partition 7 (it has 3)"));
  EXPECT_TRUE(plan().settled());
  cluster_["flows"].logs[7] = {1, 4};
  EXPECT_THAT(round(), ElementsAre(appeared(7, 1)));
  EXPECT_EQ(trouble_.text, "");
}

TEST_F(KafkaPlanTest, AMissingTopicHaltsItsReadingAndGoesOnWhenItIsTheSame) {
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  ASSERT_THAT(round(), ElementsAre(begin(0, 50)));
  const auto topic = std::exchange(cluster_, {});
  EXPECT_THAT(round(), ElementsAre(KafkaOrder{{"flows", 0}, Why::halt, -1, "A"}));
  EXPECT_THAT(round(), IsEmpty());
  cluster_ = topic;
  EXPECT_THAT(round(), ElementsAre(KafkaOrder{{"flows", 0}, Why::retry, -1, "A"}));
  EXPECT_THAT(round(), IsEmpty());
}

TEST_F(KafkaPlanTest, ATopicThatWasMissingAndIsAnotherOneIsOrderedOnce) {
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  ASSERT_THAT(round(), ElementsAre(begin(0, 50)));
  cluster_.clear();
  EXPECT_THAT(round(), ElementsAre(KafkaOrder{{"flows", 0}, Why::halt, -1, "A"}));
  cluster_["flows"] = {"B", {{0, {0, 9}}}};
  EXPECT_THAT(round(), ElementsAre(recreated(0, 0, 50)));
  EXPECT_THAT(round(), IsEmpty());
}

TEST_F(KafkaPlanTest, ALeaderThatDeniesAPartitionHaltsItToo) {
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {0, 5}}}};
  ASSERT_EQ(round().size(), 2U);
  unknown_.insert({"flows", 1});
  EXPECT_THAT(round(), ElementsAre(KafkaOrder{{"flows", 1}, Why::halt, -1, "A"}));
  unknown_.clear();
  EXPECT_THAT(round(), ElementsAre(KafkaOrder{{"flows", 1}, Why::retry, -1, "A"}));
}

TEST_F(KafkaPlanTest, ATopicCreatedAgainIsReadFromItsBeginning) {
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {0, 5}}}};
  ASSERT_EQ(round().size(), 2U);
  cluster_["flows"].logs[0].end = 80;
  EXPECT_THAT(round(), IsEmpty());
  cluster_["flows"] = {"B", {{0, {0, 9}}}};
  reports_[{"flows", 0}] = {80, true};
  EXPECT_THAT(round(), ElementsAre(recreated(0, 0, 80)));
  EXPECT_THAT(reports_, IsEmpty());  // spoke of the log that is gone
  EXPECT_EQ(plan().ends().at({"flows", 0}).id, "B");
  EXPECT_EQ(plan().ends().at({"flows", 0}).offset, 9);
  EXPECT_THAT(round(), IsEmpty());
  cluster_["flows"].logs[1] = {0, 4};  // a partition that the old one had, too
  EXPECT_THAT(round(), ElementsAre(recreated(1, 0, 5)));
}

TEST_F(KafkaPlanTest, APartitionThatTheNewTopicHasNotIsGone) {
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {0, 5}}}};
  ASSERT_EQ(round().size(), 2U);
  EXPECT_FALSE(plan().ends().at({"flows", 1}).gone);
  const auto topics = std::exchange(cluster_, {});
  ASSERT_EQ(round().size(), 2U);
  EXPECT_FALSE(plan().ends().at({"flows", 1}).gone);  // all of the topic is, and shall come back
  cluster_["flows"] = {"B", {{0, {0, 9}}}};
  EXPECT_THAT(round(), ElementsAre(recreated(0, 0, 50)));
  EXPECT_TRUE(plan().ends().at({"flows", 1}).gone);
  EXPECT_FALSE(plan().ends().at({"flows", 0}).gone);
}

TEST_F(KafkaPlanTest, ABrokerThatStillDescribesTheOldTopicIsNotBelieved) {
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  ASSERT_EQ(round().size(), 1U);
  cluster_["flows"].id = "B";
  ASSERT_THAT(round(), ElementsAre(recreated(0, 0, 50)));
  cluster_["flows"].id = "A";
  EXPECT_THAT(round(), IsEmpty());
  EXPECT_THAT(trouble_.text, HasSubstr("has not heard yet"));
  cluster_["flows"].id = "B";
  EXPECT_THAT(round(), IsEmpty());
  EXPECT_EQ(trouble_.text, "");
}

TEST_F(KafkaPlanTest, ATopicCreatedAgainBeforeItBeganBeginsAsStartSays) {
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {0, 5}}}};
  silent_.insert({"flows", 0});
  EXPECT_THAT(round(), IsEmpty());
  silent_.clear();
  cluster_["flows"] = {"B", {{0, {0, 9}}}};
  EXPECT_THAT(round(), ElementsAre(begin(0, 9, "B")));
  EXPECT_TRUE(plan().settled());
}

TEST_F(KafkaPlanTest, AnIdThatBecomesKnownIsNoOtherTopic) {
  cluster_["flows"] = {"", {{0, {0, 50}}}};
  ASSERT_THAT(round(), ElementsAre(begin(0, 50, "")));
  cluster_["flows"].id = "A";
  EXPECT_THAT(round(), IsEmpty());
  EXPECT_EQ(plan().ends().at({"flows", 0}).id, "A");
  cluster_["flows"].id = "B";
  EXPECT_THAT(round(), ElementsAre(recreated(0, 0, 50)));
}

// Reports of reading that fails

TEST_F(KafkaPlanTest, APlaceBeforeTheBeginningOfTheLogIsAGap) {
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  ASSERT_EQ(round().size(), 1U);
  cluster_["flows"].logs[0] = {70, 90};
  reports_[{"flows", 0}] = {50, true};
  EXPECT_THAT(round(), ElementsAre(KafkaOrder{{"flows", 0}, Why::gap, 70, "A", -1, 50}));
  EXPECT_THAT(reports_, IsEmpty());
}

TEST_F(KafkaPlanTest, APlaceBehindTheEndMeansThatTheLogWasCut) {
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  ASSERT_EQ(round().size(), 1U);
  cluster_["flows"].logs[0] = {10, 40};
  reports_[{"flows", 0}] = {50, true};
  EXPECT_THAT(round(), ElementsAre(KafkaOrder{{"flows", 0}, Why::truncated, 40, "A", -1, 50}));
}

TEST_F(KafkaPlanTest, WithoutIdsAPlaceBehindTheEndMeansAnotherTopic) {
  cluster_["flows"] = {"", {{0, {0, 50}}}};
  ASSERT_EQ(round().size(), 1U);
  cluster_["flows"].logs[0] = {10, 40};
  reports_[{"flows", 0}] = {50, true};
  EXPECT_THAT(round(), ElementsAre(KafkaOrder{{"flows", 0}, Why::truncated, 10, "", -1, 50}));
}

TEST_F(KafkaPlanTest, AnyOtherFailureIsTriedAgainOnceTheLeaderAnswers) {
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  ASSERT_EQ(round().size(), 1U);
  reports_[{"flows", 0}] = {50, false};
  silent_.insert({"flows", 0});
  EXPECT_THAT(round(), IsEmpty());
  EXPECT_EQ(reports_.size(), 1U);
  silent_.clear();
  EXPECT_THAT(round(), ElementsAre(KafkaOrder{{"flows", 0}, Why::retry, -1, "A"}));
  EXPECT_THAT(reports_, IsEmpty());
}

}  // namespace
}  // namespace weir
