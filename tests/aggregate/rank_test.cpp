#include "weir/aggregate/rank.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace weir {
namespace {

TEST(Rank, OfBytesIsTheirOrderAsFarAsItGoes) {
  const std::string_view words[] = {"", "a", "aa", "ab", "b", "\x7f", "\x80", "\xff"};
  for (std::size_t i = 1; i < std::size(words); ++i) {
    EXPECT_LT(rank_of_bytes(words[i - 1]), rank_of_bytes(words[i])) << i;
  }
  EXPECT_EQ(rank_of_bytes("12345678a"), rank_of_bytes("12345678b"));
}

TEST(Rank, OfNumbersIsTheirOrder) {
  using Limits = std::numeric_limits<double>;
  const double numbers[] = {
      -Limits::infinity(), -1e300, -1, -1e-300, 0.0, 1e-300, 0.5, 1, 1e300, Limits::infinity(),
      Limits::quiet_NaN()};
  for (std::size_t i = 1; i < std::size(numbers); ++i) {
    EXPECT_LT(rank_of_real(numbers[i - 1]), rank_of_real(numbers[i])) << i;
  }
}

}  // namespace
}  // namespace weir
