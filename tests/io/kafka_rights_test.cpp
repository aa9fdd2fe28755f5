#include "weir/io/kafka_rights.hpp"

#include <gtest/gtest.h>

#include "weir/base/error.hpp"

// What a broker says is in tests/integration/test_dead_letters.py.

namespace weir {
namespace {

using std::chrono::milliseconds;

TEST(KafkaRights, WithoutABrokerThereIsAFailure) {
  const KafkaWritable answer = ask_kafka_writable("127.0.0.1:1", {}, "flows", milliseconds(200));
  EXPECT_EQ(answer.failure.kind, KafkaFailure::Kind::unreachable);
  EXPECT_EQ(answer.answer, KafkaWritable::Answer::unknown);
}

TEST(KafkaRights, RefusesWrongProperties) {
  EXPECT_THROW(static_cast<void>(
                   ask_kafka_writable("127.0.0.1:1", {{"acks", "1"}}, "flows", milliseconds(1))),
               Error);
}

}  // namespace
}  // namespace weir
