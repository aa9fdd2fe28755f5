#include "weir/pipeline/finding.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

TEST(FindingTest, ALineBeginsWithItsLevelAndWhatToDoFollowsIndented) {
  EXPECT_EQ(to_lines(ok("all well")), "ok       all well\n");
  EXPECT_EQ(to_lines(warning("odd", "look")), "warning  odd\n         look\n");
  EXPECT_EQ(to_lines(problem("bad", "mend it")), "problem  bad\n         mend it\n");
}

TEST(FindingTest, NoTextBreaksOutOfItsLine) {
  EXPECT_EQ(to_lines(problem("a\nok  b", "c\r\x1b[31m\xff")),
            "problem  a ok  b\n         c  [31m\xef\xbf\xbd\n");
}

TEST(FindingTest, BytesFromOutsideAreEscapedAndCut) {
  EXPECT_EQ(quoted_bytes(""), "\"\"");
  EXPECT_EQ(quoted_bytes("a \"b\"\\\n"), R"("a \"b\"\\\n")");
  EXPECT_EQ(quoted_bytes(std::string("\0\x1b\x7f\xc3\xbc", 5)), R"("\x00\x1b\x7f\xc3\xbc")");
  EXPECT_EQ(quoted_bytes("abcdef", 4), "\"abcd\"… (6 bytes)");
  EXPECT_EQ(quoted_bytes("abcd", 4), "\"abcd\"");
}

TEST(FindingTest, NumbersAreEasyToRead) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(18446744073709551615U), "18,446,744,073,709,551,615");
  EXPECT_EQ(counted_words(1, "message"), "1 message");
  EXPECT_EQ(counted_words(0, "message"), "0 messages");
  EXPECT_EQ(counted_words(2000, "name"), "2,000 names");
}

TEST(FindingTest, FindingsAreJoinedInOrder) {
  Findings all = {ok("1")};
  add(all, {ok("2"), ok("3")});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[2].text, "3");
}

}  // namespace
}  // namespace weir
