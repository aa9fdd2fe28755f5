#include "weir/base/base64.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace weir {
namespace {

using namespace std::string_view_literals;

TEST(Base64Test, GivesTheExamplesOfTheRfc) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(to_base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
}

TEST(Base64Test, TakesEveryByte) {
  EXPECT_EQ(to_base64("\0\xff\xfe\x80"sv), "AP/+gA==");
  EXPECT_EQ(to_base64("\xfb\xff\xbf"sv), "+/+/");
}

}  // namespace
}  // namespace weir
