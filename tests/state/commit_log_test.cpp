#include "weir/state/commit_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/commit_history.hpp"
#include "tests/support/file_limit.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class CommitLogTest : public testing::Test {
 protected:
  [[nodiscard]] CommitLog::Options options(std::uint64_t compact_above = 1U << 30U) const {
    return {.folder = folder_.path(),
            .compact_above = compact_above,
            .snapshot_retry = std::chrono::milliseconds(1)};
  }
  [[nodiscard]] bool has(const std::string& name) const { return fs::exists(folder_.path(name)); }
  [[nodiscard]] std::vector<std::string> texts() const {
    CommitReading reading = read_commits(folder_.path());
    EXPECT_TRUE(reading.history.in_order);
    EXPECT_FALSE(reading.recovery.lost);
    return reading.history.texts;
  }

  TempFolder folder_;
};

TEST_F(CommitLogTest, OfAnEmptyFolderHoldsNothing) {
  const CommitLog log(options());
  EXPECT_EQ(log.about(), std::nullopt);
  const CommitReading reading = read_commits(folder_.path());
  EXPECT_EQ(reading.recovery.number, 0U);
  EXPECT_THAT(reading.history.texts, ElementsAre());
  EXPECT_EQ(folder_.entries(), 0);
}

TEST_F(CommitLogTest, HoldsEachCommitOnceItReturned) {
  CommitKeeper keeper(options(), "what it is about");
  EXPECT_TRUE(keeper.commit("one"));
  EXPECT_THAT(texts(), ElementsAre("one"));
  EXPECT_TRUE(keeper.commit(""));
  EXPECT_TRUE(keeper.commit(std::string(3'000'000, 'x')));
  EXPECT_THAT(texts(), ElementsAre("one", "", std::string(3'000'000, 'x')));
  EXPECT_EQ(keeper.log.about(), "what it is about");
  EXPECT_EQ(keeper.log.trouble(), "");
}

TEST_F(CommitLogTest, GoesOnWhereTheProcessBeforeEnded) {
  for (const std::string text : {"one", "two", "three"}) {
    CommitKeeper keeper(options());
    EXPECT_TRUE(keeper.commit(text));
    EXPECT_TRUE(keeper.commit(text + "!"));
  }
  EXPECT_THAT(texts(), ElementsAre("one", "one!", "two", "two!", "three", "three!"));
}

TEST_F(CommitLogTest, LeavesNoFileOfAProcessThatCommittedNothing) {
  {
    CommitKeeper keeper(options());
  }
  EXPECT_EQ(folder_.entries(), 0);
}

TEST_F(CommitLogTest, MakesASnapshotOnceTheLogIsLarge) {
  {
    CommitKeeper keeper(options(1000));
    std::uint64_t made = 0;
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(keeper.commit(std::to_string(i) + std::string(100, 'x')));
      if (keeper.log.stats().log_bytes < 250 && i > 1) {
        keeper.await_snapshots(++made);
      }
    }
    EXPECT_GE(made, 2U);
    const CommitLogStats stats = keeper.log.stats();
    EXPECT_EQ(stats.snapshots.made, made);
    EXPECT_EQ(stats.snapshots.failures, 0U);
    // The newest snapshot and the one before it, each with its log: all else is gone.
    EXPECT_LE(folder_.entries(), 4);
    EXPECT_FALSE(has("log-1"));
    keeper.log.close();
    EXPECT_TRUE(texts() == keeper.history.texts);
  }
  // What the newest snapshot holds is not read from the log again.
  const CommitReading reading = read_commits(folder_.path());
  EXPECT_EQ(reading.recovery.number, 100U);
  EXPECT_EQ(reading.recovery.about, "about");
}

TEST_F(CommitLogTest, CanBeAppendedToWhileASnapshotIsMade) {
  {
    CommitKeeper keeper(options(2000));
    for (int i = 0; i < 1000; ++i) {
      ASSERT_TRUE(keeper.commit("commit " + std::to_string(i)));
    }
    keeper.await_snapshots(1);
    // A reader beside a snapshot would find files gone that it has just listed.
    keeper.log.close();
    EXPECT_TRUE(texts() == keeper.history.texts);
  }
  EXPECT_EQ(texts().size(), 1000U);
}

TEST_F(CommitLogTest, CanBeAppendedToAfterItMakesNoMoreSnapshots) {
  CommitKeeper keeper(options(1));
  EXPECT_TRUE(keeper.commit("one"));
  keeper.log.close();
  keeper.log.close();
  EXPECT_TRUE(keeper.commit("two"));
  EXPECT_TRUE(keeper.commit("three"));
  EXPECT_THAT(texts(), ElementsAre("one", "two", "three"));
}

