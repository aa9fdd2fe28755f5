#include "weir/decode/nfdump_strip.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(StripAsPython, TakesOffWhatPythonTakesOff) {
  EXPECT_EQ(strip_as_python("  12 "), "12");
  EXPECT_EQ(strip_as_python("\t\n\v\f\r\x1c\x1d\x1e\x1f x y \x1f"), "x y");
  EXPECT_EQ(strip_as_python(""), "");
  EXPECT_EQ(strip_as_python(" \t "), "");
  EXPECT_EQ(strip_as_python(std::string_view("\0 a \0", 5)), std::string_view("\0 a \0", 5));
}

TEST(StripAsPython, KnowsUnicodesSpaces) {
  EXPECT_EQ(strip_as_python(" \xc2\xa0 a\xc2\xa0 b \xe3\x80\x80\xc2\x85 "), "a\xc2\xa0 b");
  EXPECT_EQ(strip_as_python("\xe2\x80\xaf\xe2\x81\x9f"), "");
  EXPECT_EQ(strip_as_python("\xc3\xa9t\xc3\xa9"), "\xc3\xa9t\xc3\xa9");
  EXPECT_EQ(strip_as_python("\xe2\x80\x8b"), "\xe2\x80\x8b");  // zero width, no space
  EXPECT_EQ(strip_as_python("\xa0"), "\xa0");                  // no UTF-8
}

TEST(ShownLine, IsShortAndPrintable) {
  EXPECT_EQ(shown_line("a\tb\\\x80"), "a\\x09b\\x5c\\x80");
  EXPECT_EQ(shown_line(std::string(160, 'x')), std::string(160, 'x'));
  EXPECT_EQ(shown_line(std::string(161, 'x')), std::string(160, 'x') + "…");
}

}  // namespace
}  // namespace weir
