#include "weir/aggregate/derived.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace weir {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kStart = 1'741'802'400'000'000'000;

class DerivedTest : public testing::Test {
 protected:
  DerivedTest() { row_.present.clear(); }
  void times(std::uint64_t first, std::uint64_t last) {
    set(row_, field("first_seen"), first);
    set(row_, field("last_seen"), last);
  }
  void counts(std::uint64_t bytes, std::uint64_t packets) {
    set(row_, field("bytes"), bytes);
    set(row_, field("packets"), packets);
  }
  Flow row_;
};

TEST_F(DerivedTest, IsFoundByName) {
  for (const DerivedInfo& derived : kDerived) {
    EXPECT_EQ(find_derived(derived.name), derived.id);
    EXPECT_EQ(info(derived.id).name, derived.name);
    EXPECT_FALSE(find_field(derived.name)) << "a column's name must not mean two things";
  }
  EXPECT_FALSE(find_derived("bytes"));
}

TEST_F(DerivedTest, DurationCountsMillisecondsAsNfdumpKeepsThem) {
  times(kStart + 1'999'999, kStart + 4'000'000);
  EXPECT_EQ(duration_ms(row_), 3U);
  EXPECT_EQ(derived_value(row_, Derived::duration), 3U);
}

TEST_F(DerivedTest, DurationIsNothingWhereTimesAreAbsentOrTheWrongWayRound) {
  EXPECT_EQ(duration_ms(row_), 0U);
  set(row_, field("last_seen"), kStart);
  EXPECT_EQ(duration_ms(row_), 0U);
  times(kStart, kStart - 5'000'000);
  EXPECT_EQ(duration_ms(row_), 0U);
}

TEST_F(DerivedTest, RatesAreCutToWholeNumbers) {
  times(kStart, kStart + 3'000'000'000);
  counts(1000, 11);
  EXPECT_EQ(derived_value(row_, Derived::bps), 2666U);
  EXPECT_EQ(derived_value(row_, Derived::pps), 3U);
  EXPECT_EQ(derived_value(row_, Derived::bpp), 90U);
}

TEST_F(DerivedTest, RatesOfNoDurationAndNoPacketsAreNothing) {
  counts(1000, 0);
  EXPECT_EQ(derived_value(row_, Derived::bps), 0U);
  EXPECT_EQ(derived_value(row_, Derived::pps), 0U);
  EXPECT_EQ(derived_value(row_, Derived::bpp), 0U);
}

TEST_F(DerivedTest, StopsAtTheLargestNumber) {
  times(kStart, kStart + 1'000'000);
  counts(kMost, kMost);
  EXPECT_EQ(derived_value(row_, Derived::bps), kMost);
  EXPECT_EQ(derived_value(row_, Derived::pps), kMost);
}

}  // namespace
}  // namespace weir
