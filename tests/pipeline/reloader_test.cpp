#include "weir/pipeline/reloader.hpp"

#include <gtest/gtest.h>

#include <future>
#include <semaphore>
#include <string>
#include <thread>

namespace weir {
namespace {

TEST(Reloader, TellsWhoAskedWhatCameOfIt) {
  int reloads = 0;
  Reloader reloader([&] { return ++reloads == 1 ? std::string() : std::string("line 3"); });
  for (const std::string expected : {"", "line 3"}) {
    std::promise<std::string> answer;
    reloader.request([&](const std::string& why) { answer.set_value(why); });
    EXPECT_EQ(answer.get_future().get(), expected);
  }
}

TEST(Reloader, AnswersAllWhoAskWhileOneIsUnderWayByOneMore) {
  std::binary_semaphore begun(0);
  std::binary_semaphore go_on(0);
  int reloads = 0;
  Reloader reloader([&] {
    if (++reloads == 1) {
      begun.release();
      go_on.acquire();
    }
    return std::string();
  });
  reloader.request([](const std::string&) {});
  begun.acquire();
  std::promise<void> last;
  reloader.request([](const std::string&) {});
  reloader.request([&](const std::string&) { last.set_value(); });
  go_on.release();
  last.get_future().get();
  EXPECT_EQ(reloads, 2);
}

TEST(Reloader, TellsWhoAsksWhenItIsStoppedThatItIsTooLate) {
  Reloader reloader([] { return std::string(); });
  reloader.stop();
  std::string why;
  reloader.request([&](const std::string& text) { why = text; });
  EXPECT_NE(why, "");
}

TEST(Reloader, TellsWhoIsLeftAtTheEnd) {
  std::binary_semaphore begun(0);
  std::counting_semaphore<2> go_on(0);
  std::string first = "?";
  std::string second = "?";
  {
    Reloader reloader([&] {
      begun.release();
      go_on.acquire();
      return std::string();
    });
    reloader.request([&](const std::string& why) { first = why; });
    begun.acquire();
    reloader.request([&](const std::string& why) { second = why; });
    const std::jthread later([&] { go_on.release(2); });
  }
  EXPECT_EQ(first, "");
  EXPECT_NE(second, "?") << "nobody waits for ever";
}

}  // namespace
}  // namespace weir
