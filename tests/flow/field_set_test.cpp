#include "weir/flow/field_set.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(FieldSet, HoldsEachIdApart) {
  for (unsigned i = 0; i < FieldSet::kCapacity; ++i) {
    FieldSet set;
    set.add(static_cast<FieldId>(i));
    EXPECT_EQ(set.size(), 1U);
    for (unsigned j = 0; j < FieldSet::kCapacity; ++j) {
      EXPECT_EQ(set.has(static_cast<FieldId>(j)), i == j);
    }
  }
}

TEST(FieldSet, AddingTwiceIsAddingOnce) {
  FieldSet set;
  set.add(70);
  set.add(70);
  EXPECT_EQ(set.size(), 1U);
  set.remove(70);
  EXPECT_TRUE(set.empty());
  set.remove(70);
  EXPECT_TRUE(set.empty());
}

TEST(FieldSet, IntersectionHoldsWhatBothHave) {
  FieldSet one;
  FieldSet other;
  for (const FieldId id : {FieldId{3}, FieldId{70}, FieldId{150}}) {
    one.add(id);
    other.add(static_cast<FieldId>(id + 1));
  }
  other.add(150);
  one &= other;
  EXPECT_TRUE(one.has(150));
  EXPECT_EQ(one.size(), 1U);
}

TEST(FieldSet, UnionHoldsBoth) {
  FieldSet low;
  low.add(3);
  FieldSet high;
  high.add(100);
  low |= high;
  EXPECT_TRUE(low.has(3));
  EXPECT_TRUE(low.has(100));
  EXPECT_EQ(low.size(), 2U);
  EXPECT_NE(low, high);
}

TEST(FieldSet, ClearRemovesAll) {
  FieldSet set;
  set.add(0);
  set.add(127);
  EXPECT_FALSE(set.empty());
  set.clear();
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set, FieldSet{});
}

}  // namespace
}  // namespace weir
