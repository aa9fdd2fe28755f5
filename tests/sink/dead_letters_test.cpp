#include "weir/sink/dead_letters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/pipeline/fake_source.hpp"
#include "tests/support/mock_kafka.hpp"
#include "tests/support/read_letters.hpp"
#include "weir/base/error.hpp"

// What only a real broker does is in tests/integration/test_dead_letters.py.

namespace weir {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class DeadLettersTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { kafka_ = std::make_unique<MockKafka>(); }
  static void TearDownTestSuite() { kafka_.reset(); }

  DeadLettersTest() {
    kafka_->create(topic_);
    feed_->status.with([](SourceStatus& status) {
      status.origins = {{"flows", "0", 7, 9}, {"flows", "3", 1, 2}, {"a file", "", -1, -1}};
    });
  }
  ~DeadLettersTest() override { kafka_->set_down(false); }

  [[nodiscard]] DeadLetters make(KafkaProperties properties = {}) const {
    return DeadLetters({kafka_->brokers(), std::move(properties), topic_});
  }
  void begin(DeadLetters& letters) { letters.begin(source_, stop_.get_token()); }
  /// As often as a pipeline would, for as long as it may take.
  static bool flush(DeadLetters& letters) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (!letters.flush()) {
      if (std::chrono::steady_clock::now() > give_up) {
        return false;
      }
    }
    return true;
  }
  /// The same until it tells of this trouble: on a busy machine no answer may come in time at
  /// first.
  static bool flush_in_vain(DeadLetters& letters, const std::string& trouble) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (!letters.flush() && std::chrono::steady_clock::now() < give_up) {
      if (letters.trouble().find(trouble) != std::string::npos) {
        return true;
      }
    }
    return false;
  }
  static std::uint64_t sent(const DeadLetters& letters, Refused reason) {
    return letters.status().sent[static_cast<std::size_t>(reason)];
  }
  [[nodiscard]] std::vector<ReadLetter> read(std::size_t count) const {
    return read_letters(kafka_->brokers(), topic_, count);
  }

  static inline std::unique_ptr<MockKafka> kafka_;  // its end takes a second

  const std::string topic_ = testing::UnitTest::GetInstance()->current_test_info()->name();
  std::shared_ptr<FakeFeed> feed_ = std::make_shared<FakeFeed>();
  FakeSource source_{feed_};
  std::stop_source stop_;
};

TEST_F(DeadLettersTest, ARecordArrivesWithItsBytesItsPlaceAndTheReason) {
  DeadLetters letters = make();
  begin(letters);
  letters.refused(Refused::not_json, {"{\0\xff"sv, 1, 2, 4711});
  letters.refused(Refused::empty, {{}, 0, 0, 0});
  EXPECT_TRUE(flush(letters));
  const auto read_back = read(2);
  ASSERT_EQ(read_back.size(), 2U);
  EXPECT_EQ(read_back[0].value, "{\0\xff"sv);
  EXPECT_THAT(
      read_back[0].headers,
      ElementsAre(Pair("weir-index", "2"), Pair("weir-offset", "4711"), Pair("weir-partition", "3"),
                  Pair("weir-reason", "not_json"), Pair("weir-topic", "flows")));
  EXPECT_THAT(read_back[1].value, IsEmpty());
  EXPECT_EQ(read_back[1].headers.at("weir-reason"), "empty");
  EXPECT_EQ(sent(letters, Refused::not_json), 1U);
  EXPECT_EQ(sent(letters, Refused::empty), 1U);
  EXPECT_EQ(letters.status().pending, 0U);
  EXPECT_EQ(letters.status().topic, topic_);
}

TEST_F(DeadLettersTest, WhatIsNotKnownOfAPlaceIsNotSaid) {
  DeadLetters letters = make();
  begin(letters);
  letters.refused(Refused::too_long, {"line", 2, 0, -1});
  EXPECT_TRUE(flush(letters));
  const auto read_back = read(1);
  ASSERT_EQ(read_back.size(), 1U);
  EXPECT_THAT(read_back[0].headers,
              ElementsAre(Pair("weir-index", "0"), Pair("weir-reason", "too_long"),
                          Pair("weir-topic", "a file")));
}

