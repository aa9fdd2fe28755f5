#include "weir/source/kafka_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "weir/source/kafka_trouble.hpp"

namespace weir {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Why = KafkaOrder::Why;
using Numbers = std::vector<std::int32_t>;

/// A cluster of made-up topics, of which a plan is asked for rounds of orders.
class KafkaPlanTest : public ::testing::Test {
 protected:
  struct Log {
    std::int64_t first = 0;
    std::int64_t end = 0;
    std::int64_t at_time = -1;
  };
  struct Topic {
    std::string id;
    std::map<std::int32_t, Log> logs;
  };

  KafkaPlanTest() {
    options_.brokers = "127.0.0.1:1";
    options_.topics = {"flows"};
  }

  KafkaPlan& plan() {
    if (!plan_) {
      plan_.emplace(options_);
    }
    return *plan_;
  }

  /// What one round of questions and answers leads to.
  std::vector<KafkaOrder> round() {
    now_ += seconds(1);
    trouble_ = {};
    for (const std::string& name : options_.topics) {
      tell(name);
    }
    ends_known_ = plan().learn_ends(answer(plan().places(), &Log::end), unknown_);
    const auto questions = plan().questions(reports_);
    return plan().decide(answer(questions.first, &Log::first),
                         answer(questions.time, &Log::at_time), reports_);
  }

  /// As another process begins, with the options and what is saved in them by now.
  void restart() {
    plan_.reset();
    reports_.clear();
  }
  void save(std::vector<OriginState> origins, std::string only = "") {
    options_.saved.origins = std::move(origins);
    options_.saved.only = std::move(only);
  }

  KafkaSourceOptions options_;
  std::map<std::string, Topic> cluster_;
  std::set<std::string> unclear_;
  std::set<KafkaPartition> silent_;   // whose leaders do not answer
  std::set<KafkaPartition> unknown_;  // whose leaders deny them
  KafkaPlan::Reports reports_;
  KafkaTrouble trouble_;
  bool ends_known_ = false;

 private:
  void tell(const std::string& name) {
    const auto found = cluster_.find(name);
    if (unclear_.contains(name)) {
      plan().unclear(name);
    } else if (found == cluster_.end()) {
      plan().missing(name, now_, trouble_);
    } else {
      KafkaTopic topic{name, found->second.id, {}, {}};
      for (const auto& [number, log] : found->second.logs) {
        topic.partitions.push_back(number);
      }
      plan().there(topic, trouble_);
    }
  }
  KafkaPlan::Offsets answer(const std::vector<KafkaOffset>& places, std::int64_t Log::* what) {
    KafkaPlan::Offsets offsets;
    for (const KafkaOffset& place : places) {
      const KafkaPartition where{place.topic, place.partition};
      if (!silent_.contains(where) && !unknown_.contains(where)) {
        offsets[where] = cluster_.at(place.topic).logs.at(place.partition).*what;
      }
    }
    return offsets;
  }

  std::optional<KafkaPlan> plan_;
  KafkaPlan::Clock::time_point now_;
};

KafkaOrder begin(std::int32_t partition, std::int64_t offset, std::string id = "A") {
  return {{"flows", partition}, Why::begin, offset, std::move(id)};
}
KafkaOrder appeared(std::int32_t partition, std::int64_t offset, std::string id = "A") {
  return {{"flows", partition}, Why::appeared, offset, std::move(id)};
}
KafkaOrder resume(std::int32_t partition, std::int64_t offset, std::string id = "A") {
  return {{"flows", partition}, Why::resume, offset, std::move(id)};
}
KafkaOrder recreated(std::int32_t partition, std::int64_t offset, std::int64_t old_end,
                     std::string id = "B") {
  return {{"flows", partition}, Why::recreated, offset, std::move(id), old_end};
}
OriginState origin(std::string partition, std::int64_t next, std::int64_t end,
                   std::string id = "A") {
  return {"flows", std::move(partition), std::move(id), next, end, 0};
}

// Without anything saved

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

// With a saved state

TEST_F(KafkaPlanTest, SavedPlacesAreSettledBeforeAnybodyAnswersAndAreGoneOnFrom) {
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

TEST_F(KafkaPlanTest, APartitionThatAppearedMeanwhileIsReadFromItsBeginning) {
  save({origin("0", 20, 20)});
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {4, 60}}}};
  EXPECT_THAT(round(), ElementsAre(resume(0, 20), appeared(1, 4)));
}

TEST_F(KafkaPlanTest, ATopicThatAppearedMeanwhileIsReadFromItsBeginning) {
  options_.saved.absent = {"flows"};
  options_.saved.only = "0";
  EXPECT_TRUE(plan().settled());
  EXPECT_THAT(plan().absent(), ElementsAre("flows"));
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {4, 60}}}};
  EXPECT_THAT(round(), ElementsAre(appeared(0, 0), appeared(1, 4)));
}

