#include "weir/base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <string>

#include "tests/support/scoped_variable.hpp"
#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

class LogTest : public testing::Test {
 protected:
  ~LogTest() override {
    log::configure(log::Level::info, log::Format::logfmt);
    log::to_stderr();
  }

  template <typename Body>
  static std::string written(const Body& body) {
    testing::internal::CaptureStderr();
    body();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, LineHasTimeLevelMessageAndFields) {
  log::configure(log::Level::info, log::Format::logfmt);
  const std::string line =
      written([] { log::info("it started", {{"topic", "flows"}, {"partition", "3"}}); });
  EXPECT_THAT(line, MatchesRegex("ts=....-..-..T..:..:..\\....Z level=info msg=.*\n"));
  EXPECT_THAT(line, EndsWith(" msg=\"it started\" topic=flows partition=3\n"));
}

TEST_F(LogTest, ValuesAreQuotedWhereTheyNeedIt) {
  log::configure(log::Level::info, log::Format::logfmt);
  const std::string line = written([] {
    log::warn("plain", {{"empty", ""}, {"blank", "a b"}, {"quote", "a\"b"}, {"line", "a\nb\x01"}});
  });
  EXPECT_THAT(line, HasSubstr(R"(msg=plain empty="" blank="a b" quote="a\"b" line="a\nb\u0001")"));
}

TEST_F(LogTest, JsonIsOneObjectALine) {
  log::configure(log::Level::info, log::Format::json);
  const std::string line = written([] { log::error("a\\b", {{"key", "\t"}}); });
  EXPECT_THAT(line, StartsWith(R"({"ts":")"));
  EXPECT_THAT(line, EndsWith("Z\",\"level\":\"error\",\"msg\":\"a\\\\b\",\"key\":\"\\u0009\"}\n"));
}

TEST_F(LogTest, BytesFromOutsideCannotBreakALine) {
  log::configure(log::Level::info, log::Format::json);
  EXPECT_THAT(written([] { log::info("m\xff", {{"key", "\xc3\x28"}}); }),
              EndsWith("\"msg\":\"m\xEF\xBF\xBD\",\"key\":\"\xEF\xBF\xBD(\"}\n"));
  log::configure(log::Level::info, log::Format::logfmt);
  EXPECT_THAT(
      written([] { log::info("m", {{"bad", "\xff"}, {"escape", "\x1b[2J"}, {"good", "é"}}); }),
      EndsWith(" msg=m bad=\"\xEF\xBF\xBD\" escape=\"\\u001b[2J\" good=é\n"));
}

TEST_F(LogTest, ThresholdHoldsBackWhatIsBelowIt) {
  log::configure(log::Level::warn, log::Format::logfmt);
  EXPECT_EQ(written([] {
              log::debug("no");
              log::info("no");
            }),
            "");
  EXPECT_THAT(written([] { log::warn("yes"); }), HasSubstr("msg=yes"));
  log::configure(log::Level::debug, log::Format::logfmt);
  EXPECT_THAT(written([] { log::debug("now"); }), HasSubstr("level=debug"));
}

TEST_F(LogTest, LimitedLetsOneThroughEachIntervalAndCountsTheRest) {
  log::configure(log::Level::info, log::Format::logfmt);
  log::Limited limited(std::chrono::seconds(60));
  const log::Limited::Clock::time_point start{std::chrono::hours(5)};
  const auto at = [&limited, start](int seconds) {
    return written([&limited, start, seconds] {
      limited.write(log::Level::info, "trouble", {}, start + std::chrono::seconds(seconds));
    });
  };
  EXPECT_THAT(at(0), HasSubstr("msg=trouble\n"));
  EXPECT_EQ(at(1), "");
  EXPECT_EQ(at(59), "");
  EXPECT_THAT(at(60), HasSubstr("msg=\"trouble (2 more like this since the last line)\""));
  EXPECT_EQ(at(119), "");
  EXPECT_THAT(at(500), HasSubstr("(1 more like this"));
  EXPECT_THAT(at(1000), Not(HasSubstr("more like this")));
}

TEST_F(LogTest, AFileGetsLinesInTheFormOfPythonsLoggingAndStderrNone) {
  const TempFolder folder;
  const std::string quiet = written([&] {
    log::to_file(folder.path("log"), "--log-file", "stream-flow");
    log::info("it started", {{"topic", "flows"}, {"why", "a b"}});
    log::debug("not seen");
  });
  EXPECT_EQ(quiet, "");
  EXPECT_THAT(folder.get("log"),
              MatchesRegex("....-..-.. ..:..:..,... - stream-flow - INFO : it started topic=flows "
                           "why=\"a b\"\n"));
}

TEST_F(LogTest, LevelsInAFileHavePythonsNames) {
  const TempFolder folder;
  log::configure(log::Level::debug, log::Format::logfmt);
  log::to_file(folder.path("log"), "--log-file", "m");
  log::debug("");
  log::warn("");
  log::error("two\nlines\xff");
  EXPECT_THAT(folder.get("log"), MatchesRegex(".* - m - DEBUG : \n.* - m - WARNING : \n"
                                              ".* - m - ERROR : two\\\\u000alines\xEF\xBF\xBD\n"));
}

TEST_F(LogTest, TimesInAFileAreThoseOfTheClockOnTheWall) {
  const TempFolder folder;
  std::string hours[2];
  for (const int i : {0, 1}) {
    const ScopedVariable zone("TZ", i == 0 ? "UTC+2" : "UTC-11");
    log::to_file(folder.path("log" + std::to_string(i)), "--log-file", "m");
    log::info("now");
    hours[i] = folder.get("log" + std::to_string(i)).substr(11, 2);
  }
  const int ahead = (std::stoi(hours[1]) - std::stoi(hours[0]) + 24) % 24;
  EXPECT_TRUE(ahead == 13 || ahead == 14) << ahead;  // 14: the hour ended between the two
}

TEST_F(LogTest, ARenamedLogFileIsLeftWhenItIsReopened) {
  const TempFolder folder;
  log::to_file(folder.path("log"), "--log-file", "m");
  log::info("one");
  std::filesystem::rename(folder.path("log"), folder.path("log.1"));
  log::reopen_file();
  log::info("two");
  EXPECT_THAT(folder.get("log.1"), EndsWith("one\n"));
  EXPECT_THAT(folder.get("log"), EndsWith("two\n"));
}

TEST_F(LogTest, WithoutAFileThereIsNothingToReopen) {
  EXPECT_EQ(written([] { log::reopen_file(); }), "");
}

TEST_F(LogTest, LinesAreWrittenAboveTheFooter) {
  EXPECT_EQ(written([] {
              log::set_footer("50 %");
              log::set_footer("60 %");
            }),
            "\r\x1b[K50 %\r\x1b[K60 %");
  EXPECT_THAT(written([] { log::info("news"); }),
              AllOf(StartsWith("\r\x1b[Kts="), EndsWith(" msg=news\n60 %")));
  EXPECT_EQ(written([] {
              log::set_footer("");
              log::set_footer("");
            }),
            "\r\x1b[K");
  EXPECT_THAT(written([] { log::info("news"); }), AllOf(StartsWith("ts="), EndsWith("=news\n")));
}

}  // namespace
}  // namespace weir
