#include "weir/source/kafka_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tests/source/kafka_plan_fixture.hpp"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Why = KafkaOrder::Why;
using Numbers = std::vector<std::int32_t>;

class KafkaPlanSavedTest : public KafkaPlanFixture {};

TEST_F(KafkaPlanSavedTest, SavedPlacesAreSettledBeforeAnybodyAnswersAndAreGoneOnFrom) {
  save({origin("1", 30, 40), origin("0", 20, 20)});
  EXPECT_TRUE(plan().settled());
  EXPECT_THAT(plan().absent(), IsEmpty());
  EXPECT_EQ(plan().ends().at({"flows", 1}).offset, 40);
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {0, 60}}}};
  silent_.insert({"flows", 1});
  EXPECT_THAT(round(), ElementsAre(resume(0, 20), resume(1, 30)));
  EXPECT_EQ(plan().ends().at({"flows", 0}).offset, 50);
  EXPECT_EQ(plan().ends().at({"flows", 1}).offset, 40);
  EXPECT_THAT(round(), IsEmpty());
}

TEST_F(KafkaPlanSavedTest, APartitionThatAppearedMeanwhileIsReadFromItsBeginning) {
  save({origin("0", 20, 20)});
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {4, 60}}}};
  EXPECT_THAT(round(), ElementsAre(resume(0, 20), appeared(1, 4)));
}

TEST_F(KafkaPlanSavedTest, ATopicThatAppearedMeanwhileIsReadFromItsBeginning) {
  options_.saved.absent = {"flows"};
  options_.saved.only = "0";
  EXPECT_TRUE(plan().settled());
  EXPECT_THAT(plan().absent(), ElementsAre("flows"));
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {4, 60}}}};
  EXPECT_THAT(round(), ElementsAre(appeared(0, 0), appeared(1, 4)));
}

TEST_F(KafkaPlanSavedTest, ATopicCreatedAgainMeanwhileIsReadFromItsBeginning) {
  save({origin("0", 20, 45), origin("1", 7, 7), origin("2", 9, 9)});
  cluster_["flows"] = {"B", {{0, {0, 50}}, {1, {4, 60}}}};
  silent_.insert({"flows", 1});
  EXPECT_THAT(round(), ElementsAre(recreated(0, 0, 45)));
  EXPECT_EQ(plan().ends().at({"flows", 1}).offset, 7);
  silent_.clear();
  EXPECT_THAT(round(), ElementsAre(recreated(1, 4, 7)));
  EXPECT_THAT(round(), IsEmpty());
}

TEST_F(KafkaPlanSavedTest, SomePartitionsMayHaveBeenOfTheNewTopicAlready) {
  save({origin("0", 20, 45, "A"), origin("1", 7, 7, "B")});
  cluster_["flows"] = {"B", {{0, {0, 50}}, {1, {0, 60}}}};
  EXPECT_THAT(round(), ElementsAre(recreated(0, 0, 45), resume(1, 7, "B")));
}

TEST_F(KafkaPlanSavedTest, AnUnknownIdIsTakenForTheSameTopic) {
  save({origin("0", 20, 45, "")});
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  EXPECT_THAT(round(), ElementsAre(resume(0, 20, "A")));
  restart();
  save({origin("0", 20, 45, "A")});
  cluster_["flows"].id = "";
  EXPECT_THAT(round(), ElementsAre(resume(0, 20, "A")));
}

TEST_F(KafkaPlanSavedTest, ASavedPlaceThatIsGoneTurnsOutWhenReadingFails) {
  save({origin("0", 20, 45), origin("1", 70, 70)});
  cluster_["flows"] = {"A", {{0, {30, 50}}, {1, {0, 60}}}};
  ASSERT_THAT(round(), ElementsAre(resume(0, 20), resume(1, 70)));
  reports_[{"flows", 0}] = {20, true};
  reports_[{"flows", 1}] = {70, true};
  EXPECT_THAT(round(), ElementsAre(KafkaOrder{{"flows", 0}, Why::gap, 30, "A", -1, 20},
                                   KafkaOrder{{"flows", 1}, Why::truncated, 60, "A", -1, 70}));
}

TEST_F(KafkaPlanSavedTest, ASavedTopicThatIsMissingIsWaitedFor) {
  save({origin("0", 20, 45)});
  EXPECT_THAT(round(), IsEmpty());
  EXPECT_NE(trouble_.text, "");
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(round(), IsEmpty());
  }
  EXPECT_THAT(plan().absent(), IsEmpty());  // its origin is what is known of it
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  EXPECT_THAT(round(), ElementsAre(resume(0, 20)));
}

