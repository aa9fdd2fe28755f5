#include "weir/state/window_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <vector>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using testing::ElementsAre;
using testing::HasSubstr;

sys_seconds utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  return std::chrono::sys_days(std::chrono::year_month_day(
             std::chrono::year(year), std::chrono::month(month), std::chrono::day(day))) +
         hours(hour) + minutes(minute);
}

Window named(const char* name) {
  const auto window = parse_window(name);
  EXPECT_TRUE(window.has_value()) << name;
  return window.value_or(Window{});
}

WindowPlan plan(const char* zone, seconds interval = minutes(5)) {
  return {TimeZone::load(zone), interval};
}

std::vector<std::string> names(const WindowPlan& plan, const DueWindows& due) {
  std::vector<std::string> all;
  for (auto window = due.first; window && *window <= *due.newest; window = plan.next(*window)) {
    all.push_back(window_name(*window));
  }
  EXPECT_EQ(all.size(), due.count);
  return all;
}

template <typename Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  return {};
}

TEST(WindowPlan, TakesIntervalsThatDivideADay) {
  for (const int count : {1, 5, 15, 60, 480, 1440}) {
    EXPECT_EQ(plan("UTC", minutes(count)).interval(), minutes(count));
  }
  for (const int count : {0, -300, 30, 90, 7 * 60, 25 * 3600, 2 * 86400}) {
    EXPECT_THAT(refusal([&] { plan("UTC", seconds(count)); }),
                HasSubstr("--interval: a day cannot be divided"))
        << count;
  }
}

TEST(WindowPlan, WithoutALastOneHasOnlyTheNewestDue) {
  const WindowPlan five = plan("UTC");
  const DueWindows due = five.due(std::nullopt, utc(2026, 11, 21, 23, 9), {});
  EXPECT_THAT(names(five, due), ElementsAre("202611212300"));
  EXPECT_EQ(due.left_out, 0U);
  EXPECT_EQ(due.next_due, utc(2026, 11, 21, 23, 10));
}

TEST(WindowPlan, HasAllAfterTheLastOneDueOldestFirst) {
  const WindowPlan five = plan("UTC");
  const DueWindows due = five.due(named("202611212245"), utc(2026, 11, 21, 23, 10), {});
  EXPECT_THAT(names(five, due),
              ElementsAre("202611212250", "202611212255", "202611212300", "202611212305"));
  EXPECT_EQ(due.left_out, 0U);
  EXPECT_EQ(due.warning, "");
}

TEST(WindowPlan, WaitsForTheEndAndTheGrace) {
  const WindowPlan five = plan("UTC");
  const DueOptions options{.grace = seconds(30)};
  const sys_seconds due_at = utc(2026, 11, 21, 23, 10) + seconds(30);
  const DueWindows early = five.due(named("202611212300"), due_at - seconds(1), options);
  EXPECT_EQ(early.first, std::nullopt);
  EXPECT_EQ(early.count, 0U);
  EXPECT_EQ(early.next_due, due_at);
  EXPECT_EQ(early.warning, "");
  const DueWindows late = five.due(named("202611212300"), due_at, options);
  EXPECT_THAT(names(five, late), ElementsAre("202611212305"));
  EXPECT_EQ(late.next_due, due_at + minutes(5));
}

TEST(WindowPlan, LeavesOutTheOldestBeyondTheLimit) {
  const WindowPlan five = plan("UTC");
  const DueWindows due =
      five.due(named("202611212200"), utc(2026, 11, 21, 23, 10), {.max_catch_up = 2});
  EXPECT_THAT(names(five, due), ElementsAre("202611212300", "202611212305"));
  EXPECT_EQ(due.left_out, 11U);
  const DueWindows none =
      five.due(named("202611212200"), utc(2026, 11, 21, 23, 10), {.max_catch_up = 0});
  EXPECT_EQ(none.first, std::nullopt);
  EXPECT_EQ(none.left_out, 13U);
}

TEST(WindowPlan, CountsMillionsOfMissedWindowsWithoutListingThem) {
  const WindowPlan minute = plan("UTC", minutes(1));
  const DueWindows due = minute.due(named("197001010000"), utc(2026, 11, 21, 23, 10), {});
  EXPECT_EQ(due.count, 288U);
  EXPECT_EQ(due.left_out + due.count, 29'921'709U);
  EXPECT_EQ(due.newest, named("202611212309"));
  EXPECT_EQ(due.first, named("202611211822"));
}

