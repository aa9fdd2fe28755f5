#include "weir/sink/kafka.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/mock_kafka.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"

// What a broker is needed for is in tests/integration/test_stream*.py.

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Outcome = BatchSink::Outcome;

KafkaBatchOptions nobody(const std::string& ledger = "weir-stream.test") {
  return {"127.0.0.1:1", {}, "network-metadata", ledger};  // no broker listens on port 1
}

TEST(KafkaBatchSink, ATransactionMayBeOpenForLongerTheMoreThereIsToSend) {
  const auto timeout = KafkaBatchSink::transaction_timeout;
  EXPECT_EQ(timeout(0), seconds(10));
  EXPECT_EQ(timeout(5'000'000), seconds(10));
  EXPECT_EQ(timeout(5'001'000), seconds(20)) << "steps of twice as long";
  EXPECT_EQ(timeout(15'000'000), seconds(20));
  EXPECT_EQ(timeout(100'000'000), seconds(160));
  EXPECT_EQ(timeout(10'000'000'000), seconds(900)) << "no more than brokers allow";
  EXPECT_EQ(timeout(~std::uint64_t{0}), seconds(900));
}

TEST(KafkaBatchSink, WithoutKafkaItWaitsAsLongAsItMayAndSaysWhatToDo) {
  KafkaBatchSink sink(nobody());
  EXPECT_THAT(sink.trouble(), IsEmpty());
  std::optional<KafkaLedgerEntry> entry = KafkaLedgerEntry{1, "old"};
  EXPECT_EQ(sink.open(entry, milliseconds(300), {}), Outcome::not_now);
  EXPECT_FALSE(entry);
  EXPECT_THAT(sink.trouble(), HasSubstr("cannot reach Kafka at 127.0.0.1:1"));
  EXPECT_THAT(sink.trouble(), HasSubstr("check --brokers"));
}

TEST(KafkaBatchSink, WithoutALedgerThereIsNothingToOpen) {
  KafkaBatchSink sink(nobody(""));
  std::optional<KafkaLedgerEntry> entry;
  EXPECT_EQ(sink.open(entry, milliseconds(0), {}), Outcome::done);
  EXPECT_FALSE(entry);
}

TEST(KafkaBatchSink, WhatCannotBeSentStaysInTheSpool) {
  const TempFolder folder;
  for (const char* ledger : {"", "weir-stream.test"}) {
    SpoolFile spool(folder.path());
    spool.append(std::nullopt, "a row");
    KafkaBatchSink sink(nobody(ledger));
    EXPECT_EQ(sink.send(spool, KafkaLedgerEntry{1, ""}, milliseconds(200), {}), Outcome::not_now);
    EXPECT_THAT(sink.trouble(), HasSubstr("cannot reach Kafka"));
    EXPECT_EQ(spool.records(), 1U);
  }
}

TEST(KafkaBatchSink, WhatTheLedgerHasIsNotSentAgain) {
  MockKafka kafka;
  kafka.create("rows");
  const TempFolder folder;
  SpoolFile spool(folder.path());
  spool.append(std::nullopt, "a row");
  const KafkaBatchOptions options{kafka.brokers(), {}, "rows", "weir-stream.test"};
  kafka.commit(options.ledger, options.topic, 6);
  KafkaBatchSink sink(options);
  EXPECT_EQ(sink.send(spool, KafkaLedgerEntry{6, ""}, std::nullopt, {}), Outcome::already);
  EXPECT_EQ(sink.send(spool, KafkaLedgerEntry{7, ""}, std::nullopt, {}), Outcome::done);
}

TEST(KafkaBatchSink, AStopEndsAnyWaiting) {
  const TempFolder folder;
  SpoolFile spool(folder.path());
  spool.append(std::nullopt, "a row");
  std::stop_source stop;
  stop.request_stop();
  for (const char* ledger : {"", "weir-stream.test"}) {
    KafkaBatchSink sink(nobody(ledger));
    EXPECT_EQ(sink.send(spool, KafkaLedgerEntry{1, ""}, std::nullopt, stop.get_token()),
              Outcome::not_now);
  }
}

TEST(KafkaBatchSink, RefusesWrongProperties) {
  KafkaBatchOptions wrong = nobody();
  wrong.properties = {{"no.such.property", "1"}};
  EXPECT_THROW(KafkaBatchSink{wrong}, Error);
  wrong.properties = {{"transactional.id", "mine"}};
  EXPECT_THROW(KafkaBatchSink{wrong}, Error);
}

}  // namespace
}  // namespace weir
