// What is left of a commit log when the power fails. Files and names count here only as they were
// when they were last fsynced: this program's own fsync and fdatasync stand in front of the
// system's and take note.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "tests/support/commit_history.hpp"
#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

ino_t inode_of(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

/// The disk below one folder, as it would be found after a loss of power.
class Disk {
 public:
  void watch(std::string folder) {
    const std::lock_guard lock(mutex_);
    folder_ = std::move(folder);
    contents_.clear();
    names_.clear();
    failures_ = 0;
  }
  void unwatch() { watch({}); }
  /// The next so many fsyncs of files fail, and their bytes never reach the disk.
  void fail(int times) {
    const std::lock_guard lock(mutex_);
    failures_ = times;
  }

  /// 0 or the errno to fail with.
  int synced(int fd) {
    const std::lock_guard lock(mutex_);
    std::error_code error;
    const std::string path = fs::read_symlink("/proc/self/fd/" + std::to_string(fd), error);
    if (folder_.empty() || error || !path.starts_with(folder_)) {
      return 0;
    }
    if (path == folder_) {
      names_.clear();
      for (const auto& entry : fs::directory_iterator(folder_)) {
        // Of what another thread removes meanwhile the name may be gone, or not.
        if (const ino_t inode = inode_of(entry.path()); inode != 0) {
          names_[entry.path().filename()] = inode;
        }
      }
    } else if (failures_ > 0) {
      --failures_;
      return EIO;
    } else {
      contents_[inode_of(path)] = bytes_of(path);
    }
    return 0;
  }

  void copy_to(const TempFolder& folder) {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, inode] : names_) {
      folder.put(name, contents_[inode]);
    }
  }

 private:
  std::mutex mutex_;
  std::string folder_;
  std::map<ino_t, std::string> contents_;
  std::map<std::string, ino_t> names_;
  int failures_ = 0;
};

Disk& disk() {
  static Disk instance;
  return instance;
}

int sync_noted(int fd) {
  const int error = disk().synced(fd);
  if (error != 0) {
    errno = error;
  }
  return error == 0 ? 0 : -1;
}

}  // namespace
}  // namespace weir

extern "C" int fsync(int fd) {
  return weir::sync_noted(fd);
}
extern "C" int fdatasync(int fd) {
  return weir::sync_noted(fd);
}

namespace weir {
namespace {

class CommitPowerLossTest : public testing::Test {
 protected:
  void SetUp() override { disk().watch(folder_.path()); }
  void TearDown() override { disk().unwatch(); }

  /// What is found now if the power fails.
  [[nodiscard]] static CommitReading after_power_loss() {
    const TempFolder found;
    disk().copy_to(found);
    CommitReading reading = read_commits(found.path());
    EXPECT_FALSE(reading.recovery.lost);
    return reading;
  }

  TempFolder folder_;
};

TEST_F(CommitPowerLossTest, CostsNoCommitThatWasAcknowledged) {
  CommitKeeper keeper({.folder = folder_.path(), .compact_above = 500});
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(keeper.commit("commit " + std::to_string(i)));
    ASSERT_EQ(after_power_loss().history.texts, keeper.history.texts);
  }
  keeper.await_snapshots(1);
  EXPECT_EQ(after_power_loss().history.texts, keeper.history.texts);
}

TEST_F(CommitPowerLossTest, CostsNothingThatANewProcessHasShown) {
  {
    CommitKeeper keeper({.folder = folder_.path()});
    ASSERT_TRUE(keeper.commit("one"));
    disk().fail(1);
    EXPECT_FALSE(keeper.commit("two"));
  }
  // As if the process had been killed right before it would have cut the file back, which it did:
  // a whole commit that nobody was told of and no fsync has seen.
  CommitReading reading = read_commits(folder_.path());
  EXPECT_EQ(after_power_loss().history.texts, reading.history.texts);
}

TEST_F(CommitPowerLossTest, BehindAFailedFsyncFindsTheCommitOfTheNextTry) {
  CommitKeeper keeper({.folder = folder_.path()});
  disk().fail(1);
  EXPECT_FALSE(keeper.commit("never begun"));
  ASSERT_TRUE(keeper.commit("one"));
  disk().fail(3);
  EXPECT_FALSE(keeper.commit("two"));
  EXPECT_NE(keeper.log.trouble().find("the kernel's log says more"), std::string::npos);
  EXPECT_FALSE(keeper.commit("two and more"));
  EXPECT_FALSE(keeper.commit("two and yet more"));
  EXPECT_EQ(after_power_loss().history.texts, keeper.history.texts);
  ASSERT_TRUE(keeper.commit("two and all"));
  EXPECT_EQ(after_power_loss().history.texts, keeper.history.texts);
  ASSERT_TRUE(keeper.commit("three"));
  EXPECT_EQ(after_power_loss().history.texts, keeper.history.texts);
  EXPECT_EQ(keeper.history.texts.size(), 3U);
  // The log whose fsync failed, and one for all the tries behind it.
  EXPECT_EQ(folder_.entries(), 2);
}

}  // namespace
}  // namespace weir
