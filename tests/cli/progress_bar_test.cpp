#include "cli/progress_bar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

const Window kWindow = parse_window("202611212305").value();

TEST(ProgressBarTest, TellsHowFarWhatAndHowLong) {
  EXPECT_EQ(draw_progress({72, 288, kWindow, 1234567}, 30s, 80),
            "[=====>                ] 72/288 windows, 202611212305, 1,234,567 rows, 1:30 left");
  EXPECT_EQ(draw_progress({1, 288, kWindow, 7}, 60s, 60),
            "[>       ] 1/288 windows, 202611212305, 7 rows, 4:47:00 left");
}

TEST(ProgressBarTest, AtTheEndTheBarIsFull) {
  EXPECT_EQ(draw_progress({2, 2, kWindow, 0}, 5s, 60),
            "[========================] 2/2 windows, 202611212305, 0 rows");
}

TEST(ProgressBarTest, ItIsNeverWiderThanTheTerminal) {
  for (std::size_t width = 0; width < 200; ++width) {
    for (const std::uint64_t done : {0U, 1U, 5U, 6U}) {
      const std::string line = draw_progress({done, 6, kWindow, 987654}, 100s, width);
      EXPECT_LE(line.size(), width);
      EXPECT_TRUE(width < 80 || line.size() == width) << width;
    }
  }
}

TEST(ProgressBarTest, WithoutRoomForABarThereIsTextAlone) {
  EXPECT_THAT(draw_progress({1, 2, kWindow, 3}, 1s, 50), StartsWith("1/2 windows"));
  EXPECT_EQ(draw_progress({1, 2, kWindow, 3}, 1s, 5), "1/2 w");
}

TEST(ProgressBarTest, OddNumbersDoNotHurt) {
  EXPECT_THAT(draw_progress({0, 0, kWindow, 0}, 0s, 80), HasSubstr("] 0/1 windows"));
  EXPECT_THAT(draw_progress({3, 2, kWindow, 0}, 0s, 80), HasSubstr("] 3/3 windows"));
  EXPECT_THAT(draw_progress({0, 5, kWindow, 0}, 9s, 80), Not(HasSubstr("left")));
}

TEST(ProgressBarTest, ARunOfOneWindowHasNoBar) {
  testing::internal::CaptureStderr();
  {
    ProgressBar bar;
    bar.show({1, 1, kWindow, 5});
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(ProgressBarTest, TheBarIsTakenAwayAtTheEnd) {
  testing::internal::CaptureStderr();
  {
    ProgressBar bar;
    bar.show({1, 2, kWindow, 5});
  }
  const std::string shown = testing::internal::GetCapturedStderr();
  EXPECT_THAT(shown, StartsWith("\r\x1b[K["));
  EXPECT_THAT(shown, testing::EndsWith("\r\x1b[K"));
}

}  // namespace
}  // namespace weir
