#include "cli/stream_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <csignal>
#include <string>
#include <vector>

#include "tests/support/run_program.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/base/log.hpp"
#include "weir/io/file_lock.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kRow = " 2026-11-21 23:05:00.125, 840, 1.500, 10, 2000, 6, 10666, 3";

/// Runs the program to its end, with a command that prints what nfdump would.
class StreamCommandTest : public testing::Test {
 protected:
  StreamCommandTest() {
    pthread_sigmask(SIG_SETMASK, nullptr, &mask_);
    folder_.put("nfdump.sh",
                "cat <<END\n"
                " Date first seen, Dst ctry, Duration, Packets, Bytes, pps, bps, Flows\n" +
                    std::string(kRow) +
                    "\nSummary: total flows: 3, total bytes: 2000, total packets: 10, avg bps: 0, "
                    "avg pps: 0, avg bpp: 0\n"
                    "Time window: 2026-11-21 23:05:00 - 2026-11-21 23:09:59\n"
                    "Total flows processed: 3, Blocks skipped: 0, Bytes read: 400\n"
                    "Sys: 0.001s flows/second: 1.0 Wall: 0.001s flows/second: 1.0\n"
                    "END\n");
  }
  ~StreamCommandTest() override {
    log::configure(log::Level::info, log::Format::logfmt);
    log::to_stderr();
    pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }

  static Outcome stream(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "stream");
    return run("weir", arguments);
  }
  /// A dry run of the window 202611212305.
  Outcome dry_run(std::vector<std::string> more = {}) {
    std::vector<std::string> words = {
        "--dry-run",
        "--state",
        folder_.path("last"),
        "--since",
        "202611212305",
        "--until",
        "202611212305",
        "--command",
        "/bin/sh " + folder_.path("nfdump.sh") +
            " nfdump -r {timestamp} -A dstctry -o 'fmt:%ts,%dcc,%td,%pkt,%byt,%pps,%bps,%fl' -N"};
    words.insert(words.end(), more.begin(), more.end());
    return stream(words);
  }

  TempFolder folder_;
  sigset_t mask_{};
};

TEST_F(StreamCommandTest, ItsHelpNamesTheCommand) {
  EXPECT_THAT(stream({"--help"}).out,
              AllOf(StartsWith("Usage: weir stream [FLAGS]"), HasSubstr("-i, --host HOST")));
  for (const char* program : {"/usr/bin/stream-flow", "stream-flow.py"}) {
    const Outcome outcome = run(program, {"-h"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.out, StartsWith("Usage: stream-flow [FLAGS]"));
  }
}

TEST_F(StreamCommandTest, ADryRunPrintsTheTextsThatWouldBeSent) {
  const Outcome outcome = dry_run();
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            R"({"first_seen":" 2026-11-21 23:05:00.125","dst_ctr":"840","duration":"1.500",)"
            R"("packets":"10","bytes":"2000","pps":"6","bps":"10666","flows":"3"})"
            "\n");
  EXPECT_EQ(folder_.entries(), 1) << "nothing but the script";
}

TEST_F(StreamCommandTest, ADryRunOfTypedRecordsPrintsTheirValues) {
  for (const char* format : {"json", "cbor-typed"}) {
    const Outcome outcome = dry_run({"--format", format, "--timezone", "UTC"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.out, R"({"first_seen":"2026-11-21T23:05:00.125Z","dst_ctr":840,)"
                           R"("duration":1.5,"packets":10,"bytes":2000,"pps":6,"bps":10666,)"
                           R"("flows":3})"
                           "\n");
  }
}

TEST_F(StreamCommandTest, AWindowThatIsNotWholeIsAFailure) {
  folder_.put("nfdump.sh", "exit 3\n");
  const Outcome outcome = dry_run();
  EXPECT_EQ(outcome.status, Error::kFailed);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("202611212305"), HasSubstr("reason=exit_status")));
}

TEST_F(StreamCommandTest, WithALogFileStderrStaysQuiet) {
  folder_.put("nfdump.sh", "exit 3\n");
  const Outcome outcome = dry_run({"--log-file", folder_.path("log")});
  EXPECT_EQ(outcome.status, Error::kFailed);
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_THAT(folder_.get("log"),
              HasSubstr(" - stream-flow - ERROR : window is not whole window="));
}

TEST_F(StreamCommandTest, WhatEndsTheProgramIsInTheLogFileToo) {
  folder_.put("last", "rubbish");
  const Outcome outcome = stream({"-i", "127.0.0.1", "-p", "1", "--state", folder_.path("last"),
                                  "--log-file", folder_.path("log")});
  EXPECT_EQ(outcome.status, Error::kUsage);
  EXPECT_THAT(outcome.err, HasSubstr("rubbish"));
  EXPECT_THAT(folder_.get("log"), AllOf(HasSubstr("ERROR : "), HasSubstr("rubbish")));
}

TEST_F(StreamCommandTest, ALogFileThatCannotBeOpenedIsAUsageError) {
  const Outcome outcome = dry_run({"--log-file", folder_.path("nowhere/log")});
  EXPECT_EQ(outcome.status, Error::kUsage);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("--log-file"), HasSubstr("make its folder")));
}

TEST_F(StreamCommandTest, AnotherOneAtWorkIsLeftToItByCronButNotByWhoeverMeansIt) {
  const auto lock = FileLock::try_take(folder_.path("last.lock"));
  ASSERT_TRUE(lock);
  const std::vector<std::string> once = {"-i", "127.0.0.1", "--state", folder_.path("last")};
  const Outcome outcome = stream(once);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("level=warn"), HasSubstr("process ")));
  for (std::vector<std::string> more :
       {std::vector<std::string>{"--follow"}, {"--since", "202611212305"}}) {
    more.insert(more.begin(), once.begin(), once.end());
    const Outcome refused = stream(more);
    EXPECT_EQ(refused.status, Error::kFailed);
    EXPECT_THAT(refused.err, HasSubstr("stop it first"));
  }
}

TEST_F(StreamCommandTest, WrongOptionsAreUsageErrors) {
  EXPECT_THAT(dry_run({"--timezone", "Europe/Prag"}).err, HasSubstr("Europe/Prag"));
  EXPECT_EQ(dry_run({"--timezone", "Europe/Prag"}).status, Error::kUsage);
  EXPECT_EQ(dry_run({"--interval", "7m"}).status, Error::kUsage);
  EXPECT_EQ(dry_run({"--key", "country"}).status, Error::kUsage);
  EXPECT_EQ(dry_run({"--command", "nfdump -r {stamp}"}).status, Error::kUsage);
}

}  // namespace
}  // namespace weir
