#include "weir/io/yaml_advice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using testing::HasSubstr;

TEST(YamlAdviceTest, TheWrongKindOfIndentationIsSeenWhateverTheParserSays) {
  const std::string text = "a:\n\t- b\n \xc2\xa0 c: 1\n";
  EXPECT_THAT(yaml_advice(text, 1, "illegal block entry"), HasSubstr("with a tab"));
  EXPECT_THAT(yaml_advice(text, 2, "whatever"), HasSubstr("no-break space"));
}

TEST(YamlAdviceTest, WhatParsersSayIsSaidForThoseWhoWroteTheFile) {
  EXPECT_THAT(yaml_advice("a: b: c", 0, "illegal map value"), HasSubstr("into quotes"));
  EXPECT_THAT(yaml_advice("a: %x", 0, "unknown token"), HasSubstr("into quotes"));
  EXPECT_THAT(yaml_advice("", 7, "end of map flow not found"), HasSubstr("never closed"));
}

TEST(YamlAdviceTest, AMessageOfAnotherKindStays) {
  EXPECT_EQ(yaml_advice("a: b", 0, "something else"), "something else");
  EXPECT_EQ(yaml_advice("a: b", 3, "something else"), "something else");
}

TEST(YamlAdviceTest, QuotesAreOpenUntilTheirLikeCloses) {
  for (const char* open : {"'", "\"", "'a''", "\"a\\\"", "&x 'a", "!t &x \"a\nb: '", "\"a\\"}) {
    EXPECT_TRUE(quote_is_open(open, 0)) << open;
  }
  for (const char* closed : {"", "a'", "''", "'a''b' c", "\"\\\\\"", "&x", "&x 'a'", "\"a\"'"}) {
    EXPECT_FALSE(quote_is_open(closed, 0)) << closed;
  }
  EXPECT_TRUE(quote_is_open("a: 'b", 3));
  EXPECT_FALSE(quote_is_open("a: 'b", 99));
}

}  // namespace
}  // namespace weir
