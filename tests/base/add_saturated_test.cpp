#include "weir/base/add_saturated.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(AddSaturated, StaysAtTheGreatestNumber) {
  constexpr std::uint64_t kMost = ~std::uint64_t{0};
  EXPECT_EQ(add_saturated(2, 3), 5U);
  EXPECT_EQ(add_saturated(kMost - 3, 3), kMost);
  EXPECT_EQ(add_saturated(kMost, 1), kMost);
  EXPECT_EQ(add_saturated(kMost, kMost), kMost);
}

}  // namespace
}  // namespace weir
