#include "cli/print_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/scoped_variable.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

PrintFlags parse(std::vector<std::string> words, bool terminal = false) {
  PrintFlags flags;
  const auto table = print_flags(flags);
  flags.print.input.sources = take_sources(table, words);
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
  EXPECT_THAT(flags.print.input.sources, ElementsAre("a", "b", "-", "--odd"));
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

TEST(PrintOptions, TheGreatestRecordsAreFoundByAllProcessors) {
  const unsigned all = parse({"a", "--by", "src_as"}).print.threads;
  EXPECT_EQ(parse({"a", "--top", "3"}).print.threads, all);
  EXPECT_EQ(parse({"a", "--by", "src_as", "--count", "9"}).print.threads, 1U);
}

TEST(PrintOptions, TopicsAreReadFromTheirBeginningOrFollowedFromTheirEnd) {
  const auto kafka = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"--from-kafka", "--brokers", "k1:9092", "--topic", "a,b"});
    return parse(more).print.input;
  };
  const PrintInput input = kafka({"-X", "client.id=me", "--partitions", "1-3"});
  ASSERT_TRUE(input.kafka);
  EXPECT_EQ(input.kafka->brokers, "k1:9092");
  EXPECT_THAT(input.kafka->topics, ElementsAre("a", "b"));
  EXPECT_EQ(input.kafka->partitions->size(), 3U);
  EXPECT_EQ(input.kafka->properties.size(), 1U);
  EXPECT_EQ(input.kafka->start.kind, KafkaStart::Kind::earliest);
  EXPECT_EQ(input.records, "auto");
  EXPECT_THAT(input.sources, IsEmpty());
  EXPECT_EQ(kafka({"--follow"}).kafka->start.kind, KafkaStart::Kind::latest);
  EXPECT_TRUE(kafka({"--follow"}).follow);
  EXPECT_EQ(kafka({"--follow", "--start", "earliest"}).kafka->start.kind,
            KafkaStart::Kind::earliest);
  EXPECT_EQ(kafka({"--start", "2026-01-02T03:04:05Z"}).kafka->start.kind, KafkaStart::Kind::time);
  EXPECT_EQ(kafka({"--input-format", "json", "--count", "7"}).records, "json");
  EXPECT_EQ(kafka({"--count", "7"}).count, 7U);
  EXPECT_FALSE(parse({"a"}).print.input.kafka);
}

TEST(PrintOptions, WhatIsAboutKafkaNeedsIt) {
  for (const auto& words : {std::vector<std::string>{"--brokers", "k"},
                            {"--topic", "t"},
                            {"--partitions", "0"},
                            {"--start", "earliest"},
                            {"--follow"},
                            {"--input-format", "json"},
                            {"-X", "a=b"}}) {
    std::vector<std::string> all = words;
    all.emplace_back("file");
    EXPECT_THAT(refused(all),
                testing::AllOf(HasSubstr(words.front() + " "), HasSubstr("give --from-kafka")));
  }
  EXPECT_THAT(refused({"--from-kafka", "--start", "latest"}), HasSubstr("--follow"));
  EXPECT_THAT(refused({"--from-kafka", "--input-format", "jsn"}), HasSubstr("json"));
}

TEST(PrintOptions, RecordsThatComeOneByOneAreShownAtOnce) {
  EXPECT_EQ(parse({"--from-kafka", "--follow"}, true).print.format, PrintFormat::json);
  EXPECT_EQ(parse({"--from-kafka", "--follow", "--by", "src_as"}, true).print.format,
            PrintFormat::table);
}

TEST(PrintOptions, FilesToLookThingsUpInAreReadOnce) {
  const EnrichOptions enrich =
      parse({"a", "--geo", "x.mmdb", "--networks", "n.csv"}).print.input.enrich;
  EXPECT_THAT(enrich.geo, ElementsAre("x.mmdb"));
  EXPECT_EQ(enrich.networks, "n.csv");
  EXPECT_EQ(enrich.check.count(), 0);
}

TEST(PrintOptions, AConfigurationFileNamesFieldsAndFilesToLookThingsUpIn) {
  const TempFolder folder;
  folder.put("weir.yaml",
             "top: 7\n"
             "fields:\n"
             "  site: {from: $.meta.site, type: text}\n"
             "lookups:\n"
             "  geo: [of_file.mmdb]\n"
             "  exporters: /names.csv\n");
  PrintFlags flags;
  EXPECT_EQ(parse_flags("weir print", "", print_flags(flags),
                        {"--config", folder.path("weir.yaml"), "--geo", "of_flag.mmdb"},
                        print_sections(flags)),
            Parsed::run);
  flags.print.input.sources = {"a"};
  settle_print_flags(flags, false);
  const PrintInput& input = flags.print.input;
  EXPECT_EQ(flags.print.top, 7U);
  EXPECT_TRUE(input.names.find("site"));
  ASSERT_EQ(input.mapping.size(), 1U);
  EXPECT_THAT(input.enrich.geo, ElementsAre("of_flag.mmdb"));
  EXPECT_EQ(input.enrich.exporters, "/names.csv");
}

TEST(PrintOptions, FieldsWithoutNamesAreColumnsInAFileToo) {
  const TempFolder folder;
  for (const char* const fields : {"[src_as, bytes]", "src_as,bytes"}) {
    folder.put("weir.yaml", std::string("fields: ") + fields + "\n");
    PrintFlags flags;
    EXPECT_EQ(parse_flags("weir print", "", print_flags(flags),
                          {"--config", folder.path("weir.yaml")}, print_sections(flags)),
              Parsed::run);
    EXPECT_EQ(flags.print.fields, "src_as,bytes");
  }
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
  EXPECT_THAT(refused({"a", "--from-kafk", "b"}), HasSubstr("--from-kafka"));
  EXPECT_THAT(refused({"a", "--by"}), HasSubstr("--by needs a value"));
}

}  // namespace
}  // namespace weir
