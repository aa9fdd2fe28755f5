#include "weir/base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace weir {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

class LogTest : public testing::Test {
 protected:
  ~LogTest() override { log::configure(log::Level::info, log::Format::logfmt); }

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

}  // namespace
}  // namespace weir
