#include "weir/state/snapshot_maker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <string>
#include <thread>

#include "tests/support/temp_folder.hpp"
#include "weir/state/frame_file.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;

class SnapshotMakerTest : public testing::Test {
 protected:
  static void await_idle(const SnapshotMaker& maker) {
    while (maker.busy()) {
      std::this_thread::yield();
    }
  }
  static std::uint64_t make(const CommitStore::Put& put) {
    put("piece");
    return 5;
  }

  TempFolder folder_;
  CommitFiles files_{folder_.path()};
};

TEST_F(SnapshotMakerTest, MakesWhatIsAskedForAndKeepsOneGenerationBack) {
  for (const std::string name : {"log-1", "log-2", "snapshot-2", "log-3"}) {
    folder_.put(name, "x");
  }
  SnapshotMaker maker(files_, make, {.about = "it", .start = 2, .bytes = 1});
  EXPECT_EQ(maker.stats().bytes, 1U);
  maker.request(3, 5);
  await_idle(maker);
  EXPECT_FALSE(fs::exists(folder_.path("log-1")));
  EXPECT_TRUE(fs::exists(folder_.path("log-2")));
  EXPECT_TRUE(fs::exists(folder_.path("snapshot-2")));
  EXPECT_EQ(FrameFile(folder_.path("snapshot-3"), FileKind::snapshot).next()->payload, "piece");
  EXPECT_EQ(maker.stats().made, 1U);
  EXPECT_EQ(maker.stats().bytes, std::string("piece").size());
  maker.request(4, 5);
  await_idle(maker);
  EXPECT_FALSE(fs::exists(folder_.path("log-2")));
  EXPECT_FALSE(fs::exists(folder_.path("snapshot-2")));
  EXPECT_TRUE(fs::exists(folder_.path("log-3")));
  EXPECT_TRUE(fs::exists(folder_.path("snapshot-3")));
  EXPECT_TRUE(fs::exists(folder_.path("snapshot-4")));
}

TEST_F(SnapshotMakerTest, TriesAgainAndRemovesNothingUntilItWorks) {
  folder_.put("log-1", "x");
  int calls = 0;
  SnapshotMaker maker(
      files_,
      [&](const CommitStore::Put& put) -> std::uint64_t {
        put("piece");
        EXPECT_TRUE(fs::exists(folder_.path("log-1")));
        switch (++calls) {
          case 1:
            throw std::bad_alloc();
          case 2:
            return 4;  // before what was asked for: commit 5 would be missing
          default:
            return 5;
        }
      },
      {.about = "it", .start = 2, .bytes = 0, .retry = std::chrono::milliseconds(1)});
  maker.request(2, 5);
  await_idle(maker);
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(maker.stats().failures, 2U);
  EXPECT_EQ(maker.stats().made, 1U);
  EXPECT_EQ(folder_.entries(), 1);
  EXPECT_TRUE(fs::exists(folder_.path("snapshot-2")));
}

TEST_F(SnapshotMakerTest, GivesUpWhatItIsMakingWhenItGoes) {
  std::promise<void> begun;
  std::promise<void> end;
  auto ended = end.get_future();
  std::jthread ending;
  {
    SnapshotMaker maker(files_,
                        [&](const CommitStore::Put& put) -> std::uint64_t {
                          put("piece");
                          begun.set_value();
                          ended.wait();
                          put("piece");
                          return 5;
                        },
                        {.about = "it", .start = 1});
    maker.request(2, 5);
    begun.get_future().wait();
    ending = std::jthread([&](const std::stop_token&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));  // rather after the stop
      end.set_value();
    });
  }
  EXPECT_FALSE(fs::exists(folder_.path("snapshot-2.tmp")));
  // It may have come to its end before it was told to stop, and then it is whole.
  if (fs::exists(folder_.path("snapshot-2"))) {
    FrameFile file(folder_.path("snapshot-2"), FileKind::snapshot);
    EXPECT_EQ(file.next()->payload, "piece");
    EXPECT_EQ(file.next()->payload, "piece");
  }
}

TEST_F(SnapshotMakerTest, WaitsForItsNextTryNoLongerThanItLives) {
  std::promise<void> failed;
  bool first = true;
  {
    SnapshotMaker maker(files_,
                        [&](const CommitStore::Put&) -> std::uint64_t {
                          if (std::exchange(first, false)) {
                            failed.set_value();
                          }
                          return 0;
                        },
                        {.about = "it", .start = 1, .bytes = 0, .retry = std::chrono::hours(1)});
    maker.request(2, 5);
    failed.get_future().wait();
  }
  EXPECT_EQ(folder_.entries(), 0);
}

}  // namespace
}  // namespace weir
