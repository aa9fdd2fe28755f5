#include "cli/print_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/nfcapd_writer.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/base/log.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Outcome print(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "print");
  Outcome outcome = run("weir", arguments);
  log::configure(log::Level::info, log::Format::logfmt);
  return outcome;
}

TEST(PrintCommandTest, RecordsComeAsJsonAndWhatWasReadOnStderr) {
  const TempFolder folder;
  folder.put("a", nfcapd_file({nfcapd_block({NfcapdFlow().generic(2, 1000).bytes()})}));
  const Outcome outcome = print({folder.path("a"), "--fields", "packets,bytes"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "{\"packets\":2,\"bytes\":1000}\n");
  EXPECT_EQ(outcome.err, "1 flows, 2 packets, 1,000 bytes; 1 file read\n");
  EXPECT_EQ(print({folder.path("a"), "-q"}).err, "");
}

TEST(PrintCommandTest, DamageIsAFailureAndIsTold) {
  const TempFolder folder;
  const std::string bytes = nfcapd_file({nfcapd_block({NfcapdFlow().generic(2, 1000).bytes()}),
                                         nfcapd_block({NfcapdFlow().generic(2, 7).bytes()})},
                                        BlockCompression::none, {}, false);
  folder.put("a", bytes.substr(0, bytes.size() - 1));
  const Outcome outcome = print({folder.path("a"), "--fields", "bytes"});
  EXPECT_EQ(outcome.status, Error::kFailed);
  EXPECT_EQ(outcome.out, "{\"bytes\":1000}\n");
  EXPECT_THAT(outcome.err, AllOf(HasSubstr(folder.path("a")), HasSubstr("lost: 1 records")));
}

TEST(PrintCommandTest, AFileThatCannotBeReadAtAllIsAWrongPath) {
  const TempFolder folder;
  folder.put("a", std::string("\xa5\x0c\0\2", 4) + std::string(500, '\0'));
  const Outcome outcome = print({folder.path("a")});
  EXPECT_EQ(outcome.status, Error::kUsage);
  EXPECT_THAT(outcome.err, HasSubstr("byte order"));
}

TEST(PrintCommandTest, OfVeryManyFilesThatCannotBeReadTheFirstAreNamed) {
  const TempFolder folder;
  folder.put("a", nfcapd_file({nfcapd_block({NfcapdFlow().generic(2, 1000).bytes()})}));
  std::vector<std::string> files = {folder.path("a"), "--by", ""};
  for (int i = 0; i < 103; ++i) {
    files.push_back(folder.path("bad" + std::to_string(i)));
    folder.put("bad" + std::to_string(i), "\xa5\x0c and more");
  }
  const Outcome outcome = print(files);
  EXPECT_EQ(outcome.status, Error::kFailed);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr(folder.path("bad99")), HasSubstr("and 3 more"),
                                 Not(HasSubstr(folder.path("bad100")))));
}

TEST(PrintCommandTest, ItsHelpTellsWhatItReads) {
  const Outcome outcome = print({"--help"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out,
              AllOf(StartsWith("Usage: weir print [SOURCE"), HasSubstr("--max-memory")));
}

TEST(PrintCommandTest, TheSummaryCountsRecordsApartFromFlowsAndGroups) {
  PrintReport report;
  report.records = 2;
  report.flows = 1234;
  report.groups = 5;
  report.files = 2;
  report.spilled = true;
  EXPECT_EQ(print_summary(report, true),
            "1,234 flows, 0 packets, 0 bytes in 2 records; 5 groups, more than memory allows: some "
            "went to disk; 2 files read");
}

TEST(PrintCommandTest, TheSummaryOfTopicsCountsTheirMessages) {
  PrintReport report;
  EXPECT_EQ(print_summary(report, false), "0 flows, 0 packets, 0 bytes; 0 files read");
  report.kafka = true;
  EXPECT_EQ(print_summary(report, false), "0 flows, 0 packets, 0 bytes; 0 messages read");
  report.messages = 1234;
  report.files = 1;
  EXPECT_EQ(print_summary(report, false),
            "0 flows, 0 packets, 0 bytes; 1 file read; 1,234 messages read");
}

TEST(PrintCommandTest, ASumBeyond64BitsIsToldAsThat) {
  PrintReport report;
  PrintReport more;
  report.bytes = more.bytes = ~std::uint64_t{0} - 5;
  report.add(more);
  EXPECT_THAT(print_summary(report, false),
              HasSubstr("more than 18,446,744,073,709,551,614 bytes"));
}

TEST(PrintCommandTest, TheBarIsAsLongAsThereIsRoom) {
  EXPECT_EQ(draw_reading(50'000'000, 100'000'000, 40), "[==========          ]  50 % of 100.0 MB");
  EXPECT_EQ(draw_reading(200, 100, 30), "[============] 100 % of 0.0 MB");
  EXPECT_EQ(draw_reading(0, 100, 12), "  0 % of 0.0");
}

}  // namespace
}  // namespace weir
