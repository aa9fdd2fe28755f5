#include "weir/enrich/published.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

namespace weir {
namespace {

TEST(Published, BeginsWithNothing) {
  const Published<std::string> published;
  EXPECT_EQ(published.generation(), 0U);
  EXPECT_EQ(published.current(), nullptr);
}

TEST(Published, AFollowerSeesTheNewestAndKeepsWhatItHasUntilItAsks) {
  const auto published = std::make_shared<Published<std::string>>();
  published->publish("one");
  Following<std::string> follower(published);
  const std::string& seen = follower.newest();
  EXPECT_EQ(seen, "one");
  published->publish("two");
  EXPECT_EQ(published->generation(), 2U);
  EXPECT_EQ(seen, "one") << "still alive";
  EXPECT_EQ(follower.newest(), "two");
}

TEST(Published, FollowersOfOtherThreadsNeverSeeHalfAValueOrAnOlderOne) {
  const auto published = std::make_shared<Published<std::string>>();
  published->publish(std::string(100, 'a'));
  std::jthread writer([&] {
    for (char c = 'b'; c <= 'z'; ++c) {
      published->publish(std::string(100, c));
    }
  });
  Following<std::string> follower(published);
  std::string last = follower.newest();
  while (last[0] != 'z') {
    const std::string now = follower.newest();
    ASSERT_EQ(now, std::string(100, now[0]));
    ASSERT_GE(now[0], last[0]);
    last = now;
  }
}

}  // namespace
}  // namespace weir
