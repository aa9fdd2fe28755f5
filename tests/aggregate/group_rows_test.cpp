#include "weir/aggregate/group_rows.hpp"

#include <gtest/gtest.h>

#include "tests/aggregate/group_fixture.hpp"

namespace weir {
namespace {

class GroupRowsTest : public GroupFixture {
 protected:
  CollectRows collected_;
  GroupRows rows_{layout_, collected_};
};

TEST_F(GroupRowsTest, PassesRowsOnInTheirOrder) {
  std::vector<Row> wanted;
  for (std::uint64_t i = 0; i < 200; ++i) {
    wanted.push_back({i, "label", i * 2});
  }
  const auto words = images(wanted);
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < 200; ++i) {
      rows_.add(words.data() + i * layout_.words());
    }
  }
  EXPECT_EQ(collected_.rows.size(), 2 * FlowBatch::kCapacity);
  rows_.flush();
  ASSERT_EQ(collected_.rows.size(), 600U);
  for (std::size_t i = 0; i < 600; ++i) {
    ASSERT_EQ(collected_.rows[i], text(words.data() + i % 200 * layout_.words()));
  }
}

TEST_F(GroupRowsTest, PassesNothingOnWhereThereIsNothing) {
  struct Calls final : Emit {
    void operator()(FlowBatch&) override { ++count; }
    int count = 0;
  } calls;
  GroupRows rows(layout_, calls);
  rows.flush();
  EXPECT_EQ(calls.count, 0);
}

}  // namespace
}  // namespace weir
