#include "weir/decode/json_split.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

using Outcome = JsonExtent::Outcome;

void expect_extent(std::string_view text, std::size_t end, Outcome outcome, std::size_t at = 0) {
  const JsonExtent extent = json_extent(text, at);
  EXPECT_EQ(extent.end, end) << text;
  EXPECT_EQ(extent.outcome, outcome) << text;
}

TEST(JsonSplit, AValueEndsWithItsLastBracket) {
  expect_extent("{}", 2, Outcome::complete);
  expect_extent(R"({"a": [1, {"b": 2}]} {"c": 3})", 20, Outcome::complete);
  expect_extent(R"(xx[[]][])", 6, Outcome::complete, 2);
}

TEST(JsonSplit, BracketsInsideStringsDoNotCount) {
  expect_extent(R"({"}": "]\"}"} )", 13, Outcome::complete);
  expect_extent(R"({"\\": "}"})", 11, Outcome::complete);
}

TEST(JsonSplit, AValueThatDoesNotEndIsTruncated) {
  for (const std::string_view text :
       {"{", "{\"a", "{\"a\\", "{\"a\": [1, 2", "[[]", "{\"a\": {}"}) {
    expect_extent(text, text.size(), Outcome::truncated);
  }
}

TEST(JsonSplit, AStringThatALineEndsInIsTruncatedThere) {
  expect_extent("{\"a\": \"b\n{}", 8, Outcome::truncated);
  expect_extent("{\"a\": \"b\\\n{}", 9, Outcome::truncated);
  expect_extent("{\"a\":\n1}", 8, Outcome::complete);
}

TEST(JsonSplit, VeryDeepValuesAreNotFollowed) {
  const std::string deepest = std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']');
  expect_extent(deepest, deepest.size(), Outcome::complete);
  expect_extent("[" + deepest + "]", kMaxJsonDepth + 1, Outcome::too_deep);
}

TEST(JsonSplit, StepsThroughTheItemsOfAnArray) {
  JsonItems items("[ {\"a\": [1, 2]} ,[],-1.5e3 , \"x\\\",]\",null\n]  ");
  for (const std::string_view item : {"{\"a\": [1, 2]}", "[]", "-1.5e3", "\"x\\\",]\"", "null"}) {
    EXPECT_EQ(items.next(), item);
  }
  EXPECT_EQ(items.next(), "");
  EXPECT_EQ(items.next(), "");
}

TEST(JsonSplit, ReadingGoesOnAtALineThatBeginsWithABrace) {
  const std::string_view text = "{\"a\": 1\nx{\n {\n{\"b\": 2}\n{";
  EXPECT_EQ(json_resume(text, 1, text.size()), 14U);
  EXPECT_EQ(json_resume(text, 15, text.size()), 23U);
  EXPECT_EQ(json_resume(text, 15, 20), 20U);
  EXPECT_EQ(json_resume("{{{", 1, 3), 3U);
}

TEST(JsonSplit, BlanksAreThoseOfJson) {
  EXPECT_EQ(skip_json_blanks(" \t\r\nx", 0), 4U);
  EXPECT_EQ(skip_json_blanks("x ", 0), 0U);
  EXPECT_EQ(skip_json_blanks("x  ", 1), 3U);
  EXPECT_EQ(skip_json_blanks("\f", 0), 0U);
  EXPECT_EQ(skip_json_blanks("", 0), 0U);
}

TEST(JsonSplit, ByteOrderMarksMayStandBeforeARecord) {
  EXPECT_EQ(skip_before_json("\xef\xbb\xbf{", 0), 3U);
  EXPECT_EQ(skip_before_json(" \xef\xbb\xbf\n\xef\xbb\xbf{", 0), 8U);
  EXPECT_EQ(skip_before_json(" \xef\xbb{", 0), 1U);
  EXPECT_EQ(skip_before_json("\xef\xbb\xbf", 0), 3U);
}

}  // namespace
}  // namespace weir
