#include "weir/decode/json_mend.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

std::string mended(std::string_view text) {
  std::string out;
  append_mended_json(out, text);
  return out;
}

TEST(JsonMend, LeavesGoodJsonAsItIs) {
  for (const std::string_view text :
       {R"({"a": [1, -2.5e3, "x\"y\\", "\u00e9\ud83d\ude00", true, null], "b": {}})",
        "{\"caf\u00e9\": \"\U0001f600\"}\r\n", R"("\/\b\f\n\r\t")", "18446744073709551615",
        "-9223372036854775808", "1e308", "0.1e-400", "1e-999", "\x7f", ""}) {
    EXPECT_EQ(mended(text), text);
  }
}

TEST(JsonMend, LeavesAloneWhatHasNoClearMeaning) {
  for (const std::string_view text :
       {"{\"a\": \"line\nbreak\"}", "\"cr\r\"", "{a: 1}", "[1,]", "\"\\x\"", "\"\\u12\"", "\"\\",
        "\"open", "000000000000000000000000001", "1.e999", "1e", "-", "--1"}) {
    EXPECT_EQ(mended(text), text);
  }
}

TEST(JsonMend, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(mended("{\"a\": \"caf\xe9\"}"), "{\"a\": \"caf\ufffd\"}");
  EXPECT_EQ(mended("\"\xe2\x82\""), "\"\ufffd\"");
}

TEST(JsonMend, ReplacesLoneSurrogateEscapes) {
  EXPECT_EQ(mended(R"("\ud800")"), R"("\ufffd")");
  EXPECT_EQ(mended(R"("\uDC00x")"), R"("\ufffdx")");
  EXPECT_EQ(mended(R"("\ud800\ud83d\ude00")"), R"("\ufffd\ud83d\ude00")");
  EXPECT_EQ(mended(R"("\ud800\u0041")"), R"("\ufffd\u0041")");
  EXPECT_EQ(mended(R"("\ud83d\ude0")"), R"("\ufffd\ude0")");
  EXPECT_EQ(mended(R"("\\ud800")"), R"("\\ud800")");
}

TEST(JsonMend, EscapesControlCharactersInsideStringsOnly) {
  EXPECT_EQ(mended(std::string("\"a\x01\t\0b\"", 7)), "\"a\\u0001\\u0009\\u0000b\"");
  EXPECT_EQ(mended("\t\x01"), "\t\x01");
}

TEST(JsonMend, QuotesNumbersThatAreTooLarge) {
  const std::string digits(200, '7');
  EXPECT_EQ(mended("[18446744073709551616]"), "[\"18446744073709551616\"]");
  EXPECT_EQ(mended("[-9223372036854775809]"), "[\"-9223372036854775809\"]");
  EXPECT_EQ(mended("{\"a\":" + digits + "}"), "{\"a\":\"" + digits + "\"}");
  EXPECT_EQ(mended("1e999"), "\"1e999\"");
  EXPECT_EQ(mended("-1.5E+400"), "\"-1.5E+400\"");
  EXPECT_EQ(mended(digits + digits + ".0e-1"), "\"" + digits + digits + ".0e-1\"");
  EXPECT_EQ(mended("1e99999999999999999999"), "\"1e99999999999999999999\"");
  EXPECT_EQ(mended("67e9223372036854775807"), "\"67e9223372036854775807\"");
  EXPECT_EQ(mended("1e-99999999999999999999"), "1e-99999999999999999999");
  EXPECT_EQ(mended("0." + std::string(400, '0') + "1"), "0." + std::string(400, '0') + "1");
  EXPECT_EQ(mended("\"" + digits + "\""), "\"" + digits + "\"");
}

TEST(JsonMend, AppendsToWhatIsThere) {
  std::string out = "before ";
  append_mended_json(out, "{}");
  EXPECT_EQ(out, "before {}");
}

}  // namespace
}  // namespace weir
