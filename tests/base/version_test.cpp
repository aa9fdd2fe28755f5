#include "weir/base/version.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace weir {
namespace {

TEST(Version, IsThreeNumbersWithDotsBetween) {
  const std::string_view text = version();
  EXPECT_EQ(std::ranges::count(text, '.'), 2);
  EXPECT_EQ(text.find_first_not_of("0123456789."), std::string_view::npos);
  EXPECT_NE(text.front(), '.');
  EXPECT_NE(text.back(), '.');
}

TEST(Version, GitHashIsTwelveHexDigitsOrUnknown) {
  const std::string_view hash = git_hash();
  if (hash == "unknown") {
    return;
  }
  EXPECT_EQ(hash.size(), 12U);
  EXPECT_EQ(hash.find_first_not_of("0123456789abcdef"), std::string_view::npos);
}

}  // namespace
}  // namespace weir
