#include "weir/base/time_zone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <string>

#include "tests/support/scoped_variable.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using testing::HasSubstr;
using testing::Not;

std::chrono::sys_days day(int year, unsigned month, unsigned in_month) {
  return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month),
                                     std::chrono::day(in_month));
}

std::chrono::local_seconds local(sys_seconds face) {
  return std::chrono::local_seconds(face.time_since_epoch());
}

/// The text of the Error that loading `name` throws, and its exit code.
std::pair<std::string, int> refusal(const std::string& name) {
  try {
    static_cast<void>(TimeZone::load(name));
  } catch (const Error& error) {
    return {error.what(), error.exit_code()};
  }
  return {};
}

TEST(TimeZone, OfItselfIsUtc) {
  const TimeZone utc;
  EXPECT_EQ(utc.name(), "UTC");
  EXPECT_EQ(utc.to_local(day(2026, 7, 1) + hours(5)), local(day(2026, 7, 1) + hours(5)));
  EXPECT_EQ(utc.next_change(sys_seconds()), std::nullopt);
}

TEST(TimeZone, TurnsInstantsIntoWhatTheClockShows) {
  const TimeZone prague = TimeZone::load("Europe/Prague");
  EXPECT_EQ(prague.name(), "Europe/Prague");
  EXPECT_EQ(prague.to_local(day(2026, 1, 1)), local(day(2026, 1, 1) + hours(1)));
  EXPECT_EQ(prague.to_local(day(2026, 7, 1)), local(day(2026, 7, 1) + hours(2)));
  EXPECT_EQ(TimeZone::load("Asia/Kathmandu").to_local(day(2026, 7, 1)),
            local(day(2026, 7, 1) + hours(5) + minutes(45)));
}

TEST(TimeZone, KnowsBothInstantsOfTheRepeatedHour) {
  const TimeZone prague = TimeZone::load("Europe/Prague");
  const LocalInstants twice = prague.to_instants(local(day(2026, 10, 25) + hours(2)));
  EXPECT_EQ(twice.count, 2);
  EXPECT_EQ(twice.first, day(2026, 10, 25));
  EXPECT_EQ(twice.last, day(2026, 10, 25) + hours(1));
  const LocalInstants once = prague.to_instants(local(day(2026, 10, 25) + hours(3)));
  EXPECT_EQ(once.count, 1);
  EXPECT_EQ(once.first, day(2026, 10, 25) + hours(2));
  EXPECT_EQ(once.last, once.first);
}

TEST(TimeZone, KnowsThatTheClockJumpsOverAnHour) {
  const TimeZone prague = TimeZone::load("Europe/Prague");
  const sys_seconds change = day(2026, 3, 29) + hours(1);
  const LocalInstants never = prague.to_instants(local(day(2026, 3, 29) + hours(2) + minutes(30)));
  EXPECT_EQ(never.count, 0);
  EXPECT_EQ(never.first, change);
  EXPECT_EQ(never.last, change);
}

TEST(TimeZone, TellsWhenClocksAreSetAndByHowMuch) {
  const TimeZone lord_howe = TimeZone::load("Australia/Lord_Howe");
  const auto back = lord_howe.next_change(day(2026, 1, 1));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->at, day(2026, 4, 4) + hours(15));
  EXPECT_EQ(back->by, -minutes(30));
  const auto forward = lord_howe.next_change(back->at);
  ASSERT_TRUE(forward.has_value());
  EXPECT_EQ(forward->at, day(2026, 10, 3) + hours(15) + minutes(30));
  EXPECT_EQ(forward->by, minutes(30));
}

TEST(TimeZone, HasRulesForYearsThatNoListReaches) {
  const TimeZone prague = TimeZone::load("Europe/Prague");
  EXPECT_EQ(prague.to_local(day(2150, 7, 1)), local(day(2150, 7, 1) + hours(2)));
  EXPECT_EQ(prague.to_local(day(2150, 1, 1)), local(day(2150, 1, 1) + hours(1)));
}