TEST_F(KafkaPlanSavedTest, ASavedPartitionIsNotReadWhileItsLeaderDeniesIt) {
  save({origin("0", 20, 45)});
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  unknown_.insert({"flows", 0});
  EXPECT_THAT(round(), IsEmpty());
  unknown_.clear();
  EXPECT_THAT(round(), ElementsAre(resume(0, 20)));
}

TEST_F(KafkaPlanSavedTest, SavedPartitionsThatAreNotAskedForAnyMoreAreNotRead) {
  save({origin("0", 20, 45), origin("1", 30, 30)});
  options_.partitions = Numbers{1};
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {0, 60}}, {2, {0, 70}}}};
  EXPECT_TRUE(plan().settled());
  EXPECT_THAT(round(), ElementsAre(resume(1, 30)));
  EXPECT_FALSE(plan().ends().contains({"flows", 0}));
}

TEST_F(KafkaPlanSavedTest, PartitionsThatWereNotAskedForBeginAsStartSays) {
  save({origin("0", 20, 45)}, "0,3");
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {0, 60}}, {2, {0, 70}}, {3, {0, 80}}}};
  EXPECT_FALSE(plan().settled());  // of 1 and 2 it is not known where they begin
  silent_.insert({"flows", 2});
  EXPECT_THAT(round(), ElementsAre(resume(0, 20), appeared(3, 0)));  // 3 was asked for and is new
  EXPECT_FALSE(plan().settled());
  silent_.clear();
  EXPECT_THAT(round(), ElementsAre(begin(1, 60), begin(2, 70)));
  EXPECT_TRUE(plan().settled());
  cluster_["flows"].logs[4] = {0, 90};
  EXPECT_THAT(round(), ElementsAre(appeared(4, 0)));  // appeared later
}

TEST_F(KafkaPlanSavedTest, AWiderListIsSettledOnceTheTopicIsDescribedAndTheSameListAtOnce) {
  save({origin("0", 20, 45)}, "0-1");
  options_.partitions = Numbers{0, 1};
  EXPECT_TRUE(plan().settled());
  restart();
  options_.partitions = Numbers{0, 2};
  EXPECT_FALSE(plan().settled());
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {0, 60}}}};
  EXPECT_THAT(round(), ElementsAre(resume(0, 20)));
  EXPECT_TRUE(plan().settled());
  cluster_["flows"].logs[2] = {0, 9};
  EXPECT_THAT(round(), ElementsAre(appeared(2, 0)));
}

TEST_F(KafkaPlanSavedTest, AWiderListIsSettledWhereItsPartitionsAreSaved) {
  save({origin("0", 20, 45), origin("2", 1, 1)}, "0");
  options_.partitions = Numbers{0, 2};
  EXPECT_TRUE(plan().settled());
}

TEST_F(KafkaPlanSavedTest, AWiderListIsSettledWhereTheTopicIsGone) {
  save({origin("0", 20, 45)}, "0");
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(plan().settled());
    EXPECT_THAT(round(), IsEmpty());
  }
  EXPECT_TRUE(plan().settled());
  cluster_["flows"] = {"B", {{0, {0, 50}}, {1, {0, 60}}}};
  EXPECT_THAT(round(), ElementsAre(recreated(0, 0, 45), appeared(1, 0, "B")));
}

TEST_F(KafkaPlanSavedTest, OneMoreTopicBeginsAsStartSaysAndOneLessIsLeftAlone) {
  save({origin("0", 20, 45), {"old", "0", "X", 5, 5, 0}});
  options_.topics = {"flows", "more"};
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  cluster_["more"] = {"M", {{0, {0, 8}}}};
  EXPECT_FALSE(plan().settled());
  EXPECT_THAT(round(), ElementsAre(resume(0, 20), KafkaOrder{{"more", 0}, Why::begin, 8, "M"}));
  EXPECT_TRUE(plan().settled());
  EXPECT_EQ(plan().ends().size(), 2U);
}

TEST_F(KafkaPlanSavedTest, WhatMakesNoSenseInASavedStateIsAsIfItWereNotThere) {
  save({origin("x", 20, 45), origin("-1", 20, 45), origin("1", -1, -1)}, "what");
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {0, 60}}}};
  EXPECT_FALSE(plan().settled());
  EXPECT_THAT(round(), ElementsAre(begin(0, 50), begin(1, 60)));
}

}  // namespace
}  // namespace weir
