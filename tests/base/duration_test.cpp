#include "weir/base/duration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::string error(const std::string& text, milliseconds least = 0ms) {
  return usage_error([&] { static_cast<void>(parse_duration_flag("--grace", text, least)); });
}

TEST(DurationTest, NumbersWithUnitsAreRead) {
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("2d"), 48h);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("1d2h3m4s5ms"), 26h + 3min + 4s + 5ms);
  EXPECT_EQ(parse_duration("90m"), 90min);
  EXPECT_EQ(parse_duration("0s"), 0ms);
  EXPECT_EQ(parse_duration("0"), 0ms);
}

TEST(DurationTest, AnythingElseIsNone) {
  for (const char* text : {"",      "30",          "s",    "-5s",  "+5s",  "5 m",
                           " 5m",   "5m ",         "1.5h", "5x",   "5M",   "30m1h",
                           "1m1m",  "1h30",        "1s2m", "0x5s", "5mss", "99999999999999999999s",
                           "4000d", "4294967295d", "\xff"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(DurationTest, AFlagsErrorNamesFlagValueAndUnits) {
  EXPECT_THAT(error("5 minutes"),
              AllOf(HasSubstr("--grace: \"5 minutes\""), HasSubstr("d, h, m, s or ms")));
  EXPECT_THAT(error("10ms", 1s), AllOf(HasSubstr("--grace: 10ms"), HasSubstr("1s is the least")));
  EXPECT_EQ(error("1s", 1s), "no error");
}

TEST(DurationTest, WhatIsWrittenReadsTheSame) {
  EXPECT_EQ(format_duration(90min), "1h30m");
  EXPECT_EQ(format_duration(30s), "30s");
  EXPECT_EQ(format_duration(0ms), "0s");
  for (const milliseconds value :
       {milliseconds(1), milliseconds(61'001), milliseconds(3653 * 24h)}) {
    EXPECT_EQ(parse_duration(format_duration(value)), value);
  }
}

}  // namespace
}  // namespace weir
