#include "weir/state/window.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace weir {
namespace {

using std::chrono::seconds;

TEST(Window, IsNumberedByTheMinutesOnTheClock) {
  EXPECT_EQ(parse_window("197001010000"), Window{0});
  EXPECT_EQ(parse_window("197001020001"), Window{1441});
  EXPECT_EQ(parse_window("202611212305"), Window{29921705});
}

TEST(Window, IsNamedAsItIsRead) {
  for (const char* name : {"197001010000", "202402292359", "202611212305", "999912312359"}) {
    const auto window = parse_window(name);
    ASSERT_TRUE(window.has_value()) << name;
    EXPECT_EQ(window_name(*window), name);
  }
}

TEST(Window, HasTheFileThatNfcapdMakes) {
  EXPECT_EQ(window_path(*parse_window("202611212305")), "2026/11/21/nfcapd.202611212305");
}

TEST(Window, IsNotReadFromAnythingElse) {
  for (const char* name :
       {"", "20261121230", "2026112123055", "202611212305\n", " 20261121230", "2026-1-12305",
        "+20261121230", "202613010000", "202600010000", "202611310000", "202611000000",
        "202502290000", "202611212400", "202611212360", "196912312359", "000000000000"}) {
    EXPECT_EQ(parse_window(name), std::nullopt) << name;
  }
}

TEST(Window, HoldsAllSecondsOfItsMinute) {
  const Window window = *parse_window("202611212305");
  EXPECT_EQ(window_at(window.start()), window);
  EXPECT_EQ(window_at(window.start() + seconds(59)), window);
  EXPECT_EQ(window_at(window.start() + seconds(60)).minute, window.minute + 1);
  EXPECT_EQ(window_at(window.start() - seconds(1)).minute, window.minute - 1);
  EXPECT_EQ(window_at(std::chrono::local_seconds(seconds(-1))).minute, -1);
}

TEST(Window, HasTimesAsNfdumpReadsThem) {
  const Window window = *parse_window("202611212355");
  EXPECT_EQ(nfdump_time(window.start()), "2026/11/21.23:55:00");
  EXPECT_EQ(nfdump_time(window.start() + seconds(299)), "2026/11/21.23:59:59");
}

}  // namespace
}  // namespace weir
