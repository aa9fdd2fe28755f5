#include "weir/base/time.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace weir {
namespace {

constexpr UnixNanos kMoment = UnixNanos{1'767'323'045} * kNanosPerSecond;  // 2026-01-02T03:04:05Z

TEST(ParseTime, ReadsRfc3339) {
  EXPECT_EQ(parse_time("2026-01-02T03:04:05Z"), kMoment);
  EXPECT_EQ(parse_time("2026-01-02t03:04:05z"), kMoment);
  EXPECT_EQ(parse_time("2026-01-02T03:04:05.678Z"), kMoment + 678'000'000);
  EXPECT_EQ(parse_time("2026-01-02T03:04:05.123456789Z"), kMoment + 123'456'789);
  EXPECT_EQ(parse_time("2026-01-02T03:04:05.1234567899Z"), kMoment + 123'456'789);
  EXPECT_EQ(parse_time("2026-01-02T04:04:05+01:00"), kMoment);
  EXPECT_EQ(parse_time("2026-01-01T21:34:05-05:30"), kMoment);
  EXPECT_EQ(parse_time("2026-01-02T04:04:05+0100"), kMoment);
}

TEST(ParseTime, WithoutZoneOrClockMeansUtc) {
  EXPECT_EQ(parse_time("2026-01-02 03:04:05"), kMoment);
  EXPECT_EQ(parse_time("2026-01-02"), UnixNanos{1'767'312'000} * kNanosPerSecond);
  EXPECT_EQ(parse_time("1970-01-01"), 0U);
}

TEST(ParseTime, ReadsSecondsSinceTheEpoch) {
  EXPECT_EQ(parse_time("1767323045"), kMoment);
  EXPECT_EQ(parse_time("1767323045.5"), kMoment + 500'000'000);
  EXPECT_EQ(parse_time("0"), 0U);
}

TEST(ParseTime, LeapSecondIsTheLastOfItsMinute) {
  EXPECT_EQ(parse_time("2016-12-31T23:59:60Z"), parse_time("2016-12-31T23:59:59Z"));
}

TEST(ParseTime, RefusesEverythingElse) {
  for (const std::string_view text :
       {"", "now", "2026-13-01", "2026-02-30", "2026-01-02T", "2026-01-02T24:00:00Z",
        "2026-01-02T03:60:00Z", "2026-01-02T03:04Z", "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05+1", "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05Zx",
        "1969-12-31T23:59:59Z", "2600-01-01", "1.", "1.5x", "-1", "99999999999999999999",
        "18446744073"}) {
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
  }
}

TEST(FormatTime, HasAsManyDecimalsAsNeeded) {
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_time(kMoment), "2026-01-02T03:04:05Z");
  EXPECT_EQ(format_time(kMoment + 78'000'000), "2026-01-02T03:04:05.078Z");
  EXPECT_EQ(format_time(kMoment + 1'000), "2026-01-02T03:04:05.000001Z");
  EXPECT_EQ(format_time(kMoment + 1), "2026-01-02T03:04:05.000000001Z");
}

TEST(FormatTime, ReadsBack) {
  UnixNanos time = 1;
  for (int i = 0; i < 60; ++i, time = time * 2 + 7) {
    EXPECT_EQ(parse_time(format_time(time)), time);
  }
}

}  // namespace
}  // namespace weir
