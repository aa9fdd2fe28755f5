#include "weir/encode/column_values.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace weir {
namespace {

constexpr UnixNanos kMilli = 1'000'000;
constexpr UnixNanos kMoment = UnixNanos{1'795'302'012} * kNanosPerSecond + 345 * kMilli;

TEST(ColumnValues, NumbersReachTo64Bits) {
  EXPECT_EQ(read_number("0"), 0U);
  EXPECT_EQ(read_number("18446744073709551615"), 18446744073709551615U);
  EXPECT_EQ(read_number("0x00000001f"), 31U);
  for (const std::string_view text : {"", "18446744073709551616", "-1", "+1", "1.0", "1.2 M", "1 ",
                                      " 1", "1e3", "0x", "ff", "0x1ffffffffffffffff"}) {
    EXPECT_FALSE(read_number(text)) << text;
  }
}

TEST(ColumnValues, PortsMayBeIcmpsTypeAndCode) {
  EXPECT_EQ(read_port("443"), 443U);
  EXPECT_EQ(read_port("8.0"), 2048U);
  EXPECT_EQ(read_port("3.13"), 781U);
  EXPECT_EQ(read_port("255.255"), 65535U);
  for (const std::string_view text : {"256.0", "3.256", "3.", ".3", "3.1.2", "-3.1", "https"}) {
    EXPECT_FALSE(read_port(text)) << text;
  }
}

TEST(ColumnValues, RealsAreFinite) {
  EXPECT_EQ(read_real("0.123"), 0.123);
  EXPECT_EQ(read_real("-5"), -5.0);
  for (const std::string_view text : {"", "inf", "nan", "-inf", "1e999", "1.5 M", "0.1x", "+1"}) {
    EXPECT_FALSE(read_real(text)) << text;
  }
}

TEST(ColumnValues, DurationsHaveAllOfNfdumpsForms) {
  EXPECT_EQ(read_duration("0.000"), 0.0);
  EXPECT_EQ(read_duration("1234.567"), 1234.567);
  EXPECT_EQ(read_duration("-0.001"), -0.001);
  EXPECT_EQ(read_duration("00:00:00.123"), 0.123);
  EXPECT_EQ(read_duration("00:01:10.100"), 70.1);
  EXPECT_EQ(read_duration("23:59:60.000"), 86400.0);
  EXPECT_EQ(read_duration("1d 02:03:04.567"), 93784.567);
  EXPECT_EQ(read_duration("49710d 06:28:15.999"), 4294967295.999);
  for (const std::string_view text :
       {"", "1:2", "00:60:00.000", "00:00:61.000", "-1:00:00.000", "1d", "1d 5", "d 00:00:00.000",
        "00:00:-1.000", "1d 2d 00:00:00.000", "00:00:nan", "00:00:", "12:30:00 pm"}) {
    EXPECT_FALSE(read_duration(text)) << text;
  }
}

TEST(ColumnValues, TimesAreLocalUnlessTheySayOtherwise) {
  const auto expect = [](std::string_view text, UnixNanos nanos, bool local) {
    const auto time = read_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(time->nanos, nanos) << text;
    EXPECT_EQ(time->local, local) << text;
  };
  expect("2026-11-21 23:00:12.345", kMoment, true);
  expect("2026-11-21T23:00:12.345", kMoment, true);
  expect("2026-11-21 23:00:12", kMoment - 345 * kMilli, true);
  expect("2026-11-21T23:00:12.345Z", kMoment, false);
  expect("2026-11-22T00:00:12.345+01:00", kMoment, false);
  expect("2026-11-21T18:00:12.345-05:00", kMoment, false);
  expect("1795302012.345", kMoment, false);
  for (const std::string_view text : {"", "yesterday", "2026-13-01 00:00:00.000", "23:00:12"}) {
    EXPECT_FALSE(read_time(text)) << text;
  }
}

TEST(ColumnValues, KnowsTheTextsThatStandForNoValue) {
  for (const std::string_view text :
       {"", "-", "0000-00-00 00:00:00.000", "1969-12-31 19:00:00.000"}) {
    EXPECT_TRUE(says_nothing(text)) << text;
  }
  for (const std::string_view text : {"0", "--", " ", "1970-01-01 00:00:00.000"}) {
    EXPECT_FALSE(says_nothing(text)) << text;
  }
}

TEST(ColumnValues, TrimsBlanksAndTabsOnly) {
  EXPECT_EQ(trimmed(" \t a b \t"), "a b");
  EXPECT_EQ(trimmed("a\n"), "a\n");
  EXPECT_EQ(trimmed("   "), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(ColumnValues, TellsScaledNumbersFromOtherTexts) {
  for (const std::string_view text : {"1.2 M", "4.0 G", "260.2 G", "1.5T", "3 k"}) {
    EXPECT_TRUE(is_scaled_number(text)) << text;
  }
  for (const std::string_view text : {"", "M", "12", "x M", "ICMP"}) {
    EXPECT_FALSE(is_scaled_number(text)) << text;
  }
}

}  // namespace
}  // namespace weir
