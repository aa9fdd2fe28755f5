#include "weir/io/kafka_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tests/support/kafka_collector.hpp"
#include "tests/support/mock_kafka.hpp"

namespace weir {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = KafkaFailure::Kind;

class KafkaSession : public ::testing::Test {
 protected:
  /// One for all, as its first messages take a second.
  static void SetUpTestSuite() {
    kafka_ = std::make_unique<MockKafka>();
    kafka_->create("flows");
    kafka_->create("more");
    kafka_->produce("flows", 20);
    kafka_->produce("more", 5);
  }
  static void TearDownTestSuite() { kafka_.reset(); }

  bool read(KafkaTag tag, std::size_t count) {
    return received_.consume_until(session_,
                                   [&] { return received_.offsets[tag].size() >= count; });
  }

  static inline std::unique_ptr<MockKafka> kafka_;
  rdkafka::Session session_{rdkafka::consumer_conf(kafka_->brokers(), {})};
  KafkaCollector received_;
};

TEST_F(KafkaSession, HandsOutWhatIsReadToWhomItIsFor) {
  ASSERT_FALSE(session_.start({"flows", 0, 0, 7, ""}));
  ASSERT_FALSE(session_.start({"more", 0, 2, 4, ""}));
  EXPECT_TRUE(read(7, 20));
  EXPECT_TRUE(read(4, 3));
  EXPECT_EQ(received_.offsets[7], KafkaCollector::range(0, 20));
  EXPECT_EQ(received_.offsets[4], KafkaCollector::range(2, 5));
  EXPECT_TRUE(received_.consume_until(session_, [&] { return received_.ends[4] == 5; }));
  EXPECT_THAT(received_.failures, IsEmpty());
}

TEST_F(KafkaSession, ATopicThatSomebodyHasNamedBeforeIsReadAllTheSame) {
  std::int64_t low = 0;
  std::int64_t high = 0;
  rd_kafka_get_watermark_offsets(session_.handle(), "flows", 0, &low, &high);
  ASSERT_FALSE(session_.start({"flows", 0, 0, 7, ""}));
  EXPECT_TRUE(read(7, 20));
}

TEST_F(KafkaSession, KnowsHowFarItHasHandedOut) {
  EXPECT_THAT(session_.places(), IsEmpty());
  ASSERT_FALSE(session_.start({"flows", 0, 1, 7, ""}));
  received_.take_at_most(5);
  ASSERT_TRUE(read(7, 5));
  ASSERT_THAT(session_.places(), SizeIs(1));
  EXPECT_EQ(session_.places()[0].next, 6);
  session_.stop("flows", 0);
  EXPECT_THAT(session_.places(), IsEmpty());
}

TEST_F(KafkaSession, WhatIsStoppedIsNotHandedOutAndMayStartElsewhere) {
  ASSERT_FALSE(session_.start({"flows", 0, 0, 7, ""}));
  received_.take_at_most(5);
  ASSERT_TRUE(read(7, 5));
  session_.stop("flows", 0);
  session_.stop("never started", 3);
  session_.consume(rdkafka::Millis(0), received_);
  EXPECT_EQ(received_.offsets[7], KafkaCollector::range(0, 5));
  ASSERT_FALSE(session_.start({"flows", 0, 10, 8, ""}));
  ASSERT_TRUE(read(8, 10));
  EXPECT_EQ(received_.offsets[8], KafkaCollector::range(10, 20));
}

TEST_F(KafkaSession, OfATopicWithAnotherIdThanIsMeantNothingIsHandedOut) {
  ASSERT_FALSE(session_.start({"flows", 0, 0, 7, "AAAAAAAAAAAAAAAAAAAAAQ"}));
  EXPECT_TRUE(received_.consume_until(session_, [&] { return !received_.failures[7].empty(); }));
  EXPECT_THAT(received_.failures[7], Contains(Kind::unknown));
  EXPECT_THAT(received_.offsets, IsEmpty());
  EXPECT_TRUE(session_.knows_another("flows", "AAAAAAAAAAAAAAAAAAAAAQ"));
}

TEST_F(KafkaSession, KnowsAnotherTopicOfTheSameNameByWhatItHasStarted) {
  EXPECT_FALSE(session_.knows_another("flows", "A"));
  ASSERT_FALSE(session_.start({"flows", 0, 0, 7, "A"}));
  EXPECT_FALSE(session_.knows_another("flows", "A"));
  EXPECT_FALSE(session_.knows_another("flows", ""));
  EXPECT_FALSE(session_.knows_another("more", "B"));
  session_.stop("flows", 0);
  EXPECT_TRUE(session_.knows_another("flows", "B"));
}

}  // namespace
}  // namespace weir
