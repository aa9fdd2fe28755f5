#include "weir/flow/batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace weir {
namespace {

TEST(PayloadBatch, KeepsMessagesAcrossGrowth) {
  PayloadBatch batch;
  std::vector<std::string> sent;
  for (int i = 0; i < 300; ++i) {
    sent.push_back(std::string(static_cast<std::size_t>(i) * 40, static_cast<char>('a' + i % 26)));
    batch.add(sent.back(), static_cast<OriginId>(i));
  }
  ASSERT_EQ(batch.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(batch.text(batch.payloads()[i]), sent[i]);
    EXPECT_EQ(batch.payloads()[i].origin, i);
  }
}

TEST(PayloadBatch, EveryMessageIsFollowedByReadableBytes) {
  PayloadBatch batch;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, PayloadBatch::kTargetBytes}) {
    batch.add(std::string(size, 'x'), 0);
  }
  unsigned sum = 0;
  for (const PayloadBatch::Payload& payload : batch.payloads()) {
    const char* const end = batch.text(payload).data() + payload.size;
    for (std::size_t i = 0; i < PayloadBatch::kPadding; ++i) {
      sum += end[i] == 'x' ? 1U : 0U;  // a sanitizer stops here if it is not ours
    }
  }
  EXPECT_EQ(sum, 0U);
}

TEST(PayloadBatch, IsFullByCountOrBytes) {
  PayloadBatch many;
  for (std::size_t i = 0; i + 1 < PayloadBatch::kMaxMessages; ++i) {
    many.add("", 0);
  }
  EXPECT_FALSE(many.full());
  many.add("", 0);
  EXPECT_TRUE(many.full());

  PayloadBatch large;
  large.add("small", 0);
  EXPECT_FALSE(large.full());
  large.add(std::string(PayloadBatch::kTargetBytes, 'x'), 0);
  EXPECT_TRUE(large.full());
}

TEST(PayloadBatch, ClearForgetsTheMessages) {
  PayloadBatch batch;
  EXPECT_TRUE(batch.empty());
  batch.add("a", 1);
  EXPECT_FALSE(batch.empty());
  batch.clear();
  EXPECT_TRUE(batch.empty());
  batch.add("b", 2);
  EXPECT_EQ(batch.text(batch.payloads()[0]), "b");
}

TEST(TextArena, TextsStayWhereTheyAre) {
  TextArena arena;
  std::vector<std::string> sent;
  std::vector<std::string_view> kept;
  for (std::size_t i = 0; i < 400; ++i) {
    sent.push_back(std::string(i * 7 % 2000, static_cast<char>('a' + i % 26)));
    kept.push_back(arena.copy(sent.back()));
  }
  sent.push_back(std::string(200'000, 'L'));  // larger than a block
  kept.push_back(arena.copy(sent.back()));
  sent.emplace_back("after");
  kept.push_back(arena.copy(sent.back()));
  EXPECT_TRUE(std::equal(sent.begin(), sent.end(), kept.begin(), kept.end()));
}

TEST(TextArena, ResetReusesItsMemory) {
  TextArena arena;
  const char* const first = arena.copy("first").data();
  arena.reset();
  EXPECT_EQ(arena.copy("again").data(), first);
}

TEST(FlowBatch, NextRowHasNothingPresentAfterReuse) {
  FlowBatch batch;
  set(batch.next(), field("bytes"), std::uint64_t{5});
  batch.append();
  batch.clear();
  EXPECT_TRUE(batch.empty());
  EXPECT_TRUE(batch.next().present.empty());
}

TEST(FlowBatch, RowThatIsNotAppendedIsGivenAgain) {
  FlowBatch batch;
  Flow& first = batch.next();
  EXPECT_EQ(&batch.next(), &first);
  batch.append();
  EXPECT_NE(&batch.next(), &first);
  EXPECT_EQ(batch.size(), 1U);
}

TEST(FlowBatch, KeepDropsRowsInPlace) {
  FlowBatch batch;
  for (std::uint64_t i = 0; i < 10; ++i) {
    set(batch.next(), field("bytes"), i);
    batch.append();
  }
  const Flow* const third = &batch[3];
  batch.keep([](const Flow& flow) { return flow.bytes % 3 == 0; });
  ASSERT_EQ(batch.size(), 4U);
  EXPECT_EQ(&batch[1], third);
  batch.keep([](const Flow& flow) { return flow.bytes != 3; });
  ASSERT_EQ(batch.size(), 3U);
  EXPECT_EQ(batch[0].bytes, 0U);
  EXPECT_EQ(batch[1].bytes, 6U);
  EXPECT_EQ(batch[2].bytes, 9U);
}

TEST(FlowBatch, DroppedRowsAreNotFreeUntilClear) {
  FlowBatch batch;
  while (!batch.full()) {
    batch.next();
    batch.append();
  }
  EXPECT_EQ(batch.size(), FlowBatch::kCapacity);
  batch.keep([](const Flow&) { return false; });
  EXPECT_TRUE(batch.empty());
  EXPECT_TRUE(batch.full());
  batch.clear();
  EXPECT_FALSE(batch.full());
}

}  // namespace
}  // namespace weir
