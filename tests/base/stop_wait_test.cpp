#include "weir/base/stop_wait.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace weir {
namespace {

using namespace std::chrono_literals;

TEST(StopWaitTest, WithoutAStopTheTimePasses) {
  EXPECT_TRUE(wait_unless_stopped(std::stop_source().get_token(), 5ms));
  EXPECT_TRUE(wait_unless_stopped({}, 1ms)) << "a token that nobody can use";
  EXPECT_TRUE(wait_unless_stopped({}, 0ms));
  EXPECT_TRUE(wait_unless_stopped({}, -1ms));
}

TEST(StopWaitTest, AStopEndsIt) {
  std::promise<void> begun;
  bool passed = true;
  std::jthread waiting([&](const std::stop_token& stop) {
    begun.set_value();
    passed = wait_unless_stopped(stop, 24h);
  });
  begun.get_future().wait();
  waiting.request_stop();
  waiting.join();
  EXPECT_FALSE(passed);
}

TEST(StopWaitTest, AStopThatWasRequestedBeforeIsNotWaitedFor) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(wait_unless_stopped(stop.get_token(), 24h));
  EXPECT_FALSE(wait_unless_stopped(stop.get_token(), 0ms));
}

}  // namespace
}  // namespace weir
