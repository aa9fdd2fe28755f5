// make_nfdump_fmt_reader
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/flowmon_output.hpp"
#include "tests/support/read_nfdump.hpp"

namespace weir {
namespace {

using testing::HasSubstr;
using Rows = std::vector<std::vector<std::string>>;

TEST(NfdumpFmtReader, ReadsTheRowsOfTheDefaultCommand) {
  const NfdumpOutcome read_all = read_nfdump(kFlowmonCommand, flowmon_output());
  EXPECT_TRUE(read_all.verdict.whole()) << read_all.verdict.detail;
  EXPECT_EQ(read_all.verdict.rows, 2U);
  EXPECT_EQ(read_all.names, (std::vector<std::string>{"first_seen", "dst_ctr", "duration",
                                                      "packets", "bytes", "pps", "bps", "flows"}));
  EXPECT_EQ(read_all.rows,
            (Rows{{"2026-03-02 08:14:31.207", "203", "287.415", "812", "61230", "2", "1704", "187"},
                  {"2026-03-02 08:14:55.940", "826", "244.108", "61", "4406", "0", "144", "19"}}));
}

TEST(NfdumpFmtReader, ChunksMayBeCutAnywhere) {
  const std::string text = flowmon_output();
  const NfdumpOutcome expected = read_nfdump(kFlowmonCommand, text);
  for (std::size_t chunk = 1; chunk < 100; ++chunk) {
    const NfdumpOutcome found = read_nfdump(kFlowmonCommand, text, {}, chunk);
    EXPECT_EQ(found.rows, expected.rows) << chunk;
    EXPECT_TRUE(found.verdict.whole()) << chunk;
  }
}

TEST(NfdumpFmtReader, ACutOutputIsNeverWhole) {
  const std::string text = flowmon_output();
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(read_nfdump(kFlowmonCommand, text.substr(0, size)).verdict.whole()) << size;
  }
  EXPECT_EQ(read_nfdump(kFlowmonCommand, text.substr(0, 120)).verdict.trouble,
            NfdumpTrouble::cut_off);
  EXPECT_EQ(read_nfdump(kFlowmonCommand, std::string(kFlowmonHeader)).verdict.trouble,
            NfdumpTrouble::no_trailer);
}

TEST(NfdumpFmtReader, ALostRowIsSeenBySums) {
  const std::string_view one = kFlowmonRows.substr(0, kFlowmonRows.find('\n') + 1);
  const NfdumpVerdict verdict = read_nfdump(kFlowmonCommand, flowmon_output(one)).verdict;
  EXPECT_EQ(verdict.trouble, NfdumpTrouble::sums_differ);
  EXPECT_EQ(verdict.detail, "the rows have 187 flows, the Summary line 206");
  std::vector<std::string> limited = kFlowmonCommand;
  limited.insert(limited.end(), {"-n", "1"});
  EXPECT_TRUE(read_nfdump(limited, flowmon_output(one)).verdict.whole());
}

TEST(NfdumpFmtReader, NoFlowsInAFileThatWasReadIsWhole) {
  constexpr std::string_view kIdle =
      "No matching flows\n"
      "Summary: total flows: 0, total bytes: 0, total packets: 0, avg bps: 0, avg pps: 0, avg bpp: "
      "0\n"
      "Time window: 2026-11-21 23:43:46 - 2026-11-21 23:43:48\n"
      "Total flows processed: 0, passed: 0, Blocks skipped: 0, Bytes read: 0\n"
      "Sys: 0.0000s User: 0.0023s Wall: 0.0013s flows/second: 0.0 Runtime: 0.0013s\n";
  const NfdumpOutcome idle = read_nfdump(kFlowmonCommand, flowmon_output("", kIdle));
  EXPECT_TRUE(idle.verdict.whole()) << idle.verdict.detail;
  EXPECT_TRUE(idle.rows.empty());
}

TEST(NfdumpFmtReader, ATrailerOfZerosDoesNotProveThatAFileWasRead) {
  // As nfdump 1.7.1 ends, with status 0, for an empty file.
  constexpr std::string_view kZeros =
      "No matching flows\n"
      "Summary: total flows: 0, total bytes: 0, total packets: 0, avg bps: 0, avg pps: 0, avg bpp: "
      "0\n"
      "Time window: <unknown>\n"
      "Total flows processed: 0, passed: 0, Blocks skipped: 0, Bytes read: 0\n"
      "Sys: 0.0025s User: 0.0000s Wall: 0.0002s flows/second: 0.0 Runtime: 0.0002s\n";
  EXPECT_EQ(read_nfdump(kFlowmonCommand, flowmon_output("", kZeros)).verdict.trouble,
            NfdumpTrouble::nothing_read);
  // As nfdump 1.6 does.
  EXPECT_EQ(read_nfdump(kFlowmonCommand, flowmon_output("", "No matched flows\n")).verdict.trouble,
            NfdumpTrouble::nothing_read);
}

TEST(NfdumpFmtReader, ScaledNumbersAreRefusedWithTheOptionThatHelps) {
  const NfdumpVerdict verdict =
      read_nfdump(
          kFlowmonCommand,
          flowmon_output("2026-03-02 08:14:31.207, 203, 287.415,   1.2 M,   61230, 2, 1, 187\n"))
          .verdict;
  EXPECT_EQ(verdict.trouble, NfdumpTrouble::scaled_number);
  EXPECT_THAT(verdict.detail, HasSubstr("%pkt is '1.2 M'"));
  EXPECT_THAT(verdict.detail, HasSubstr("add -N to the command (Flowmon: --no-scale-number)"));
  EXPECT_EQ(read_nfdump({"-o", "fmt:%ts %byt"},
                        "Date first seen  Bytes\n2026-03-02 08:14:31.207  3.4 G\n")
                .verdict.trouble,
            NfdumpTrouble::scaled_number);
}

TEST(NfdumpFmtReader, LinesThatAreNoRowsAreShown) {
  const auto verdict_of = [](std::string_view line) {
    return read_nfdump(kFlowmonCommand, flowmon_output(std::string(line) + "\n")).verdict;
  };
  EXPECT_EQ(verdict_of("2026-03-02 08:14:31.207, 203").trouble, NfdumpTrouble::wrong_columns);
  EXPECT_THAT(verdict_of("some\ttrouble").detail, HasSubstr("'some\\x09trouble'"));
  EXPECT_EQ(verdict_of("x,1,1,many,1,1,1,1").trouble, NfdumpTrouble::bad_number);
  EXPECT_EQ(verdict_of(std::string(70'000, 'x')).trouble, NfdumpTrouble::line_too_long);
  EXPECT_EQ(read_nfdump(kFlowmonCommand, flowmon_output() + "more\n").verdict.trouble,
            NfdumpTrouble::unexpected_line);
  EXPECT_EQ(read_nfdump(kFlowmonCommand,
                        flowmon_output("No matching flows\n" + std::string(kFlowmonRows)))
                .verdict.trouble,
            NfdumpTrouble::unexpected_line);
}

TEST(NfdumpFmtReader, SortedFlowsHaveALineBeforeTheHeader) {
  const std::string text = "Top 2 flows ordered by flows:\n" + flowmon_output();
  std::vector<std::string> sorted = kFlowmonCommand;
  EXPECT_EQ(read_nfdump(sorted, text).verdict.trouble, NfdumpTrouble::wrong_columns);
  sorted.insert(sorted.end(), {"-s", "record"});
  EXPECT_TRUE(read_nfdump(sorted, text).verdict.whole());
}

TEST(NfdumpFmtReader, TheHeaderOfAForksTokensIsTheFirstLine) {
  const std::string text = "Some Heading\na.example\n" + std::string(kFlowmonTrailer);
  const NfdumpOutcome found = read_nfdump({"-c", "1", "-o", "fmt:%hhost"}, text);
  EXPECT_EQ(found.rows, (Rows{{"a.example"}}));
}

}  // namespace
}  // namespace weir
