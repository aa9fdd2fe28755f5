#include "weir/io/kafka_producer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "weir/base/error.hpp"

// What a broker is needed for is in tests/integration/test_stream*.py.

namespace weir {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using Fate = KafkaSendFailure::Fate;
using Kind = KafkaFailure::Kind;

KafkaProducerOptions nobody(const std::string& ledger) {
  return {"127.0.0.1:1", {}, "flows", ledger, milliseconds(10'000)};  // no broker is on port 1
}

TEST(KafkaProducer, AnUnreachableBrokerMayBeTriedAgain) {
  KafkaProducer producer(nobody("ledger"));
  KafkaSendFailure failure = producer.claim(milliseconds(300), {});
  // On a busy machine the time may be up before the connection is refused.
  for (int tries = 0; tries < 200 && !producer.connection_failure(); ++tries) {
    failure = producer.claim(milliseconds(300), {});
  }
  EXPECT_EQ(failure.fate, Fate::retry);
  EXPECT_EQ(failure.why.kind, Kind::unreachable);
  EXPECT_EQ(producer.connection_failure().kind, Kind::unreachable);
  EXPECT_THAT(producer.connection_failure().text, HasSubstr("127.0.0.1:1"));
  EXPECT_EQ(producer.claim(milliseconds(10), {}).fate, Fate::retry) << "and goes on where it was";
}

TEST(KafkaProducer, ALedgerThatCannotBeAskedHasNoEntryButAFailure) {
  KafkaProducer producer(nobody("ledger"));
  std::optional<KafkaLedgerEntry> entry = KafkaLedgerEntry{1, "old"};
  const KafkaSendFailure failure = producer.read_ledger(entry, milliseconds(100), {});
  EXPECT_EQ(failure.fate, Fate::retry);
  EXPECT_EQ(failure.why.kind, Kind::unreachable);
  EXPECT_FALSE(entry);
}

TEST(KafkaProducer, NothingCanBeSentBeforeTheLedgerIsClaimed) {
  KafkaProducer producer(nobody("ledger"));
  EXPECT_NE(producer.begin().fate, Fate::none);
}

TEST(KafkaProducer, WithoutALedgerThereIsNothingToClaim) {
  KafkaProducer producer(nobody(""));
  EXPECT_FALSE(producer.claim(milliseconds(0), {}));
  EXPECT_FALSE(producer.begin());
  const std::string_view key = "key";
  EXPECT_FALSE(producer.send("value", &key, {}));
  EXPECT_EQ(producer.commit(std::nullopt, milliseconds(50), {}).fate, Fate::retry)
      << "it is on its way still";
  EXPECT_FALSE(producer.abort(milliseconds(50)));
  EXPECT_FALSE(producer.begin());
  EXPECT_FALSE(producer.commit(std::nullopt, milliseconds(50), {})) << "nothing is left of it";
}

TEST(KafkaProducer, AFullQueueIsWaitedForUntilAStop) {
  KafkaProducerOptions small = nobody("");
  small.properties = {{"queue.buffering.max.kbytes", "1"}, {"queue.buffering.max.messages", "4"}};
  KafkaProducer producer(small);
  EXPECT_FALSE(producer.begin());
  std::stop_source stop;
  stop.request_stop();
  const std::string value(200, 'x');
  KafkaSendFailure failure;
  for (int i = 0; i < 10 && !failure; ++i) {
    failure = producer.send(value, nullptr, stop.get_token());
  }
  EXPECT_EQ(failure.fate, Fate::again);
}

TEST(KafkaProducer, AFullQueueIsToldToWhoDoesNotWait) {
  KafkaProducerOptions small = nobody("");
  small.defaults = {{"queue.buffering.max.messages", "4"}};
  KafkaProducer producer(small);
  EXPECT_FALSE(producer.begin());
  const KafkaHeader header = {"weir-reason", "empty"};
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(producer.offer("", {&header, 1})) << i;
  }
  EXPECT_EQ(producer.offer("", {&header, 1}).fate, Fate::retry);
}

TEST(KafkaProducer, AValueThatIsTooLargeSaysSo) {
  KafkaProducerOptions small = nobody("");
  small.defaults = {{"message.max.bytes", "5000"}};
  KafkaProducer producer(small);
  const std::string value(6000, 'x');
  const KafkaSendFailure failure = producer.offer(value, {});
  EXPECT_EQ(failure.fate, Fate::again);
  EXPECT_EQ(failure.too_large, 6000U);
}

TEST(KafkaProducer, PropertiesWinOverDefaults) {
  KafkaProducerOptions options = nobody("");
  options.defaults = {{"message.max.bytes", "5000"}};
  options.properties = {{"message.max.bytes", "7000"}};
  KafkaProducer producer(options);
  EXPECT_FALSE(producer.offer(std::string(6000, 'x'), {}));
}

TEST(KafkaProducer, AStopEndsWaiting) {
  std::stop_source stop;
  stop.request_stop();
  KafkaProducer producer(nobody("ledger"));
  EXPECT_EQ(producer.claim(std::chrono::hours(1), stop.get_token()).fate, Fate::retry);
  KafkaProducer loose(nobody(""));
  EXPECT_FALSE(loose.begin());
  EXPECT_FALSE(loose.send("value", nullptr, {}));
  EXPECT_EQ(loose.commit(std::nullopt, std::chrono::hours(1), stop.get_token()).fate, Fate::retry);
}

TEST(KafkaProducer, RefusesWrongProperties) {
  KafkaProducerOptions wrong = nobody("ledger");
  wrong.properties = {{"acks", "1"}};
  EXPECT_THROW(KafkaProducer{wrong}, Error);
  wrong.properties = {{"linger.ms", "soon"}};
  EXPECT_THROW(KafkaProducer{wrong}, Error);
}

}  // namespace
}  // namespace weir