TEST(WindowPlan, TakesALastOneThatNoIntervalBeginsAt) {
  const WindowPlan five = plan("UTC");
  EXPECT_THAT(names(five, five.due(named("202611212303"), utc(2026, 11, 21, 23, 17), {})),
              ElementsAre("202611212305", "202611212310"));
}

TEST(WindowPlan, WarnsOfALastOneThatHasNotEnded) {
  const WindowPlan five = plan("UTC");
  const sys_seconds now = utc(2026, 11, 21, 23, 12);
  const DueWindows due = five.due(named("202611220100"), now, {});
  EXPECT_EQ(due.first, std::nullopt);
  EXPECT_THAT(due.warning, HasSubstr("202611220100, which has not ended"));
  EXPECT_EQ(due.next_due, utc(2026, 11, 22, 1, 10));
  EXPECT_NE(five.due(named("202611212310"), now, {}).warning, "");
  // Finished under a shorter grace: early, not odd.
  const DueOptions patient{.grace = minutes(10)};
  EXPECT_EQ(five.due(named("202611212305"), now, patient).warning, "");
  EXPECT_EQ(five.due(named("202611212305"), now, patient).first, std::nullopt);
}

TEST(WindowPlan, WaitsForAClockThatWasNeverSet) {
  for (const char* zone : {"UTC", "America/New_York"}) {
    const DueWindows due = plan(zone).due(std::nullopt, sys_seconds(seconds(100)), {});
    EXPECT_EQ(due.first, std::nullopt);
    EXPECT_THAT(due.warning, HasSubstr("1970"));
    EXPECT_GT(due.next_due, sys_seconds(seconds(100)));
  }
}

TEST(WindowPlan, HasTheRepeatedHourDueOnceAfterItsSecondTime) {
  const WindowPlan prague = plan("Europe/Prague");
  const Window before = named("202610250155");
  // 02:30 for the first time, and the last moment before 02:05 comes for the second time.
  for (const sys_seconds now : {utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 5) - seconds(1)}) {
    const DueWindows due = prague.due(before, now, {});
    EXPECT_EQ(due.first, std::nullopt);
    EXPECT_EQ(due.warning, "");
    EXPECT_EQ(due.next_due, utc(2026, 10, 25, 1, 5));
    EXPECT_EQ(prague.due(std::nullopt, now, {}).newest, before);
  }
  EXPECT_THAT(names(prague, prague.due(before, utc(2026, 10, 25, 1, 10), {})),
              ElementsAre("202610250200", "202610250205"));
  const DueWindows all = prague.due(before, utc(2026, 10, 25, 2, 5), {});
  EXPECT_EQ(all.count, 13U);
  EXPECT_EQ(all.newest, named("202610250300"));
  EXPECT_EQ(prague.end(named("202610250200")), utc(2026, 10, 25, 1, 5));
}

TEST(WindowPlan, KnowsThatANameOfTheFirstHourMayHaveBeenFinished) {
  const WindowPlan prague = plan("Europe/Prague");
  // As the script does it: 02:30 is finished when its first time has ended.
  const DueWindows due = prague.due(named("202610250230"), utc(2026, 10, 25, 0, 36), {});
  EXPECT_EQ(due.first, std::nullopt);
  EXPECT_EQ(due.warning, "");
  EXPECT_EQ(due.next_due, utc(2026, 10, 25, 1, 40));
}

TEST(WindowPlan, KeepsTheOrderOfNamesWhereTheSecondHourFillsTheFirst) {
  // 00:00, 00:09, … in UTC: 02:00, 02:09, … 02:54 and an hour later 02:03, 02:12, …
  const WindowPlan prague = plan("Europe/Prague", minutes(9));
  const DueWindows first = prague.due(named("202610250151"), utc(2026, 10, 25, 0, 50), {});
  EXPECT_THAT(names(prague, first), ElementsAre("202610250200"));
  EXPECT_EQ(first.next_due, utc(2026, 10, 25, 1, 12));
  const DueWindows second = prague.due(named("202610250200"), utc(2026, 10, 25, 1, 12), {});
  EXPECT_THAT(names(prague, second), ElementsAre("202610250203", "202610250209"));
  // The one after 02:12 ended long before 02:12 did.
  EXPECT_EQ(prague.due(named("202610250212"), utc(2026, 10, 25, 0, 50), {}).next_due,
            utc(2026, 10, 25, 1, 12));
}

