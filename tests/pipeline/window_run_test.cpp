#include "weir/pipeline/window_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using End = WindowRun::End;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Window kWindow = parse_window("202611212305").value();

constexpr const char* kOutput =
    "Date first seen,Bytes,Flows\n"
    "2026-11-21 23:05:38.000,      77,    1\n"
    "Summary: total flows: 1, total bytes: 77, total packets: 1, avg bps: 1, avg pps: 1, avg bpp: "
    "1\n"
    "Time window: 2026-11-21 21:25:38 - 2026-11-21 21:35:28\n"
    "Total flows processed: 1, passed: 1, Blocks skipped: 0, Bytes read: 97800\n"
    "Sys: 0.0022s User: 0.0000s Wall: 0.0013s flows/second: 744753.2 Runtime: 0.0034s\n";

class WindowRunTest : public ::testing::Test {
 protected:
  /// A program in nfdump's place, which does this.
  void program(const std::string& script) {
    folder_.put("output", kOutput);
    folder_.put("nfdump", "#!/bin/sh\nhere=${0%/*}\n" + script + "\n");
    ::chmod(folder_.path("nfdump").c_str(), 0755);
  }
  [[nodiscard]] WindowRunOptions options(const std::string& more = "") const {
    WindowRunOptions options;
    options.command =
        folder_.path("nfdump") + " -r {timestamp} -A dstctry -o 'fmt:%ts,%byt,%fl'" + " -N " + more;
    options.format = MessageFormat::json;
    return options;
  }
  WindowRun run(WindowRunOptions options) {
    rows_.clear();
    keys_.clear();
    return WindowCommand(std::move(options), plan_)
        .run(
            kWindow,
            [this](std::string_view value, const std::string* key) {
              rows_.emplace_back(value);
              keys_.push_back(key != nullptr ? *key : "-");
            },
            stop_.get_token());
  }

  TempFolder folder_;
  WindowPlan plan_{TimeZone::load("Europe/Prague"), std::chrono::minutes(5)};
  std::stop_source stop_;
  std::vector<std::string> rows_, keys_;
};

TEST_F(WindowRunTest, MakesAMessageOfEachRow) {
  program("cat $here/output");
  const WindowRun done = run(options());
  EXPECT_EQ(done.end, End::whole) << done.why;
  EXPECT_EQ(done.rows, 1U);
  // What the clock in Prague shows is an hour later.
  EXPECT_THAT(rows_,
              ElementsAre(R"({"first_seen":"2026-11-21T22:05:38.000Z","bytes":77,"flows":1})"));
  EXPECT_EQ(done.bytes, rows_[0].size());
  EXPECT_THAT(keys_, ElementsAre("-"));
}

TEST_F(WindowRunTest, FillsInTheWindowInTheZoneOfItsFiles) {
  program("echo \"$2 $9 ${10} $TZ\" > $here/seen; cat $here/output");
  EXPECT_EQ(run(options("-t {start}-{end}")).end, End::whole);
  EXPECT_EQ(folder_.get("seen"),
            "2026/11/21/nfcapd.202611212305 2026/11/21.23:05:00-2026/11/21.23:09:59  "
            "Europe/Prague\n");
}

TEST_F(WindowRunTest, RenamesFieldsAndMakesKeys) {
  program("cat $here/output");
  WindowRunOptions chosen = options();
  chosen.fields = "%fl:count,bytes";
  chosen.key = {"count", "bytes"};
  const WindowRun done = run(chosen);
  EXPECT_EQ(done.end, End::whole) << done.why;
  EXPECT_THAT(rows_, ElementsAre(R"({"count":1,"bytes":77})"));
  EXPECT_THAT(keys_, ElementsAre("1|77"));
  EXPECT_EQ(done.bytes, rows_[0].size() + 4);
}

TEST_F(WindowRunTest, WrongFieldsAndKeysAreFoundBeforeTheFirstRow) {
  program("exit 0");
  WindowRunOptions wrong = options();
  wrong.fields = "packets";
  EXPECT_THROW(WindowCommand(wrong, plan_), Error);
  wrong = options();
  wrong.key = {"dst_as"};
  EXPECT_THROW(WindowCommand(wrong, plan_), Error);
}

