#include "weir/source/kafka_newest.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace weir {
namespace {

using std::chrono::milliseconds;

constexpr const char* kNobody = "127.0.0.1:1";  // no broker listens on port 1

TEST(KafkaNewestTest, PartitionsWithMessagesAreReadBeforeOthers) {
  std::vector<KafkaRange> ranges;
  for (std::int32_t n = 0; n < 30; ++n) {
    ranges.push_back({"flows", n, 5, n % 5 == 4 ? 9 : 5});
  }
  const auto chosen = worth_reading(ranges);
  ASSERT_EQ(chosen.size(), kMostNewestPartitions);
  EXPECT_EQ(chosen[0].partition, 4);
  EXPECT_EQ(chosen[5].partition, 29);
  EXPECT_EQ(chosen[6].partition, 0);
  EXPECT_TRUE(worth_reading({}).empty());
}

TEST(KafkaNewestTest, WithoutPartitionsThereIsNothingToWaitFor) {
  KafkaConsumer consumer(kNobody, {});
  const KafkaNewest newest = read_kafka_newest(consumer, {}, 10, std::chrono::hours(1));
  EXPECT_TRUE(newest.samples.empty());
  EXPECT_TRUE(newest.ends.empty());
}

TEST(KafkaNewestTest, WhereNobodyAnswersItEndsWithoutHavingReachedTheEnd) {
  KafkaConsumer consumer(kNobody, {});
  const std::vector<KafkaRange> ranges = {{"flows", 0, 0, 7}};
  const KafkaNewest newest = read_kafka_newest(consumer, ranges, 10, milliseconds(200));
  EXPECT_TRUE(newest.samples.empty());
  ASSERT_EQ(newest.ends.size(), 1U);
  EXPECT_FALSE(newest.ends[0].reached);
}

}  // namespace
}  // namespace weir
