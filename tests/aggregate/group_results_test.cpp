#include "weir/aggregate/group_results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/aggregate/group_fixture.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

class GroupResultsTest : public GroupFixture {
 protected:
  static GroupOrder by_bytes(std::size_t top = 0) {
    return {.by = field("bytes"), .top = top, .totals = true};
  }
  void add(GroupResults& results, const std::vector<Row>& rows) {
    std::vector<GroupTable> tables;
    for (const Row& row : rows) {
      tables.emplace_back(layout_);
      tables.back().append(layout_, image(row).data());
    }
    results.add(std::move(tables));
  }
  void add_three_parts(GroupResults& results) {
    add(results, {{1, "a", 10}, {2, "", 50}, {3, "c", 30}});
    add(results, {{4, "d", 40}});
    add(results, {{5, "e", 20}, {6, "f", 50}});
    results.finish();
  }
  static std::vector<std::string> emitted(GroupResults& results) {
    CollectRows rows;
    results.emit(rows);
    return rows.rows;
  }
  static std::string other(const GroupResults& results) {
    Flow row;
    results.other(row);
    return row_text(row);
  }
  static std::string totals(const GroupResults& results) {
    Flow row;
    results.totals(row);
    return row_text(row);
  }
};

TEST_F(GroupResultsTest, GiveAllPartsWithoutAnOrder) {
  for (ByteStore* const store :
       {static_cast<ByteStore*>(nullptr), static_cast<ByteStore*>(&store_)}) {
    GroupResults results(layout_, {.totals = true}, store);
    add_three_parts(results);
    EXPECT_EQ(results.groups(), 6U);
    EXPECT_EQ(results.others(), 0U);
    EXPECT_EQ(totals(results), "bytes=200");
    EXPECT_EQ(other(results), "bytes=0");
    EXPECT_THAT(emitted(results),
                UnorderedElementsAre("bytes=10 src_as=1 label=a", "bytes=50 src_as=2",
                                     "bytes=30 src_as=3 label=c", "bytes=40 src_as=4 label=d",
                                     "bytes=20 src_as=5 label=e", "bytes=50 src_as=6 label=f"));
  }
}

TEST_F(GroupResultsTest, MergeSortedPartsFromMemoryAndFromTheStore) {
  for (ByteStore* const store :
       {static_cast<ByteStore*>(nullptr), static_cast<ByteStore*>(&store_)}) {
    GroupResults results(layout_, by_bytes(), store);
    add_three_parts(results);
    EXPECT_THAT(emitted(results),
                ElementsAre("bytes=50 src_as=2", "bytes=50 src_as=6 label=f",
                            "bytes=40 src_as=4 label=d", "bytes=30 src_as=3 label=c",
                            "bytes=20 src_as=5 label=e", "bytes=10 src_as=1 label=a"));
  }
  EXPECT_EQ(store_.released(), store_.size());
  EXPECT_GT(store_.size(), 0U);
}

TEST_F(GroupResultsTest, KeepTheTopAndMergeTheOthers) {
  GroupResults results(layout_, by_bytes(3), &store_);
  add_three_parts(results);
  EXPECT_EQ(store_.size(), 0U) << "so few need no store";
  EXPECT_EQ(results.groups(), 6U);
  EXPECT_EQ(results.others(), 3U);
  EXPECT_EQ(other(results), "bytes=60");
  EXPECT_EQ(totals(results), "bytes=200");
  EXPECT_THAT(emitted(results), ElementsAre("bytes=50 src_as=2", "bytes=50 src_as=6 label=f",
                                            "bytes=40 src_as=4 label=d"));
}

TEST_F(GroupResultsTest, HaveNoOthersWhereAllAreAmongTheTop) {
  GroupResults results(layout_, by_bytes(6), nullptr);
  add_three_parts(results);
  EXPECT_EQ(results.others(), 0U);
  EXPECT_EQ(emitted(results).size(), 6U);
}

TEST_F(GroupResultsTest, GiveEachPartAlone) {
  GroupResults results(layout_, {}, nullptr);
  add_three_parts(results);
  ASSERT_EQ(results.parts(), 3U);
  CollectRows rows;
  results.emit_part(1, rows);
  EXPECT_THAT(rows.rows, ElementsAre("bytes=40 src_as=4 label=d"));
}

TEST_F(GroupResultsTest, RefuseTotalsBeyond64Bits) {
  GroupResults results(layout_, by_bytes(1), nullptr);
  add(results, {{1, "a", std::numeric_limits<std::uint64_t>::max()}});
  EXPECT_THROW(add(results, {{2, "a", 1}}), Error);
}

}  // namespace
}  // namespace weir
