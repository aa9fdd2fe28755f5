#include "weir/aggregate/group_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "tests/aggregate/group_fixture.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

class GroupViewTest : public GroupFixture {
 protected:
  int compare(const Row& a, const Row& b) {
    const auto one = image(a);
    const auto other = image(b);
    return GroupView(layout_, one.data()).compare_keys(GroupView(layout_, other.data()));
  }
};

TEST_F(GroupViewTest, ReadsWhatThePackerWrote) {
  const auto words = image({64500, "bdr1", 52});
  EXPECT_EQ(text(words.data()), "bytes=52 src_as=64500 label=bdr1");
  const GroupView view(layout_, words.data());
  EXPECT_EQ(view.integer(layout_.parts()[0]), 64500U);
  EXPECT_EQ(view.text(layout_.parts()[1]), "bdr1");
  EXPECT_EQ(view.size_of_text(layout_.parts()[1]), 4U);
  EXPECT_EQ(view.value(0), 52U);
}

TEST_F(GroupViewTest, ComparesKeysPartByPart) {
  EXPECT_EQ(compare({1, "a", 5}, {1, "a", 6}), 0);
  EXPECT_LT(compare({255, "b", 0}, {256, "a", 0}), 0);
  EXPECT_GT(compare({256, "a", 0}, {255, "b", 0}), 0);
  EXPECT_LT(compare({1, "a", 0}, {1, "ab", 0}), 0);
  EXPECT_GT(compare({1, "b", 0}, {1, "ab", 0}), 0);
}

TEST_F(GroupViewTest, ComparesRealsByValueAndPutsWhatIsNoNumberLast) {
  const GroupLayout reals(parse_group_spec("src_lat", "flows"));
  GroupPacker packer(reals, hash_);
  const double values[] = {-7.5, -1, 0, 3, std::numeric_limits<double>::quiet_NaN()};
  for (const double value : values) {
    Flow& row = batch_.next();
    set(row, field("src_lat"), value);
    batch_.append();
  }
  const std::uint64_t* const images = packer.pack(batch_);
  for (std::size_t a = 0; a < std::size(values); ++a) {
    for (std::size_t b = 0; b < std::size(values); ++b) {
      const int order = GroupView(reals, images + a * reals.words())
                            .compare_parts(0, GroupView(reals, images + b * reals.words()), 0);
      EXPECT_EQ(order, a < b ? -1 : a > b ? 1 : 0);
    }
  }
}

TEST_F(GroupViewTest, LeavesOutWhatNoRowSaid) {
  const GroupLayout layout(
      parse_group_spec("dst_addr,label,src_as", "first_seen,last_seen,tcp_flags,flows,bytes"));
  GroupPacker packer(layout, hash_);
  batch_.next();
  batch_.append();
  Flow row;
  row.present.clear();
  GroupView(layout, packer.pack(batch_)).to_flow(row);
  EXPECT_EQ(row_text(row), "bytes=0 flows=1 src_as=0 tcp_flags=0");
}

TEST_F(GroupViewTest, DescribesKeysOfAnyKind) {
  EXPECT_EQ(GroupView(layout_, image({5, "bdr1", 1}).data()).describe_key(),
            "src_as=5, label=bdr1");
  const GroupLayout layout(parse_group_spec("dst_addr/24,src_lat", "flows"));
  GroupPacker packer(layout, hash_);
  batch_.clear();
  set(batch_.next(), field("dst_addr"), *IpAddress::parse("192.0.2.77"));
  batch_.append();
  EXPECT_EQ(GroupView(layout, packer.pack(batch_)).describe_key(), "dst_addr=192.0.2.0, src_lat=0");
  const GroupLayout all(parse_group_spec("", "flows"));
  const std::array<std::uint64_t, 2> words{0, 1};
  EXPECT_EQ(GroupView(all, words.data()).describe_key(), "all flows together");
}

TEST_F(GroupViewTest, SaysWhichSumIsTooLargeAndWhatToDo) {
  const GroupLayout layout(parse_group_spec("src_as", "bytes,packets"));
  const std::array<std::uint64_t, 2> into{5, 3};
  const std::array<std::uint64_t, 2> from{1, 7};
  try {
    throw_overflow(layout, into.data(), from.data(), "all groups");
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the sum of packets of all groups is beyond 2^64-1"));
    EXPECT_THAT(error.what(), HasSubstr("--where 'packets < 1000G'"));
  }
}

}  // namespace
}  // namespace weir
