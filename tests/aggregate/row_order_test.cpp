#include "weir/aggregate/row_order.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace weir {
namespace {

Flow row(std::uint64_t bytes, const char* label, const char* address = "192.0.2.1") {
  Flow made;
  made.present.clear();
  set(made, field("bytes"), bytes);
  set(made, field("label"), std::string_view(label));
  set(made, field("src_addr"), *IpAddress::parse(address));
  return made;
}

/// As those who sort use it.
bool comes_before(const RowOrder& order, const Flow& a, const Flow& b) {
  const std::uint64_t one = order.rank(a);
  const std::uint64_t other = order.rank(b);
  return one != other ? one < other : order.before(a, b);
}

TEST(RowOrder, TheGreatestNumberComesFirstWhereItDescends) {
  const RowOrder down(field("bytes"), true, {});
  EXPECT_TRUE(comes_before(down, row(7, "a"), row(5, "a")));
  EXPECT_FALSE(comes_before(down, row(5, "a"), row(7, "a")));
  const RowOrder up(field("bytes"), false, {});
  EXPECT_TRUE(comes_before(up, row(5, "a"), row(7, "a")));
  EXPECT_FALSE(comes_before(up, row(5, "a"), row(5, "a")));
}

TEST(RowOrder, TextsAndAddressesAreComparedToTheirEnds) {
  const RowOrder by_text(field("label"), false, {});
  EXPECT_TRUE(comes_before(by_text, row(1, "a long text 1"), row(1, "a long text 2")));
  const RowOrder by_address(field("src_addr"), true, {});
  EXPECT_TRUE(comes_before(by_address, row(1, "", "192.0.2.2"), row(1, "", "192.0.2.1")));
  EXPECT_FALSE(comes_before(by_address, row(1, "", "192.0.2.1"), row(1, "", "192.0.2.2")));
}

TEST(RowOrder, WhatIsComputedIsAnOrderToo) {
  Flow shorter = row(1, "");
  set(shorter, field("first_seen"), std::uint64_t{1'000'000'000});
  set(shorter, field("last_seen"), std::uint64_t{2'000'000'000});
  Flow longer = shorter;
  set(longer, field("last_seen"), std::uint64_t{3'000'000'000});
  const RowOrder order(Derived::duration, true, {});
  EXPECT_TRUE(comes_before(order, longer, shorter));
}

TEST(RowOrder, EqualRowsAreDecidedByTheOtherFieldsInTheirOrder) {
  const RowOrder order(field("bytes"), true, {field("label"), field("src_addr")});
  EXPECT_TRUE(comes_before(order, row(1, "a", "192.0.2.9"), row(1, "b", "192.0.2.1")));
  EXPECT_TRUE(comes_before(order, row(1, "a", "192.0.2.1"), row(1, "a", "192.0.2.9")));
  EXPECT_FALSE(comes_before(order, row(1, "a"), row(1, "a")));
}

TEST(RowOrder, WhatIsAbsentComesBeforeWhatIsNothing) {
  const RowOrder order(field("bytes"), true, {field("dst_port")});
  const Flow without = row(1, "");
  Flow with = row(1, "");
  set(with, field("dst_port"), std::uint64_t{0});
  EXPECT_TRUE(comes_before(order, without, with));
  EXPECT_FALSE(comes_before(order, with, without));
}

}  // namespace
}  // namespace weir