TEST_F(WindowRunTest, TheSpoolHoldsAWholeWindowAndNothingOfAnother) {
  program("cat $here/output");
  SpoolFile spool(folder_.path());
  WindowCommand command(options(), plan_);
  EXPECT_EQ(command.run(kWindow, spool, stop_.get_token()).end, End::whole);
  EXPECT_EQ(command.run(kWindow, spool, stop_.get_token()).end, End::whole);
  EXPECT_EQ(spool.records(), 1U) << "it is cleared first";
  program("cat $here/output; exit 3");
  EXPECT_EQ(command.run(kWindow, spool, stop_.get_token()).end, End::failed);
  EXPECT_EQ(spool.records(), 0U);
}

struct Fault {
  const char* script;
  const char* reason;
  const char* told;
  bool waits = false;  ///< until the time is up
};

TEST_F(WindowRunTest, SaysWhyAWindowIsNotWhole) {
  constexpr std::chrono::minutes kLongest(1);
  const std::vector<Fault> faults = {
      {"cat $here/output; exit 3", "exit_status", "status 3"},
      {"cat $here/output; kill -9 $$", "exit_status", "signal 9"},
      {"head -n 3 $here/output", "no_trailer", "Summary:"},
      {"head -c 60 $here/output", "cut_off", ""},
      {"cat $here/output; echo oops >&2", "error_output", "oops"},
      {"sed 's/  77,/7.7 M,/' $here/output", "scaled_number", "-N"},
      {"sleep 600", "timeout", "--timeout", true},
      {"cat $here/output; sleep 600 &", "left_open", "--command", true},
      {"sed 's/^2026-11-21 23/2026-11-41 23/' $here/output", "bad_value", "first_seen"},
  };
  for (const Fault& fault : faults) {
    program(fault.script);
    WindowRunOptions chosen = options();
    if (fault.waits) {
      chosen.timeout = std::chrono::milliseconds(300);
    }
    WindowRun done = run(chosen);
    // On a busy machine the command may not even have begun by then.
    while (done.reason == "timeout" && done.reason != fault.reason && chosen.timeout < kLongest) {
      chosen.timeout *= 2;
      done = run(chosen);
    }
    EXPECT_EQ(done.end, End::failed) << fault.script;
    EXPECT_EQ(done.reason, fault.reason) << fault.script;
    EXPECT_THAT(done.why, HasSubstr(fault.told)) << fault.script;
  }
}

TEST_F(WindowRunTest, AProgramThatIsNotThereIsSaid) {
  const WindowRun done = run(options());
  EXPECT_EQ(done.reason, "not_started");
  EXPECT_THAT(done.why, HasSubstr(folder_.path("nfdump")));
}

TEST_F(WindowRunTest, LinesOfStderrThatAreKnownAreNoFailure) {
  program("echo known noise >&2; cat $here/output");
  EXPECT_EQ(run(options()).reason, "error_output");
  WindowRunOptions lenient = options();
  lenient.ignore_stderr.emplace_back("^known", "--ignore-stderr");
  EXPECT_EQ(run(lenient).end, End::whole);
  program("echo known noise >&2; echo new >&2; cat $here/output");
  const WindowRun other = run(lenient);
  EXPECT_EQ(other.reason, "error_output");
  EXPECT_THAT(other.why, HasSubstr("new"));
}

TEST_F(WindowRunTest, AStopEndsTheCommand) {
  program("exec sleep 600");
  stop_.request_stop();
  EXPECT_EQ(run(options()).end, End::stopped);
  EXPECT_THAT(rows_, IsEmpty());
}

TEST_F(WindowRunTest, OutputThatCannotBeRightEndsTheCommand) {
  program("yes rubbish");
  const WindowRun done = run(options());
  EXPECT_EQ(done.end, End::failed);
  EXPECT_EQ(done.reason, "wrong_columns");
}

TEST_F(WindowRunTest, KnowsTheCommandsWords) {
  WindowRunOptions scripts;
  scripts.command = WindowCommand::kScriptsCommand;
  const auto words = WindowCommand(scripts, plan_).words(kWindow);
  EXPECT_THAT(words,
              ElementsAre("/usr/local/bin/nfdump", "-M",
                          "/data/nfsen/profiles-data/live/127-0-0-1_p3000:127-0-0-1_p2055", "-r",
                          "2026/11/21/nfcapd.202611212305", "-A", "dstctry", "-o",
                          "fmt:%ts,%dcc,%td,%pkt,%byt,%pps,%bps,%fl", "-6", "--no-scale-number"));
}

}  // namespace
}  // namespace weir
