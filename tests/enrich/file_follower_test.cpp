#include "weir/enrich/file_follower.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kNever{0};

/// Keeps the newest content of a file; refuses what begins with "bad".
class FileFollowerTest : public testing::Test {
 protected:
  std::vector<FollowedFile> file(const std::string& name, std::size_t max_bytes = 1000) {
    std::vector<FollowedFile> files;
    files.push_back(one(name, max_bytes));
    return files;
  }
  FollowedFile one(const std::string& name, std::size_t max_bytes = 1000) {
    return {.kind = "networks",
            .path = folder_.path(name),
            .max_bytes = max_bytes,
            .take = [this](std::string content) {
              ++takes_;
              if (memory_is_full_) {
                throw std::bad_alloc();
              }
              if (content.starts_with("bad")) {
                throw std::runtime_error("line 1: " + content);
              }
              const std::uint64_t entries = content.size();
              content_.with([&](std::string& kept) { kept = std::move(content); });
              return entries;
            }};
  }
  std::string content() {
    return content_.with([](const std::string& kept) { return kept; });
  }
  /// Comes back when `holds` does; a fault ends in the test runner's own time limit.
  template <typename Condition>
  static void await(const Condition& holds) {
    while (!holds()) {
      std::this_thread::sleep_for(milliseconds(2));
    }
  }

  TempFolder folder_;
  Guarded<std::string> content_;
  std::atomic<int> changes_{0};
  std::atomic<int> takes_{0};
  std::atomic<bool> memory_is_full_{false};
  std::function<void()> changed_ = [this] { ++changes_; };
};

TEST_F(FileFollowerTest, FilesAreReadAtOnce) {
  folder_.put("f", "one");
  const auto before = std::chrono::system_clock::now();
  const FileFollower follower(file("f"), kNever, changed_);
  EXPECT_EQ(content(), "one");
  EXPECT_EQ(changes_, 1);
  const LookupFile status = follower.files().at(0);
  EXPECT_EQ(status.kind, "networks");
  EXPECT_EQ(status.path, folder_.path("f"));
  EXPECT_EQ(status.entries, 3U);
  EXPECT_EQ(status.failures, 0U);
  EXPECT_EQ(status.trouble, "");
  EXPECT_GE(status.loaded, before);
}

TEST_F(FileFollowerTest, WhatCannotBeUsedAtTheStartIsAUsageErrorThatNamesTheFile) {
  folder_.put("bad", "bad text");
  folder_.put("empty", "");
  folder_.put("long", "12345");
  const auto error = [&](std::vector<FollowedFile> files) {
    return usage_error([&] { const FileFollower follower(std::move(files), kNever, changed_); });
  };
  EXPECT_EQ(error(file("bad")), folder_.path("bad") + ": line 1: bad text");
  EXPECT_EQ(error(file("empty")), folder_.path("empty") + ": the file is empty");
  EXPECT_EQ(error(file("none")).find(folder_.path("none") + ": "), 0U);
  EXPECT_EQ(error(file("long", 4)).find(folder_.path("long") + ": "), 0U);
  EXPECT_EQ(changes_, 0);
}

TEST_F(FileFollowerTest, AChangedFileIsReadAgainByTheThread) {
  folder_.put("f", "one");
  const FileFollower follower(file("f"), milliseconds(1), changed_);
  ASSERT_EQ(write_file_atomically(folder_.path("f"), "two!"), "");
  await([&] { return changes_ == 2; });
  EXPECT_EQ(content(), "two!");
  await([&] { return follower.files()[0].entries == 4; });
}

TEST_F(FileFollowerTest, RefreshReadsOnlyWhatHasChangedBeforeItReturns) {
  folder_.put("a", "one");
  folder_.put("b", "two");
  std::vector<FollowedFile> files = file("a");
  files.push_back(one("b"));
  FileFollower follower(std::move(files), kNever, changed_);
  EXPECT_EQ(follower.refresh(), "");
  EXPECT_EQ(changes_, 1) << "nothing has changed";
  ASSERT_EQ(write_file_atomically(folder_.path("a"), "three"), "");
  EXPECT_EQ(follower.refresh(), "");
  EXPECT_EQ(changes_, 2);
  EXPECT_EQ(content(), "three");
}

TEST_F(FileFollowerTest, AFileIsInUseBeforeItIsToldOf) {
  folder_.put("f", "one");
  const FileFollower* asked = nullptr;
  std::uint64_t told = 0;
  changed_ = [&] { told = asked == nullptr ? 0 : asked->files().at(0).entries; };
  FileFollower follower(file("f"), kNever, changed_);
  asked = &follower;
  ASSERT_EQ(write_file_atomically(folder_.path("f"), "three"), "");
  EXPECT_EQ(follower.refresh(), "");
  EXPECT_EQ(told, 3U) << "those who use it have not heard of it";
  EXPECT_EQ(follower.files().at(0).entries, 5U);
}

