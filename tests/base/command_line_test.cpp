#include "weir/base/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::array<std::string_view, 3> kNames{"timestamp", "start", "end"};

std::string refusal(std::string_view text) {
  try {
    static_cast<void>(CommandLine(text, kNames));
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  return {};
}

TEST(CommandLine, IsSplitAtBlanksOutsideQuotes) {
  EXPECT_THAT(split_words("  nfdump\t-r  x\n-q "), ElementsAre("nfdump", "-r", "x", "-q"));
  EXPECT_THAT(split_words(""), IsEmpty());
  EXPECT_THAT(split_words("a'b c'd \"e f\"g"), ElementsAre("ab cd", "e fg"));
  EXPECT_THAT(split_words("'' \"\" x"), ElementsAre("", "", "x"));
}

TEST(CommandLine, TakesBackslashesAsAShellDoes) {
  EXPECT_THAT(split_words(R"(a\ b \' \" \\ \n)"), ElementsAre("a b", "'", "\"", "\\", "n"));
  EXPECT_THAT(split_words(R"('a\b' 'a\\')"), ElementsAre("a\\b", "a\\\\"));
  EXPECT_THAT(split_words(R"("a\"b\\c\$d\`e\n'f'")"), ElementsAre("a\"b\\c$d`e\\n'f'"));
  EXPECT_THAT(split_words("a\\\nb \"c\\\nd\" e \\\n f"), ElementsAre("ab", "cd", "e", "f"));
}

TEST(CommandLine, ExpandsNothing) {
  EXPECT_THAT(split_words("$HOME ~ *.c `x` \"$x\" #y !z [a] a=b"),
              ElementsAre("$HOME", "~", "*.c", "`x`", "$x", "#y", "!z", "[a]", "a=b"));
}

TEST(CommandLine, OfTheScriptHasItsWords) {
  const CommandLine command(
      "/usr/local/bin/nfdump -M /data/nfsen/profiles-data/live/'127-0-0-1_p3000:127-0-0-1_p2055' "
      "-r {timestamp} -A 'dstctry' -o 'fmt:%ts,%dcc,%td,%pkt,%byt,%pps,%bps,%fl' -6 "
      "--no-scale-number",
      kNames);
  const std::array<Placeholder, 1> values{
      {{.name = "timestamp", .value = "2026/11/21/nfcapd.202611212305"}}};
  EXPECT_THAT(command.fill(values),
              ElementsAre("/usr/local/bin/nfdump", "-M",
                          "/data/nfsen/profiles-data/live/127-0-0-1_p3000:127-0-0-1_p2055", "-r",
                          "2026/11/21/nfcapd.202611212305", "-A", "dstctry", "-o",
                          "fmt:%ts,%dcc,%td,%pkt,%byt,%pps,%bps,%fl", "-6", "--no-scale-number"));
}

TEST(CommandLine, FillsPlaceholdersWithinWordsThatStayOne) {
  const CommandLine command("nfdump -t {start}-{end} 'a {start}' x{timestamp}y {end}{end}", kNames);
  const std::array<Placeholder, 3> values{{{.name = "start", .value = "1 2"},
                                           {.name = "end", .value = "{start}"},
                                           {.name = "timestamp", .value = "'"}}};
  EXPECT_THAT(command.fill(values),
              ElementsAre("nfdump", "-t", "1 2-{start}", "a 1 2", "x'y", "{start}{start}"));
  EXPECT_THAT(command.words(), ElementsAre("nfdump", "-t", "{start}-{end}", "a {start}",
                                           "x{timestamp}y", "{end}{end}"));
}

TEST(CommandLine, TakesOtherBracesAsText) {
  const CommandLine command("awk '{ print $1 }' {} {{start}} {start {{{end}}} {Start} {{", kNames);
  const std::array<Placeholder, 2> values{
      {{.name = "start", .value = "S"}, {.name = "end", .value = "E"}}};
  EXPECT_THAT(command.fill(values), ElementsAre("awk", "{ print $1 }", "{}", "{start}", "{start",
                                                "{{end}}", "{Start}", "{{"));
}

TEST(CommandLine, MayHaveNoPlaceholder) {
  const CommandLine command("cat rows.txt {{start}}", kNames);
  EXPECT_THAT(command.fill({}), ElementsAre("cat", "rows.txt", "{start}"));
}

TEST(CommandLine, WithAnUnknownPlaceholderIsRefusedWithNearMatches) {
  const std::string text = refusal("nfdump -r {timestmp}");
  EXPECT_THAT(text,
              HasSubstr("{timestmp} is no placeholder; there are {timestamp}, {start}, {end}."));
  EXPECT_THAT(text, HasSubstr("Write {{timestmp}} for the text itself."));
  EXPECT_THAT(text, HasSubstr("Did you mean timestamp?"));
}

TEST(CommandLine, WithAnUnclosedQuoteIsRefused) {
  EXPECT_THAT(refusal("nfdump -o 'fmt:%ts"),
              HasSubstr("the quote ' at character 11 is never closed"));
  EXPECT_THAT(refusal("nfdump \"a\\\""), HasSubstr("the quote \" at character 8 is never closed"));
  EXPECT_THAT(refusal("nfdump \"a\\"), HasSubstr("is never closed"));
  EXPECT_THAT(refusal("nfdump \\"), HasSubstr("ends with a backslash"));
}

TEST(CommandLine, ThatNeedsAShellIsRefused) {
  for (const char* text : {"nfdump | sort", "a; b", "a & b", "a >b", "a <b", "(a)"}) {
    EXPECT_THAT(refusal(text), HasSubstr("no shell to understand it")) << text;
  }
  EXPECT_EQ(refusal("nfdump 'bytes > 100' \"(x)\" \\&"), "");
}

TEST(CommandLine, WithoutAProgramIsRefused) {
  EXPECT_THAT(refusal(" \n"), HasSubstr("there is no program in it"));
  EXPECT_THAT(refusal("'' a"), HasSubstr("there is no program in it"));
  EXPECT_THAT(refusal(std::string_view("a\0b", 3)), HasSubstr("zero byte"));
}

}  // namespace
}  // namespace weir
