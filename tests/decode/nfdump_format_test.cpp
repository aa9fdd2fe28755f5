#include "weir/decode/nfdump_format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

NfdumpFormat format(const std::string& output) {
  const std::vector<std::string> words = {"nfdump", "-r", "f", "-o", output};
  return nfdump_format(words);
}

std::string error_of(std::vector<std::string> words) {
  words.insert(words.begin(), {"nfdump", "-r", "f"});
  try {
    nfdump_format(words);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  return "no error";
}

std::string names(const NfdumpFormat& format) {
  std::string text;
  for (const NfdumpColumn& column : format.columns) {
    text += column.name + " ";
  }
  return text;
}

TEST(NfdumpFormat, ReadsTheDefaultCommand) {
  const std::vector<std::string> words = {"/usr/local/bin/nfdump",
                                          "-M",
                                          "/data/live/127-0-0-1_p3000:127-0-0-1_p2055",
                                          "-r",
                                          "2026/11/21/nfcapd.202611212305",
                                          "-A",
                                          "dstctry",
                                          "-o",
                                          "fmt:%ts,%dcc,%td,%pkt,%byt,%pps,%bps,%fl",
                                          "-6",
                                          "--no-scale-number"};
  const NfdumpFormat found = nfdump_format(words);
  EXPECT_EQ(found.style, NfdumpFormat::Style::fmt);
  EXPECT_EQ(names(found), "first_seen dst_ctr duration packets bytes pps bps flows ");
  EXPECT_TRUE(found.plain_numbers && found.aggregated && !found.limited);
  ASSERT_EQ(found.separators.size(), 7U);
  EXPECT_EQ(found.separators[3].text, ",");
  EXPECT_FALSE(found.separators[3].blank);
}

TEST(NfdumpFormat, KeepsWhatStandsAroundTheColumns) {
  const NfdumpFormat found = format("FMT:[%ts %pkt -> %byt;%lbl]");
  EXPECT_EQ(found.before, "[");
  EXPECT_EQ(found.after, "]");
  ASSERT_EQ(found.separators.size(), 3U);
  EXPECT_TRUE(found.separators[0].blank);
  EXPECT_EQ(found.separators[1].text, " -> ");
  EXPECT_EQ(found.separators[2].text, ";");
}

TEST(NfdumpFormat, KnowsTheMachineReadableStyles) {
  EXPECT_EQ(format("csv").style, NfdumpFormat::Style::csv);
  EXPECT_TRUE(format("csv").columns.empty());
  EXPECT_EQ(names(format("csv:%ts, %byt")), "first_seen bytes ");
  EXPECT_EQ(format("json").style, NfdumpFormat::Style::json);
  EXPECT_EQ(format("ndjson").style, NfdumpFormat::Style::ndjson);
  EXPECT_EQ(format("json-log").style, NfdumpFormat::Style::ndjson);
  EXPECT_EQ(names(format("%ts,%byt")), "first_seen bytes ");
}

TEST(NfdumpFormat, AForksOwnTokensAreTextUnderTheirOwnName) {
  const NfdumpFormat found = format("fmt:%ts,%hhost,%byt");
  EXPECT_EQ(found.columns[1], (NfdumpColumn{"%hhost", "hhost", NfdumpKind::text}));
}

TEST(NfdumpFormat, FormatsForPeopleAreRefusedWithTheOthersListed) {
  for (const char* output : {"line", "long6", "extended", "raw", "pipe", "null"}) {
    EXPECT_THAT(error_of({"-o", output}), HasSubstr("csv, 'csv:…', json or ndjson")) << output;
  }
  EXPECT_THAT(error_of({}), HasSubstr("has no -o"));
}

TEST(NfdumpFormat, RefusesWhatCannotBeProvedOrHasNoRows) {
  EXPECT_THAT(error_of({"-q", "-o", "fmt:%ts"}), HasSubstr("leave out -q"));
  EXPECT_THAT(error_of({"-w", "x", "-o", "csv"}), HasSubstr("-w"));
  EXPECT_THAT(error_of({"-s", "srcip", "-o", "fmt:%ts"}), HasSubstr("-A"));
  EXPECT_EQ(error_of({"-s", "record/bytes", "-o", "fmt:%ts"}), "no error");
  EXPECT_EQ(error_of({"-s", "srcip", "-o", "csv"}), "no error");
}

TEST(NfdumpFormat, RefusesColumnsThatCannotBeToldApart) {
  EXPECT_THAT(error_of({"-o", "fmt:%ts%te"}), HasSubstr("nothing stands between %ts and %te"));
  EXPECT_THAT(error_of({"-o", "fmt:%ts-%te"}), HasSubstr("can be part of a value"));
  EXPECT_THAT(error_of({"-o", "fmt:%lbl %fl"}), HasSubstr("%lbl may have blanks"));
  EXPECT_THAT(error_of({"-o", "fmt:%own %fl"}), HasSubstr("%own may have blanks"));
  EXPECT_EQ(error_of({"-o", "fmt:%fl %lbl"}), "no error");
  EXPECT_THAT(error_of({"-o", "fmt:%ts,%n,%te"}), HasSubstr("%n prints lines of its own"));
}

TEST(NfdumpFormat, RefusesBrokenFormats) {
  EXPECT_THAT(error_of({"-o", "fmt:"}), HasSubstr("names no column"));
  EXPECT_THAT(error_of({"-o", "fmt:%ts,%"}), HasSubstr("without a name"));
  EXPECT_THAT(error_of({"-o", "fmt:%ts,%tfs"}), HasSubstr("two columns are named first_seen"));
  EXPECT_THAT(error_of({"-o", "fmt:%ts,\n%te"}), HasSubstr("a line break"));
  EXPECT_THAT(error_of({"-o", "csv:%ts;%te"}), HasSubstr("one comma"));
  EXPECT_THAT(error_of({"-o", "csv:%ts,"}), HasSubstr("one comma"));
}

}  // namespace
}  // namespace weir