TEST_F(CommitLogTest, OnAFullDiskSaysSoAndGoesOnWhenThereIsRoom) {
  CommitKeeper keeper(options());
  ASSERT_TRUE(keeper.commit("one"));
  {
    const ScopedFileLimit limit(fs::file_size(folder_.path("log-1")) + 40);
    EXPECT_FALSE(keeper.commit(std::string(30, 'a')));
    EXPECT_THAT(keeper.log.trouble(),
                HasSubstr(folder_.path("log-1") + ": cannot write it: File too large; raise"));
    EXPECT_THAT(texts(), ElementsAre("one"));
    EXPECT_FALSE(keeper.commit(std::string(300, 'b')));
    EXPECT_FALSE(keeper.commit(std::string(17, 'c')));
    EXPECT_THAT(texts(), ElementsAre("one"));
  }
  EXPECT_TRUE(keeper.commit("two"));
  EXPECT_EQ(keeper.log.trouble(), "");
  EXPECT_THAT(texts(), ElementsAre("one", "two"));
}

TEST_F(CommitLogTest, OnADiskThatIsFullFromTheBeginningLeavesNothing) {
  CommitKeeper keeper(options());
  {
    const ScopedFileLimit limit(10);
    EXPECT_FALSE(keeper.commit("one"));
    EXPECT_EQ(folder_.entries(), 0);
  }
  EXPECT_TRUE(keeper.commit("one, and more"));
  EXPECT_THAT(texts(), ElementsAre("one, and more"));
}

TEST_F(CommitLogTest, GoesOnWithoutASnapshotThatFindsNoRoom) {
  CommitKeeper keeper(options(1000));
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(keeper.commit(std::string(100, 'x')));
  }
  keeper.await_snapshots(1);
  {
    // A log becomes as large as the snapshot before it; the next one would be larger than both.
    const ScopedFileLimit limit(2000);
    std::uint64_t before = 0;
    do {
      before = keeper.log.stats().log_bytes;
      ASSERT_TRUE(keeper.commit("y"));
    } while (keeper.log.stats().log_bytes > before);
    while (keeper.log.stats().snapshots.failures == 0) {
      std::this_thread::yield();
    }
    EXPECT_TRUE(keeper.commit("committed"));
    EXPECT_FALSE(has("snapshot-3"));
  }
  EXPECT_TRUE(keeper.commit("and on"));
  keeper.log.close();
  EXPECT_EQ(texts(), keeper.history.texts);
}

TEST_F(CommitLogTest, WhoseLogIsRemovedWhileItRunsSaysSoAndMakesASnapshotOfWhatWasInIt) {
  {
    CommitKeeper keeper(options());
    ASSERT_TRUE(keeper.commit("one"));
    ASSERT_TRUE(keeper.commit("two"));
    fs::remove_all(folder_.path());
    EXPECT_FALSE(keeper.commit("three")) << "it would be on no disk";
    EXPECT_THAT(keeper.log.trouble(), HasSubstr("log-1: somebody has removed it"));
    EXPECT_FALSE(keeper.commit("three"));
    EXPECT_THAT(keeper.log.trouble(), HasSubstr("the folder was removed, make it again"));
    fs::create_directory(folder_.path());
    while (!keeper.commit("three")) {
      EXPECT_THAT(keeper.log.trouble(), HasSubstr("a snapshot of all there is comes first"));
      std::this_thread::yield();
    }
    EXPECT_EQ(keeper.log.trouble(), "");
    EXPECT_EQ(keeper.log.stats().snapshots.made, 1U);
    keeper.log.close();
    EXPECT_THAT(texts(), ElementsAre("one", "two", "three"));
    EXPECT_TRUE(keeper.commit("four"));
  }
  EXPECT_THAT(texts(), ElementsAre("one", "two", "three", "four"));
}

TEST_F(CommitLogTest, ReducesTheLogsOfManyShortLivesToASnapshot) {
  for (int i = 0; i < 17; ++i) {
    ASSERT_TRUE(CommitKeeper(options()).commit(std::to_string(i)));
  }
  {
    CommitKeeper keeper(options());
    ASSERT_TRUE(keeper.commit("17"));
    keeper.await_snapshots(1);
  }
  EXPECT_TRUE(has("snapshot-18"));
  EXPECT_EQ(texts().size(), 18U);
}

TEST_F(CommitLogTest, RefusesACommitOrAWordTooLarge) {
  CommitLog log(options());
  CommitHistory history;
  static_cast<void>(log.load(history));
  EXPECT_THROW(log.open(std::string(2U << 20U, 'x'), {}), Error);
  EXPECT_THROW(CommitLog(options()).open("about", {}), std::logic_error);
}

}  // namespace
}  // namespace weir
