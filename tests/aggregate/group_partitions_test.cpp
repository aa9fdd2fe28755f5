#include "weir/aggregate/group_partitions.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <vector>

#include "tests/aggregate/group_fixture.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

class GroupPartitionsTest : public GroupFixture {
 protected:
  void add(GroupPartitions& partitions, std::uint64_t from, std::uint64_t to) {
    while (from < to) {
      std::vector<Row> rows;
      for (; from < to && rows.size() < kMostAdded; ++from) {
        rows.push_back({from, "", 1});
      }
      partitions.add(images(rows).data(), rows.size());
    }
  }
  static std::uint64_t put_away(GroupPartitions& partitions) {
    return std::accumulate(partitions.runs().begin(), partitions.runs().end(), std::uint64_t{0},
                           [](std::uint64_t sum, const GroupRun& run) { return sum + run.groups; });
  }
  int opened_ = 0;
  GroupSpill spill_{[this] {
    ++opened_;
    return std::make_unique<MemoryStore>();
  }};
};

TEST_F(GroupPartitionsTest, SharesGroupsOutEvenly) {
  GroupPartitions partitions(layout_, hash_, spill_, 0);
  add(partitions, 0, 6400);
  EXPECT_EQ(partitions.size(), 6400U);
  for (const GroupTable& table : partitions.tables()) {
    EXPECT_GT(table.size(), 50U);
    EXPECT_LT(table.size(), 150U);
  }
  EXPECT_FALSE(partitions.spilled());
  EXPECT_EQ(opened_, 0);
}

TEST_F(GroupPartitionsTest, SharesThoseOfOnePartitionOutByOtherBits) {
  GroupPartitions first(layout_, hash_, spill_, 0);
  add(first, 0, 20'000);
  GroupPartitions second(layout_, hash_, spill_, 0, 1);
  first.tables()[5].for_each_block(
      [&](const std::uint64_t* groups, std::size_t count) { second.add(groups, count); });
  std::size_t used = 0;
  for (const GroupTable& table : second.tables()) {
    used += table.size() != 0 ? 1 : 0;
  }
  EXPECT_GT(used, 55U);
}

TEST_F(GroupPartitionsTest, PutsGroupsAwayBeforeTheyTakeMoreThanTheyMay) {
  constexpr std::size_t kLimit = 200'000;
  GroupPartitions partitions(layout_, hash_, spill_, kLimit);
  for (std::uint64_t from = 0; from < 20'000; from += 1000) {
    add(partitions, from, from + 1000);
    EXPECT_LE(partitions.memory(), kLimit);
  }
  EXPECT_TRUE(partitions.spilled());
  EXPECT_EQ(put_away(partitions) + partitions.size(), 20'000U);
  EXPECT_EQ(opened_, 1);
}

TEST_F(GroupPartitionsTest, PutsAllAwayWhenAsked) {
  GroupPartitions partitions(layout_, hash_, spill_, 0);
  add(partitions, 0, 3000);
  partitions.spill_all();
  EXPECT_EQ(put_away(partitions), 3000U);
  EXPECT_EQ(partitions.memory(), 0U);
  add(partitions, 0, 10);
  EXPECT_EQ(partitions.size(), 10U);
}

TEST_F(GroupPartitionsTest, HasNoLimitWhereNothingCanBeSharedOutFurther) {
  GroupPartitions partitions(layout_, hash_, spill_, 1, GroupPartitions::kLevels);
  add(partitions, 0, 3000);
  EXPECT_FALSE(partitions.spilled());
}

TEST_F(GroupPartitionsTest, TellsThatTheyCannotBePutAway) {
  GroupSpill none([]() -> std::unique_ptr<ByteStore> { throw Error("no room"); });
  GroupPartitions partitions(layout_, hash_, none, 10'000);
  EXPECT_THROW(add(partitions, 0, 3000), Error);
}

}  // namespace
}  // namespace weir
