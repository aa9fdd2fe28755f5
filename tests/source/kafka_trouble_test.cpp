#include "weir/source/kafka_trouble.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using Kind = KafkaFailure::Kind;

TEST(KafkaTrouble, IsOfTheFirstKindAndSaysAllOfItOnce) {
  KafkaTrouble trouble;
  EXPECT_EQ(trouble.kind, Kind::none);
  trouble.add(Kind::denied, "no right on topic a");
  trouble.add(Kind::unknown, "there is no topic b");
  trouble.add(Kind::denied, "no right on topic a");
  EXPECT_EQ(trouble.kind, Kind::denied);
  EXPECT_EQ(trouble.text, "no right on topic a; there is no topic b");
}

}  // namespace
}  // namespace weir
