#include "cli/print_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/scoped_variable.hpp"
#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

PrintFlags parse(std::vector<std::string> words, bool terminal = false) {
  PrintFlags flags;
  const auto table = print_flags(flags);
  flags.print.sources = take_sources(table, words);
  EXPECT_EQ(parse_flags("weir print", "", table, words), Parsed::run);
  settle_print_flags(flags, terminal);
  return flags;
}

std::string refused(const std::vector<std::string>& words) {
  return usage_error([&] { parse(words); });
}

TEST(PrintOptions, SourcesMayStandAnywhere) {
  const PrintFlags flags =
      parse({"a", "--by", "src_as", "-q", "b", "-fields=bytes", "-", "--top=3", "--", "--odd"});
  EXPECT_THAT(flags.print.sources, ElementsAre("a", "b", "-", "--odd"));
  EXPECT_EQ(flags.print.by, "src_as");
  EXPECT_EQ(flags.print.fields, "bytes");
  EXPECT_EQ(flags.print.top, 3U);
  EXPECT_TRUE(flags.quiet);
}

TEST(PrintOptions, ATerminalGetsATableWithUnits) {
  EXPECT_EQ(parse({"a"}, true).print.format, PrintFormat::table);
  EXPECT_TRUE(parse({"a"}, true).print.units);
  EXPECT_EQ(parse({"a"}, false).print.format, PrintFormat::json);
  EXPECT_EQ(parse({"a", "--format", "csv"}, true).print.format, PrintFormat::csv);
  EXPECT_FALSE(parse({"a", "--format", "table"}, false).print.units);
}

TEST(PrintOptions, RecordsAreReadByOneThreadUnlessToldOtherwise) {
  EXPECT_EQ(parse({"a"}).print.threads, 1U);
  EXPECT_GE(parse({"a", "--by", "src_as"}).print.threads, 1U);
  EXPECT_EQ(parse({"a", "--threads", "7"}).print.threads, 7U);
}

TEST(PrintOptions, MemoryHasALimitAndAFolderForTheRest) {
  const ScopedVariable folder("TMPDIR", "/some/where");
  EXPECT_GT(parse({"a"}).print.max_memory, 0U);
  EXPECT_EQ(parse({"a", "--max-memory", "3M"}).print.max_memory, 3'000'000U);
  EXPECT_EQ(parse({"a"}).print.spill_folder, "/some/where");
}

TEST(PrintOptions, SizesHaveUnits) {
  EXPECT_EQ(parse_size("--x", "17"), 17U);
  EXPECT_EQ(parse_size("--x", "2k"), 2000U);
  EXPECT_EQ(parse_size("--x", "2G"), 2'000'000'000U);
  for (const char* const wrong : {"", "M", "-1", "1.5M", "0", "9999999999G", "1T"}) {
    EXPECT_THAT(usage_error([&] { static_cast<void>(parse_size("--x", wrong)); }),
                HasSubstr("--x: "))
        << wrong;
  }
}

TEST(PrintOptions, WhatIsMissingOrWrongIsNamed) {
  EXPECT_THAT(refused({"--by", "src_as"}), HasSubstr("name what to print"));
  EXPECT_THAT(refused({"a", "--format", "xml"}), HasSubstr("table, json, csv"));
  EXPECT_THAT(refused({"a", "--top", "0"}), HasSubstr("--top"));
  EXPECT_THAT(refused({"a", "--from-kafka", "b"}), HasSubstr("unknown flag --from-kafka"));
  EXPECT_THAT(refused({"a", "--by"}), HasSubstr("--by needs a value"));
}

}  // namespace
}  // namespace weir
