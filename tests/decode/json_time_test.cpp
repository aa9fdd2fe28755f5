#include "weir/decode/json_time.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

constexpr std::uint64_t kMoment = 1'795'293'660;  // 2026-11-21T20:41:00Z

/// The time in RFC 3339, "-" if there is none, or why it was refused.
std::string shown(std::optional<Refused> refused, const std::optional<UnixNanos>& time) {
  if (refused) {
    EXPECT_FALSE(time);
    return std::string(kRefusedNames[static_cast<std::size_t>(*refused)]);
  }
  return time ? format_time(*time) : "-";
}

std::string of_number(std::uint64_t value) {
  std::optional<UnixNanos> time;
  const auto refused = read_time_number(value, time);
  return shown(refused, time);
}

std::string of_real(double value) {
  std::optional<UnixNanos> time;
  const auto refused = read_time_real(value, time);
  return shown(refused, time);
}

std::string of_text(std::string_view text) {
  std::optional<UnixNanos> time;
  const auto refused = read_time_text(text, time);
  return shown(refused, time);
}

TEST(JsonTime, TheUnitOfANumberFollowsFromItsSize) {
  EXPECT_EQ(of_number(kMoment), "2026-11-21T20:41:00Z");
  EXPECT_EQ(of_number(kMoment * 1000 + 250), "2026-11-21T20:41:00.250Z");
  EXPECT_EQ(of_number(kMoment * 1'000'000 + 250'001), "2026-11-21T20:41:00.250001Z");
  EXPECT_EQ(of_number(kMoment * 1'000'000'000 + 1), "2026-11-21T20:41:00.000000001Z");
  EXPECT_EQ(of_number(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(of_number(99'999'999'999), "out_of_range");
}

TEST(JsonTime, SecondsMayHaveDecimals) {
  EXPECT_EQ(of_real(1'795'293'660.25), "2026-11-21T20:41:00.250Z");
  EXPECT_EQ(of_real(1'795'293'660), "2026-11-21T20:41:00Z");
  EXPECT_EQ(of_real(1'795'293'660'250), "2026-11-21T20:41:00.250Z");
  EXPECT_EQ(of_real(-0.5), "out_of_range");
  EXPECT_EQ(of_real(1e300), "out_of_range");
  EXPECT_EQ(of_real(20'000'000'000.5), "out_of_range");
  EXPECT_EQ(of_real(123'456'789'012.5), "wrong_type");
}

TEST(JsonTime, TextsAreCalendarTimesOrNumbers) {
  EXPECT_EQ(of_text("2026-11-21 20:41:00.25"), "2026-11-21T20:41:00.250Z");
  EXPECT_EQ(of_text("2026-11-21T21:41:00+01:00[Europe/Berlin]"), "2026-11-21T20:41:00Z");
  EXPECT_EQ(of_text("1795293660"), "2026-11-21T20:41:00Z");
  EXPECT_EQ(of_text("1795293660.5"), "2026-11-21T20:41:00.500Z");
  EXPECT_EQ(of_text("99999999999999999999"), "out_of_range");
  EXPECT_EQ(of_text("noon"), "wrong_type");
}

TEST(JsonTime, ATextMaySayThatThereIsNone) {
  EXPECT_EQ(of_text("0000-00-00 00:00:00.000000"), "-");
  EXPECT_EQ(of_text("<unknown>.0"), "-");
}

}  // namespace
}  // namespace weir
