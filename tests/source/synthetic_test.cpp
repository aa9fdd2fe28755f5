#include "weir/source/synthetic.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

TEST(SyntheticSourceTest, DeliversRecordsAndSaysWhereItIs) {
  SyntheticSource source(1'000'000);
  const std::stop_source stop;
  PayloadBatch batch;
  std::size_t made = 0;
  while (made < 1500) {
    batch.clear();
    ASSERT_TRUE(source.read(batch, stop.get_token()));
    EXPECT_LE(batch.size(), PayloadBatch::kMaxMessages);
    made += batch.size();
  }
  ASSERT_FALSE(batch.empty());
  const auto text = batch.text(batch.payloads().front());
  EXPECT_TRUE(text.starts_with('{') && text.ends_with('}')) << text;
  ASSERT_EQ(source.state().origins.size(), 1U);
  EXPECT_EQ(source.state().origins[0].next, static_cast<std::int64_t>(made));
}

TEST(SyntheticSourceTest, IsReadyAtOnceWithOneOrigin) {
  const SyntheticSource source(1);
  const SourceStatus status = source.status();
  EXPECT_TRUE(status.started);
  EXPECT_TRUE(status.healthy);
  ASSERT_EQ(status.origins.size(), 1U);
  EXPECT_EQ(status.origins[0].topic, "demo");
  EXPECT_EQ(status.origins[0].position, 0);
}

TEST(SyntheticSourceTest, NeverMakesMoreThanItsRate) {
  const auto begin = std::chrono::steady_clock::now();
  SyntheticSource source(100);
  const std::stop_source stop;
  PayloadBatch batch;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(source.read(batch, stop.get_token()));
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  EXPECT_LE(static_cast<double>(batch.size()), elapsed.count() * 100);
}

TEST(SyntheticSourceTest, MakesNothingOnceStopped) {
  SyntheticSource source(10'000'000);
  std::stop_source stop;
  stop.request_stop();
  PayloadBatch batch;
  EXPECT_TRUE(source.read(batch, stop.get_token()));
  EXPECT_TRUE(batch.empty());
}

}  // namespace
}  // namespace weir