TEST_F(DeadLettersTest, APartitionThatAppearsLaterHasItsName) {
  DeadLetters letters = make();
  begin(letters);
  letters.refused(Refused::not_json, {"a", 0, 0, 1});
  feed_->status.with([](SourceStatus& status) { status.origins.push_back({"new", "8", 0, 0}); });
  letters.refused(Refused::not_json, {"b", 3, 0, 1});
  EXPECT_TRUE(flush(letters));
  const auto read_back = read(2);
  ASSERT_EQ(read_back.size(), 2U);
  EXPECT_EQ(read_back[1].headers.at("weir-topic"), "new");
  EXPECT_EQ(read_back[1].headers.at("weir-partition"), "8");
}

TEST_F(DeadLettersTest, WithNothingRefusedACommitDoesNotWait) {
  kafka_->set_down(true);
  DeadLetters letters = make();
  begin(letters);
  EXPECT_TRUE(letters.flush());
  EXPECT_FALSE(letters.full());
  EXPECT_THAT(letters.trouble(), IsEmpty());
}

TEST_F(DeadLettersTest, WhileTheBrokerIsAwayNothingIsSafeAndAfterwardsAllArrives) {
  kafka_->set_down(true);
  DeadLetters letters = make();
  begin(letters);
  letters.refused(Refused::not_json, {"one", 0, 0, 1});
  EXPECT_TRUE(flush_in_vain(letters, "cannot reach Kafka at"));
  EXPECT_EQ(letters.status().pending, 1U);
  EXPECT_GE(letters.status().failures, 1U);
  letters.refused(Refused::not_json, {"two", 0, 0, 2});
  EXPECT_FALSE(letters.flush());
  kafka_->set_down(false);
  EXPECT_TRUE(flush(letters));
  EXPECT_THAT(letters.trouble(), IsEmpty());
  EXPECT_EQ(sent(letters, Refused::not_json), 2U) << "each is counted once";
  EXPECT_EQ(read(2).size(), 2U);
}