TEST_F(KafkaPlanTest, ATopicCreatedAgainMeanwhileIsReadFromItsBeginning) {
  save({origin("0", 20, 45), origin("1", 7, 7), origin("2", 9, 9)});
  cluster_["flows"] = {"B", {{0, {0, 50}}, {1, {4, 60}}}};
  silent_.insert({"flows", 1});
  EXPECT_THAT(round(), ElementsAre(recreated(0, 0, 45)));
  EXPECT_EQ(plan().ends().at({"flows", 1}).offset, 7);
  silent_.clear();
  EXPECT_THAT(round(), ElementsAre(recreated(1, 4, 7)));
  EXPECT_THAT(round(), IsEmpty());
}

TEST_F(KafkaPlanTest, SomePartitionsMayHaveBeenOfTheNewTopicAlready) {
  save({origin("0", 20, 45, "A"), origin("1", 7, 7, "B")});
  cluster_["flows"] = {"B", {{0, {0, 50}}, {1, {0, 60}}}};
  EXPECT_THAT(round(), ElementsAre(recreated(0, 0, 45), resume(1, 7, "B")));
}

TEST_F(KafkaPlanTest, AnUnknownIdIsTakenForTheSameTopic) {
  save({origin("0", 20, 45, "")});
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  EXPECT_THAT(round(), ElementsAre(resume(0, 20, "A")));
  restart();
  save({origin("0", 20, 45, "A")});
  cluster_["flows"].id = "";
  EXPECT_THAT(round(), ElementsAre(resume(0, 20, "A")));
}

TEST_F(KafkaPlanTest, ASavedPlaceThatIsGoneTurnsOutWhenReadingFails) {
  save({origin("0", 20, 45), origin("1", 70, 70)});
  cluster_["flows"] = {"A", {{0, {30, 50}}, {1, {0, 60}}}};
  ASSERT_THAT(round(), ElementsAre(resume(0, 20), resume(1, 70)));
  reports_[{"flows", 0}] = {20, true};
  reports_[{"flows", 1}] = {70, true};
  EXPECT_THAT(round(), ElementsAre(KafkaOrder{{"flows", 0}, Why::gap, 30, "A", -1, 20},
                                   KafkaOrder{{"flows", 1}, Why::truncated, 60, "A", -1, 70}));
}

TEST_F(KafkaPlanTest, ASavedTopicThatIsMissingIsWaitedFor) {
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

TEST_F(KafkaPlanTest, ASavedPartitionIsNotReadWhileItsLeaderDeniesIt) {
  save({origin("0", 20, 45)});
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  unknown_.insert({"flows", 0});
  EXPECT_THAT(round(), IsEmpty());
  unknown_.clear();
  EXPECT_THAT(round(), ElementsAre(resume(0, 20)));
}

TEST_F(KafkaPlanTest, SavedPartitionsThatAreNotAskedForAnyMoreAreNotRead) {
  save({origin("0", 20, 45), origin("1", 30, 30)});
  options_.partitions = Numbers{1};
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {0, 60}}, {2, {0, 70}}}};
  EXPECT_TRUE(plan().settled());
  EXPECT_THAT(round(), ElementsAre(resume(1, 30)));
  EXPECT_FALSE(plan().ends().contains({"flows", 0}));
}

TEST_F(KafkaPlanTest, PartitionsThatWereNotAskedForBeginAsStartSays) {
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

TEST_F(KafkaPlanTest, AWiderListIsSettledOnceTheTopicIsDescribedAndTheSameListAtOnce) {
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

TEST_F(KafkaPlanTest, AWiderListIsSettledWhereItsPartitionsAreSaved) {
  save({origin("0", 20, 45), origin("2", 1, 1)}, "0");
  options_.partitions = Numbers{0, 2};
  EXPECT_TRUE(plan().settled());
}

TEST_F(KafkaPlanTest, AWiderListIsSettledWhereTheTopicIsGone) {
  save({origin("0", 20, 45)}, "0");
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(plan().settled());
    EXPECT_THAT(round(), IsEmpty());
  }
  EXPECT_TRUE(plan().settled());
  cluster_["flows"] = {"B", {{0, {0, 50}}, {1, {0, 60}}}};
  EXPECT_THAT(round(), ElementsAre(recreated(0, 0, 45), appeared(1, 0, "B")));
}

TEST_F(KafkaPlanTest, OneMoreTopicBeginsAsStartSaysAndOneLessIsLeftAlone) {
  save({origin("0", 20, 45), {"old", "0", "X", 5, 5, 0}});
  options_.topics = {"flows", "more"};
  cluster_["flows"] = {"A", {{0, {0, 50}}}};
  cluster_["more"] = {"M", {{0, {0, 8}}}};
  EXPECT_FALSE(plan().settled());
  EXPECT_THAT(round(), ElementsAre(resume(0, 20), KafkaOrder{{"more", 0}, Why::begin, 8, "M"}));
  EXPECT_TRUE(plan().settled());
  EXPECT_EQ(plan().ends().size(), 2U);
}

TEST_F(KafkaPlanTest, WhatMakesNoSenseInASavedStateIsAsIfItWereNotThere) {
  save({origin("x", 20, 45), origin("-1", 20, 45), origin("1", -1, -1)}, "what");
  cluster_["flows"] = {"A", {{0, {0, 50}}, {1, {0, 60}}}};
  EXPECT_FALSE(plan().settled());
  EXPECT_THAT(round(), ElementsAre(begin(0, 50), begin(1, 60)));
}

}  // namespace
}  // namespace weir