TEST(TimeZone, AgreesWithTheCLibrary) {
  for (const char* name : {"Europe/Prague", "America/St_Johns", "Australia/Lord_Howe",
                           "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "UTC"}) {
    const ScopedVariable variable("TZ", name);
    const TimeZone zone = TimeZone::load("local");
    for (sys_seconds at = day(2010, 1, 1); at < day(2030, 1, 1); at += hours(7) + seconds(1)) {
      const std::time_t time = at.time_since_epoch().count();
      std::tm shown{};
      localtime_r(&time, &shown);
      ASSERT_EQ(zone.to_local(at) - local(at), seconds(shown.tm_gmtoff)) << name << ' ' << time;
    }
  }
}

TEST(TimeZone, LocalIsWhatTheVariableSays) {
  const sys_seconds summer = day(2026, 7, 1);
  const auto offset = [summer](const char* value) {
    const ScopedVariable variable("TZ", value);
    return TimeZone::load("local").to_local(summer) - local(summer);
  };
  EXPECT_EQ(offset("Europe/Prague"), hours(2));
  EXPECT_EQ(offset(":Europe/Prague"), hours(2));
  EXPECT_EQ(offset(":/usr/share/zoneinfo/Europe/Prague"), hours(2));
  EXPECT_EQ(offset(""), hours(0));
  EXPECT_EQ(offset("UTC0"), hours(0));
  const ScopedVariable variable("TZ", std::nullopt);
  EXPECT_NE(TimeZone::load("local").name(), "local");
}

TEST(TimeZone, ThatDoesNotExistIsRefusedWithNearMatches) {
  const auto [text, code] = refusal("Europe/Prag");
  EXPECT_EQ(code, Error::kUsage);
  EXPECT_THAT(text, HasSubstr("--timezone Europe/Prag: there is no zone of this name"));
  EXPECT_THAT(text, HasSubstr("Did you mean Europe/Prague"));
  EXPECT_THAT(refusal("prague").first, HasSubstr("Did you mean Europe/Prague?"));
  EXPECT_THAT(refusal("Europe/Atlantis").first, Not(HasSubstr("Prague?")));
  EXPECT_EQ(refusal("").second, Error::kUsage);
  EXPECT_EQ(refusal("../../../etc/passwd").second, Error::kUsage);
}

TEST(TimeZone, SaysThatSpeltOutRulesAreNotRead) {
  const ScopedVariable variable("TZ", "CET-1CEST,M3.5.0,M10.5.0/3");
  const auto [text, code] = refusal("local");
  EXPECT_EQ(code, Error::kUsage);
  EXPECT_THAT(text, HasSubstr("TZ=CET-1CEST,M3.5.0,M10.5.0/3: "));
  EXPECT_THAT(text, HasSubstr("are not read"));
}

TEST(TimeZone, IsNotReadFromAFileThatHoldsNone) {
  const TempFolder folder;
  folder.put("zone", "TZif is how they begin");
  const auto [text, code] = refusal(folder.path("zone"));
  EXPECT_EQ(code, Error::kUsage);
  EXPECT_THAT(text, HasSubstr("this is no time zone file"));
}

TEST(TimeZone, SaysThatTheDatabaseIsMissing) {
  const TempFolder folder;
  for (const std::string& missing : {folder.path(), folder.path("none")}) {
    const ScopedVariable variable("TZDIR", missing);
    const auto [text, code] = refusal("Antarctica/Troll");
    EXPECT_EQ(code, Error::kFailed);
    EXPECT_THAT(text, HasSubstr("there is no time zone database in " + missing));
    EXPECT_THAT(text, HasSubstr("install the package tzdata"));
    EXPECT_EQ(TimeZone::load("UTC").name(), "UTC");
  }
}

}  // namespace
}  // namespace weir