TEST(WindowPlan, HasNoNamesThatTheClockJumpsOver) {
  const WindowPlan prague = plan("Europe/Prague");
  EXPECT_FALSE(prague.exists(named("202603290200")));
  EXPECT_FALSE(prague.exists(named("202603290255")));
  EXPECT_EQ(prague.next(named("202603290155")), named("202603290300"));
  EXPECT_EQ(prague.next(named("202603290230")), named("202603290300"));
  EXPECT_THAT(names(prague, prague.due(named("202603290150"), utc(2026, 3, 29, 1, 10), {})),
              ElementsAre("202603290155", "202603290300", "202603290305"));
}

TEST(WindowPlan, HasNoDayThatAZoneLeftOut) {
  const WindowPlan apia = plan("Pacific/Apia", hours(1));
  EXPECT_FALSE(apia.exists(named("201112301200")));
  EXPECT_EQ(apia.next(named("201112292300")), named("201112310000"));
  EXPECT_EQ(apia.next(named("201112301200")), named("201112310000"));
}

TEST(WindowPlan, HasHourlyNamesAtTheMinutesThatUtcMakesThem) {
  EXPECT_TRUE(plan("Asia/Kathmandu", hours(1)).exists(named("202607010545")));
  EXPECT_FALSE(plan("Asia/Kathmandu", hours(1)).exists(named("202607010500")));
  EXPECT_EQ(plan("Europe/Prague", hours(24)).next(named("202603280100")), named("202603290100"));
  EXPECT_EQ(plan("Europe/Prague", hours(24)).next(named("202603290100")), named("202603300200"));
}

TEST(WindowPlan, GivesARangeWithBothEnds) {
  const WindowPlan five = plan("UTC");
  const sys_seconds now = utc(2026, 11, 21, 23, 12);
  const auto range = [&](const char* since, const char* until) {
    return five.range(named(since), named(until), now, seconds(0));
  };
  EXPECT_THAT(names(five, range("202511210000", "202511210005")),
              ElementsAre("202511210000", "202511210005"));
  EXPECT_THAT(names(five, range("202511210001", "202511210014")),
              ElementsAre("202511210005", "202511210010"));
  EXPECT_THAT(names(five, range("202511210000", "202511210000")), ElementsAre("202511210000"));
  const WindowPlan prague = plan("Europe/Prague");
  EXPECT_THAT(names(prague, prague.range(named("202603290158"), named("202603290301"), now, {})),
              ElementsAre("202603290300"));
  EXPECT_THAT(names(prague, prague.range(named("202603290150"), named("202603290230"), now, {})),
              ElementsAre("202603290150", "202603290155"));
  EXPECT_EQ(prague.range(named("202610250155"), named("202610250300"), now, {}).count, 14U);
}

TEST(WindowPlan, EndsARangeWhereWindowsHaveNotEnded) {
  const WindowPlan five = plan("UTC");
  const sys_seconds now = utc(2026, 11, 21, 23, 12);
  const DueWindows open = five.range(named("202611212255"), std::nullopt, now, seconds(0));
  EXPECT_THAT(names(five, open), ElementsAre("202611212255", "202611212300", "202611212305"));
  EXPECT_EQ(open.warning, "");
  EXPECT_EQ(open.next_due, utc(2026, 11, 21, 23, 15));
  const DueWindows beyond =
      five.range(named("202611212305"), named("202611220000"), now, seconds(0));
  EXPECT_THAT(names(five, beyond), ElementsAre("202611212305"));
  EXPECT_THAT(beyond.warning, HasSubstr("windows after 202611212305 have not ended yet"));
  const DueWindows future = five.range(named("202611212310"), std::nullopt, now, seconds(0));
  EXPECT_EQ(future.first, std::nullopt);
  EXPECT_THAT(future.warning, HasSubstr("has not ended yet"));
}

TEST(WindowPlan, RefusesARangeWithoutWindows) {
  const WindowPlan prague = plan("Europe/Prague");
  const sys_seconds now = utc(2026, 11, 21);
  const auto range = [&](const char* since, const char* until) {
    return refusal(
        [&] { static_cast<void>(prague.range(named(since), named(until), now, seconds(0))); });
  };
  EXPECT_THAT(range("202601010100", "202601010055"), HasSubstr("--until 202601010055 is before"));
  EXPECT_THAT(range("202601010101", "202601010104"), HasSubstr("the next one is 202601010105"));
  EXPECT_THAT(range("202603290200", "202603290255"), HasSubstr("the next one is 202603290300"));
}

}  // namespace
}  // namespace weir