TEST_F(DeadLettersTest, AFailedBatchIsSentAgain) {
  DeadLetters letters = make();
  begin(letters);
  kafka_->fail_next_produce(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  letters.refused(Refused::not_json, {"one", 0, 0, 1});
  letters.refused(Refused::overflow, {"two", 0, 0, 2});
  EXPECT_TRUE(flush_in_vain(letters, "give this user WRITE on the topic " + topic_));
  EXPECT_TRUE(flush(letters));
  std::map<std::string, int> values;
  for (const ReadLetter& letter : read(2)) {
    ++values[letter.value];
  }
  EXPECT_EQ(values["one"], 1);
  EXPECT_EQ(values["two"], 1);
}

TEST_F(DeadLettersTest, ATopicThatIsNotThereIsToldAndWaitedFor) {
  DeadLetters letters({kafka_->brokers(), {{"allow.auto.create.topics", "false"}}, "later"});
  begin(letters);
  letters.refused(Refused::not_json, {"one", 0, 0, 1});
  EXPECT_TRUE(flush_in_vain(letters, "topic later does not exist"));
  EXPECT_THAT(letters.trouble(), HasSubstr("create it, or check --dead-letter-topic"));
  kafka_->create("later");
  EXPECT_TRUE(flush(letters));
  const auto read_back = read_letters(kafka_->brokers(), "later", 1);
  ASSERT_EQ(read_back.size(), 1U);
  EXPECT_EQ(read_back[0].value, "one");
}

TEST_F(DeadLettersTest, ABatchThatIsTooLargeForTheTopicIsSentInPieces) {
  DeadLetters letters = make();
  begin(letters);
  kafka_->fail_next_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  letters.refused(Refused::not_json, {"one", 0, 0, 1});
  letters.refused(Refused::not_json, {"two", 0, 0, 2});
  EXPECT_TRUE(flush(letters));
  EXPECT_EQ(letters.status().cut, 0U) << "each of them alone is not";
  EXPECT_THAT(letters.trouble(), IsEmpty());
  for (const ReadLetter& letter : read(2)) {
    EXPECT_EQ(letter.value.size(), 3U);
  }
}

TEST_F(DeadLettersTest, ALetterThatIsTooLongForTheClientIsCutAndSaysSo) {
  DeadLetters letters = make({{"message.max.bytes", "4000"}});
  begin(letters);
  const std::string longest(10'000, 'x');
  letters.refused(Refused::not_json, {"short", 0, 0, 1});
  letters.refused(Refused::not_json, {longest, 0, 1, 1});
  EXPECT_TRUE(flush(letters));
  EXPECT_EQ(letters.status().cut, 1U);
  bool seen = false;
  for (const ReadLetter& letter : read(2)) {
    if (letter.headers.at("weir-index") == "1") {
      seen = true;
      EXPECT_EQ(letter.headers.at("weir-size"), "10000");
      EXPECT_TRUE(longest.starts_with(letter.value));
      EXPECT_GE(letter.value.size(), 1000U);
    } else {
      EXPECT_EQ(letter.value, "short");
      EXPECT_FALSE(letter.headers.contains("weir-size"));
    }
  }
  EXPECT_TRUE(seen);
}

TEST_F(DeadLettersTest, OfALetterBeyondTheLimitTheBeginningIsKept) {
  DeadLetters letters = make();
  begin(letters);
  const std::string longest(DeadLetters::kMaxBytes + 1, 'x');
  letters.refused(Refused::too_long, {longest, 0, 0, 1});
  EXPECT_TRUE(flush(letters));
  const auto read_back = read(1);
  ASSERT_EQ(read_back.size(), 1U);
  EXPECT_EQ(read_back[0].value.size(), DeadLetters::kMaxBytes);
  EXPECT_EQ(read_back[0].headers.at("weir-size"), std::to_string(longest.size()));
}

TEST_F(DeadLettersTest, MoreThanCanBeHeldIsSentInBetween) {
  DeadLetters letters = make();
  begin(letters);
  const std::string record(100'000, 'x');
  const int count = 3 * static_cast<int>(DeadLetters::kMaxHeld / record.size());
  for (int i = 0; i < count; ++i) {
    letters.refused(Refused::not_json, {record, 0, 0, i});
    ASSERT_LT(letters.status().pending * record.size(), DeadLetters::kMaxHeld + 2 * record.size());
  }
  EXPECT_TRUE(flush(letters));
  EXPECT_EQ(sent(letters, Refused::not_json), static_cast<std::uint64_t>(count));
}

TEST_F(DeadLettersTest, WithoutABrokerReadingShallPauseBeforeAllRoomIsTaken) {
  kafka_->set_down(true);
  DeadLetters letters = make();
  begin(letters);
  const std::string record(1'000'000, 'x');
  letters.refused(Refused::not_json, {record, 0, 0, 0});
  EXPECT_FALSE(letters.full());
  EXPECT_FALSE(letters.flush());
  for (int i = 1; i < 9; ++i) {
    EXPECT_FALSE(letters.full()) << i;
    letters.refused(Refused::not_json, {record, 0, 0, i});
  }
  EXPECT_TRUE(letters.full());
}

TEST_F(DeadLettersTest, AStopEndsWaitingForRoomAndThenNoCommitCanBeMade) {
  kafka_->set_down(true);
  DeadLetters letters = make();
  begin(letters);
  std::jthread stopper([this](const std::stop_token&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop_.request_stop();
  });
  const std::string record(DeadLetters::kMaxBytes, 'x');
  for (int i = 0; i < 5; ++i) {
    letters.refused(Refused::not_json, {record, 0, 0, i});
  }
  kafka_->set_down(false);
  EXPECT_FALSE(letters.flush()) << "not all of them are known any more";
}

TEST_F(DeadLettersTest, WhatIsUnderWayAtAStopStillArrives) {
  DeadLetters letters = make();
  begin(letters);
  letters.refused(Refused::not_json, {"the first, which takes a second", 0, 0, 1});
  ASSERT_TRUE(flush(letters));
  letters.refused(Refused::not_json, {"one", 0, 0, 2});
  stop_.request_stop();
  EXPECT_TRUE(letters.flush());
  EXPECT_EQ(read(2).size(), 2U);
}

TEST_F(DeadLettersTest, RefusesWrongProperties) {
  EXPECT_THROW(static_cast<void>(make({{"no.such.property", "1"}})), Error);
  EXPECT_THROW(static_cast<void>(make({{"acks", "1"}})), Error);
}

}  // namespace
}  // namespace weir
