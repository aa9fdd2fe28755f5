#include "weir/pipeline/stream_world.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(StreamWorld, WhatIsGivenStaysAndWhatLacksIsReal) {
  StreamWorld given;
  given.now = [] { return std::chrono::sys_seconds(std::chrono::seconds(7)); };
  const StreamWorld world = real_world(std::move(given));
  EXPECT_EQ(world.now().time_since_epoch().count(), 7);
  EXPECT_EQ(world.sink, nullptr);
  std::stop_source stop;
  stop.request_stop();
  world.sleep(std::chrono::hours(1), stop.get_token());  // returns at once
  EXPECT_GT(real_world({}).now().time_since_epoch().count(), 1'700'000'000);
}

TEST(StreamWorld, AFilesFolderMayBeTheOneWeAreIn) {
  EXPECT_EQ(folder_of("last"), ".");
  EXPECT_EQ(folder_of("a/b/last"), "a/b");
}

}  // namespace
}  // namespace weir
