#include "weir/aggregate/group_add.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/aggregate/group_fixture.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

class GroupAddTest : public GroupFixture {
 protected:
  /// The groups of all tables, and how many tables have any.
  std::map<std::string, int> groups(std::size_t& used) {
    std::map<std::string, int> all;
    used = 0;
    for (const GroupTable& table : tables_) {
      used += table.size() != 0 ? 1 : 0;
      table.for_each([&](const std::uint64_t* words) { ++all[text(words)]; });
    }
    return all;
  }
  void add(const std::vector<Row>& rows, GroupTables tables) {
    const auto words = images(rows);
    choose_add(layout_)(layout_, hash_, tables, words.data(), rows.size());
  }
  std::vector<GroupTable> tables_ = [this] {
    std::vector<GroupTable> made;
    for (int i = 0; i < 4; ++i) {
      made.emplace_back(layout_);
    }
    return made;
  }();
};

TEST_F(GroupAddTest, MergesRowsOfOneBatchAndOfLaterOnes) {
  std::size_t used = 0;
  add({{1, "a", 5}, {2, "a", 6}, {1, "a", 7}, {1, "b", 8}}, {.tables = tables_.data()});
  add({{2, "a", 10}}, {.tables = tables_.data()});
  EXPECT_EQ(groups(used), (std::map<std::string, int>{{"bytes=12 src_as=1 label=a", 1},
                                                      {"bytes=8 src_as=1 label=b", 1},
                                                      {"bytes=16 src_as=2 label=a", 1}}));
  EXPECT_EQ(used, 1U);
}

TEST_F(GroupAddTest, SharesGroupsOutByTheBitsItIsTold) {
  for (const unsigned shift : {62U, 40U}) {
    std::vector<Row> rows;
    for (std::uint64_t i = 0; i < 200; ++i) {
      rows.push_back({i % 100, "", 1});
    }
    add(rows, {.tables = tables_.data(), .shift = shift, .mask = 3});
    std::size_t used = 0;
    const auto all = groups(used);
    EXPECT_EQ(used, 4U);
    EXPECT_EQ(all.size(), 100U);
    EXPECT_EQ(all.begin()->second, 1);
    for (GroupTable& table : tables_) {
      table = GroupTable(layout_);
    }
  }
}

TEST_F(GroupAddTest, RefusesASumThatWraps) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  add({{1, "a", kMost}, {1, "a", 0}, {2, "a", 5}}, {.tables = tables_.data()});
  EXPECT_THROW(add({{1, "a", 1}}, {.tables = tables_.data()}), Error);
}

TEST(GroupAdd, GroupsKeysOfAnySize) {
  // 1 to 7 words.
  const std::string words[] = {"tag",         "tag2",      "src_mac", "dst_mac",
                               "vxlan,nvgre", "bin_start", "exported"};
  std::string by;
  for (const std::string& word : words) {
    by += (by.empty() ? "" : ",") + word;
    const GroupLayout layout(parse_group_spec(by, "flows,bytes"));
    const GroupHash hash(3);
    GroupPacker packer(layout, hash);
    FlowBatch batch;
    std::mt19937_64 random(1);
    GroupTable table(layout);
    std::map<std::uint64_t, std::uint64_t> expected;
    for (int round = 0; round < 10; ++round) {
      batch.clear();
      while (!batch.full()) {
        Flow& row = batch.next();
        const std::uint64_t value = random() % 500;
        for (const GroupLayout::Part& part : layout.parts()) {
          set(row, part.field, value);
        }
        set(row, field("bytes"), value);
        expected[value] += value;
        batch.append();
      }
      choose_add(layout)(layout, hash, {.tables = &table}, packer.pack(batch), batch.size());
    }
    EXPECT_EQ(table.size(), expected.size()) << by;
    table.for_each([&](const std::uint64_t* group) {
      const GroupView view(layout, group);
      ASSERT_EQ(view.value(0), expected.at(view.integer(layout.parts()[0])));
    });
  }
}

TEST(GroupHash, SpreadsNumbersThatCountUpOverAllBits) {
  const GroupHash hash(5);
  for (unsigned shift = 0; shift < 64; shift += 8) {
    std::vector<int> hits(256);
    for (std::uint64_t i = 0; i < 25'600; ++i) {
      const std::uint64_t word = i << 32;
      ++hits[hash.of_key<1>(&word, 1) >> shift & 0xff];
    }
    for (const int count : hits) {
      EXPECT_GT(count, 40) << shift;
      EXPECT_LT(count, 180) << shift;
    }
  }
}

TEST(GroupHash, DependsOnItsSeedOnEveryWordAndOnTexts) {
  const std::uint64_t words[] = {1, 2, 3, 4};
  const GroupHash one(1);
  EXPECT_NE(one.of_key<0>(words, 4), GroupHash(2).of_key<0>(words, 4));
  EXPECT_EQ(one.of_key<0>(words, 3), one.of_key<3>(words, 3));
  for (std::size_t i = 0; i < 4; ++i) {
    std::uint64_t changed[] = {1, 2, 3, 4};
    ++changed[i];
    EXPECT_NE(one.of_key<4>(words, 4), one.of_key<4>(changed, 4));
  }
  EXPECT_NE(one.of_text("abcdefgh1"), one.of_text("abcdefgh2"));
  EXPECT_NE(one.of_text("abcdefgh"), one.of_text("bbcdefgh"));
  EXPECT_EQ(one.of_text("abc") & 0xffff'ffff, 3U);
}

}  // namespace
}  // namespace weir
