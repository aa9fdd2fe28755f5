#include "weir/aggregate/group_layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace weir {
namespace {

using testing::ElementsAre;

GroupLayout layout(std::string_view by, std::string_view fields, bool bidirectional = false) {
  return GroupLayout(parse_group_spec(by, fields, bidirectional));
}

std::vector<std::string_view> names(const GroupLayout& layout) {
  std::vector<std::string_view> all;
  for (const GroupLayout::Value& value : layout.values()) {
    all.push_back(info(value.field).name);
  }
  return all;
}

TEST(GroupLayout, PacksKeysClosely) {
  EXPECT_EQ(layout("src_as,dst_as", "bytes").key_words(), 1U);
  EXPECT_EQ(layout("dst_addr", "bytes").key_words(), 2U);
  EXPECT_EQ(layout("src_port,dst_addr,proto", "bytes").key_words(), 3U);
  EXPECT_EQ(layout("proto,src_addr,src_port,dst_addr,dst_port", "bytes").key_words(), 5U);
  EXPECT_EQ(layout("src_as,dst_as", "packets,bytes,flows").words(), 4U);
}

TEST(GroupLayout, PutsWideParsFirstAndKeepsTheAskedOrder) {
  const GroupLayout made = layout("proto,src_as,dst_addr,src_port", "bytes");
  std::vector<std::uint16_t> places;
  for (const GroupLayout::Part& part : made.parts()) {
    places.push_back(part.at);
  }
  EXPECT_THAT(places, ElementsAre(22, 16, 0, 20));
}

TEST(GroupLayout, HasAPointerForEachTextBehindWhatIsHashed) {
  const GroupLayout made = layout("label,src_as,writer", "bytes");
  EXPECT_EQ(made.hashed_words(), 3U);
  EXPECT_EQ(made.key_words(), 5U);
  EXPECT_EQ(made.parts()[0].text, 3U);
  EXPECT_EQ(made.parts()[2].text, 4U);
}

TEST(GroupLayout, HasAKeyOfOneWordWhereAllIsOneGroup) {
  EXPECT_EQ(layout("", "bytes").hashed_words(), 1U);
}

TEST(GroupLayout, MergesWhatColumnsNeedOnce) {
  EXPECT_THAT(names(layout("src_as", "bps,bytes,last_seen,tcp_flags,src_as,flows")),
              ElementsAre("bytes", "flows", "first_seen", "last_seen", "tcp_flags"));
  EXPECT_THAT(names(layout("bytes,first_seen", "bps")), ElementsAre("last_seen"));
}

TEST(GroupLayout, HasBothDirectionsOfWhatIsFolded) {
  EXPECT_THAT(names(layout("src_as,dst_as", "bytes,flows", true)),
              ElementsAre("bytes", "flows", "out_bytes"));
  EXPECT_THAT(names(layout("src_as,dst_as", "out_packets", true)),
              ElementsAre("packets", "out_packets"));
}

TEST(GroupLayout, MergesByTheRulesOfTheFieldTable) {
  const GroupLayout made = layout("src_as", "bytes,first_seen,last_seen,tcp_flags");
  std::array<std::uint64_t, 4> group{10, 20, 30, 0b0011};
  EXPECT_TRUE(made.merge(group.data(), std::array<std::uint64_t, 4>{5, 10, 20, 0b0110}.data()));
  EXPECT_THAT(group, ElementsAre(15, 10, 30, 0b0111));
  EXPECT_TRUE(made.merge(group.data(), std::array<std::uint64_t, 4>{1, 15, 40, 0}.data()));
  EXPECT_THAT(group, ElementsAre(16, 10, 40, 0b0111));
}

TEST(GroupLayout, NoticesASumThatWraps) {
  const GroupLayout made = layout("src_as", "bytes,packets");
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  std::array<std::uint64_t, 2> group{kMost - 5, 1};
  EXPECT_TRUE(made.merge(group.data(), std::array<std::uint64_t, 2>{5, kMost - 1}.data()));
  EXPECT_FALSE(made.merge(group.data(), std::array<std::uint64_t, 2>{1, 0}.data()));
}

TEST(GroupLayout, HasNothingThatMergesWithoutEffect) {
  const GroupLayout made = layout("src_as", "bytes,flows,first_seen,last_seen,tcp_flags");
  std::vector<std::uint64_t> nothing = made.nothing();
  const std::vector<std::uint64_t> group = {0, 1, 2, 3, 4, 5};
  ASSERT_TRUE(made.merge(nothing.data() + 1, group.data() + 1));
  EXPECT_EQ(nothing, group);
}

TEST(GroupLayout, PairsThePartsOfBothEnds) {
  const GroupLayout made = layout("dst_as,proto,src_as", "bytes");
  EXPECT_EQ(made.parts()[0].mirror, 2U);
  EXPECT_EQ(made.parts()[1].mirror, 1U);
  EXPECT_EQ(made.parts()[2].mirror, 0U);
}

}  // namespace
}  // namespace weir
