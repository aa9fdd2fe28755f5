#include "weir/decode/nfdump_record.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using Texts = std::vector<std::string>;

Texts texts(const NfdumpRecord& record) {
  return {record.values().begin(), record.values().end()};
}

TEST(NfdumpRecord, TheFirstObjectSaysTheColumns) {
  NfdumpRecord record({});
  ASSERT_TRUE(record.read("{\n\t\"type\" : \"FLOW\",\n\t\"in_bytes\" : 156,\n\t\"x\":-1.5e3 }"));
  ASSERT_EQ(record.columns().size(), 3U);
  EXPECT_EQ(record.columns()[1], (NfdumpColumn{"in_bytes", "in_bytes", NfdumpKind::number}));
  EXPECT_EQ(texts(record), (Texts{"FLOW", "156", "-1.5e3"}));
  ASSERT_TRUE(record.read(R"({"in_bytes":7,"other":1})"));
  EXPECT_EQ(texts(record), (Texts{"", "7", ""}));
  EXPECT_EQ(record.left_out(), 1U);
}

TEST(NfdumpRecord, BothAddressFamiliesAreOneColumn) {
  NfdumpRecord record({});
  ASSERT_TRUE(record.read(R"({"src4_addr":"10.0.0.1"})"));
  ASSERT_TRUE(record.read(R"({"src6_addr":"::1"})"));
  EXPECT_EQ(texts(record), (Texts{"::1"}));
  EXPECT_EQ(record.left_out(), 0U);
}

TEST(NfdumpRecord, GivenColumnsStay) {
  NfdumpRecord record({{"icmp_type", "icmp_type", NfdumpKind::number}});
  ASSERT_TRUE(record.read(R"({"cnt":1})"));
  EXPECT_EQ(texts(record), (Texts{""}));
  ASSERT_TRUE(record.read(R"({"icmp_type":8})"));
  EXPECT_EQ(texts(record), (Texts{"8"}));
}

TEST(NfdumpRecord, ValuesOfAllShapesBecomeTexts) {
  NfdumpRecord record({});
  ASSERT_TRUE(record.read(R"({"a":true,"b":null,"c":[1,{"d":"}"}],"e":{},"f":""})"));
  EXPECT_EQ(texts(record), (Texts{"true", "", R"([1,{"d":"}"}])", "{}", ""}));
}

TEST(NfdumpRecord, UnescapesAndKeepsBackslashesThatEscapeNothing) {
  NfdumpRecord record({});
  ASSERT_TRUE(record.read(R"({"a":"q\"\\\/\n\u00e9\ud83d\ude00","b":"C:\dir \ud800 \u12"})"));
  EXPECT_EQ(texts(record), (Texts{"q\"\\/\n\xc3\xa9\xf0\x9f\x98\x80", "C:\\dir \\ud800 \\u12"}));
}

TEST(NfdumpRecord, AnUnescapedTextOutlivesTheColumnsAfterIt) {
  NfdumpRecord record({});
  std::string text = R"({"first_key":"a\\b")";
  for (int i = 0; i < 50; ++i) {
    text += ",\"k" + std::to_string(i) + "\":1";
  }
  ASSERT_TRUE(record.read(text + "}"));
  EXPECT_EQ(record.values()[0], "a\\b");
  EXPECT_EQ(record.values().size(), 51U);
}

TEST(NfdumpRecord, RefusesWhatIsNoObject) {
  NfdumpRecord record({});
  for (const char* text : {"", "[]", "{}", "{", R"({"a":1)", R"({"a"})", R"({"a":})", R"({"a":1,})",
                           R"({a:1})", R"({"a":1 "b":2})", R"({"a":1}x)", R"({"a":nul})",
                           R"({"a":"x)", R"({"a":[})", R"({"a":"x\)", R"({,"a":1})"}) {
    EXPECT_FALSE(record.read(text)) << text;
  }
}

}  // namespace
}  // namespace weir