TEST_F(FileFollowerTest, ABrokenNewFileKeepsWhatTheOldOneSaid) {
  folder_.put("f", "one");
  FileFollower follower(file("f"), kNever, changed_);
  ASSERT_EQ(write_file_atomically(folder_.path("f"), "bad text"), "");
  EXPECT_EQ(follower.refresh(), folder_.path("f") + ": line 1: bad text");
  EXPECT_EQ(content(), "one");
  EXPECT_EQ(changes_, 1);
  LookupFile status = follower.files().at(0);
  EXPECT_EQ(status.entries, 3U) << "of what counts";
  EXPECT_EQ(status.failures, 1U);
  EXPECT_EQ(status.trouble, "line 1: bad text");
  EXPECT_EQ(follower.refresh(), folder_.path("f") + ": line 1: bad text") << "as long as it is so";

  std::filesystem::remove(folder_.path("f"));
  EXPECT_NE(follower.refresh(), "");
  EXPECT_EQ(content(), "one");
  ASSERT_EQ(write_file_atomically(folder_.path("f"), "mended"), "");
  EXPECT_EQ(follower.refresh(), "");
  EXPECT_EQ(content(), "mended");
  status = follower.files().at(0);
  EXPECT_EQ(status.trouble, "");
  EXPECT_EQ(status.failures, 3U);
}

TEST_F(FileFollowerTest, WhatMadeNoSenseIsReadAgainWhenItChanges) {
  folder_.put("f", "one");
  FileFollower follower(file("f"), kNever, changed_);
  ASSERT_EQ(write_file_atomically(folder_.path("f"), "bad text"), "");
  EXPECT_NE(follower.refresh(), "");
  EXPECT_NE(follower.refresh(), "");
  EXPECT_EQ(takes_, 2);
  EXPECT_EQ(follower.files().at(0).failures, 2U) << "it counts as long as it is so";
  ASSERT_EQ(write_file_atomically(folder_.path("f"), "bad still"), "");
  EXPECT_EQ(follower.refresh(), folder_.path("f") + ": line 1: bad still");
  EXPECT_EQ(takes_, 3);
}

TEST_F(FileFollowerTest, WhatWasNoFaultOfTheFileIsTriedAgain) {
  folder_.put("f", "one");
  FileFollower follower(file("f"), kNever, changed_);
  ASSERT_EQ(write_file_atomically(folder_.path("f"), ""), "");
  EXPECT_NE(follower.refresh(), "");
  EXPECT_NE(follower.refresh(), "");
  EXPECT_EQ(follower.files().at(0).failures, 2U);

  memory_is_full_ = true;
  ASSERT_EQ(write_file_atomically(folder_.path("f"), "two"), "");
  EXPECT_NE(follower.refresh().find("memory"), std::string::npos);
  memory_is_full_ = false;
  EXPECT_EQ(follower.refresh(), "");
  EXPECT_EQ(content(), "two");
}

TEST_F(FileFollowerTest, TroubleIsToldOnceAndAgainWhenItIsAnother) {
  folder_.put("f", "one");
  FileFollower follower(file("f"), kNever, changed_);
  testing::internal::CaptureStderr();
  ASSERT_EQ(write_file_atomically(folder_.path("f"), "bad text"), "");
  for (int i = 0; i < 3; ++i) {
    EXPECT_NE(follower.refresh(), "");
  }
  ASSERT_EQ(write_file_atomically(folder_.path("f"), "bad again"), "");
  EXPECT_NE(follower.refresh(), "");
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2) << lines;
  EXPECT_NE(lines.find("bad text"), std::string::npos);
  EXPECT_NE(lines.find("bad again"), std::string::npos);
}

TEST_F(FileFollowerTest, ABrokenFileDoesNotKeepTheOthersFromBeingRead) {
  folder_.put("a", "one");
  folder_.put("b", "two");
  std::vector<FollowedFile> files = file("a");
  files.push_back(one("b"));
  FileFollower follower(std::move(files), kNever, changed_);
  ASSERT_EQ(write_file_atomically(folder_.path("a"), "bad"), "");
  ASSERT_EQ(write_file_atomically(folder_.path("b"), "new"), "");
  EXPECT_EQ(follower.refresh(), folder_.path("a") + ": line 1: bad");
  EXPECT_EQ(content(), "new");
  EXPECT_EQ(changes_, 2);
}

}  // namespace
}  // namespace weir
