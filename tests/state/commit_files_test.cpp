#include "weir/state/commit_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

std::vector<std::string> names(const CommitFiles& files) {
  std::vector<std::string> out;
  for (const CommitFile& file : files.list()) {
    out.push_back(fs::path(file.path).filename().string());
  }
  return out;
}

std::string refusal(const std::string& folder) {
  try {
    const CommitFiles files(folder);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  return {};
}

class CommitFilesTest : public testing::Test {
 protected:
  TempFolder folder_;
};

TEST_F(CommitFilesTest, AreListedByGenerationAndAllElseIsLeftAlone) {
  for (const std::string name :
       {"log-10", "log-9", "snapshot-10", "snapshot-2", "lock", "log-", "log-01", "log-0", "log--1",
        "log-1x", "log-3.tmp", "log-4.damaged-20260101T000000", "snapshot",
        "log-9999999999999999999", "log- 5"}) {
    folder_.put(name, "x");
  }
  const CommitFiles files(folder_.path() + "//");
  EXPECT_THAT(names(files), ElementsAre("snapshot-2", "log-9", "log-10", "snapshot-10"));
  EXPECT_EQ(files.path(FileKind::log, 9), folder_.path("log-9"));
  EXPECT_EQ(files.path(FileKind::snapshot, 2), folder_.path("snapshot-2"));
}

TEST_F(CommitFilesTest, HaveTheirFolderMade) {
  const CommitFiles files(folder_.path("a/b/c"));
  EXPECT_TRUE(fs::is_directory(folder_.path("a/b/c")));
  EXPECT_THAT(names(files), ElementsAre());
}

TEST_F(CommitFilesTest, AreRemovedWhereTheyWereNeverFinished) {
  for (const std::string name : {"log-3.tmp", "snapshot-4.tmp", "mine.tmp", "log-3"}) {
    folder_.put(name, "x");
  }
  CommitFiles(folder_.path()).remove_temporaries();
  EXPECT_FALSE(fs::exists(folder_.path("log-3.tmp")));
  EXPECT_FALSE(fs::exists(folder_.path("snapshot-4.tmp")));
  EXPECT_TRUE(fs::exists(folder_.path("mine.tmp")));
  EXPECT_TRUE(fs::exists(folder_.path("log-3")));
}

TEST_F(CommitFilesTest, AreRemovedBeforeAGeneration) {
  for (const std::string name : {"log-3", "snapshot-3", "log-4", "snapshot-4", "log-1.damaged-x"}) {
    folder_.put(name, "x");
  }
  const CommitFiles files(folder_.path());
  files.remove_before(4);
  EXPECT_THAT(names(files), ElementsAre("log-4", "snapshot-4"));
  EXPECT_TRUE(fs::exists(folder_.path("log-1.damaged-x")));
}

TEST_F(CommitFilesTest, AreSetAsideUnderNamesThatAreFree) {
  std::vector<std::string> asides;
  for (int i = 0; i < 3; ++i) {
    folder_.put("log-3", std::to_string(i));
    asides.push_back(CommitFiles::set_aside(folder_.path("log-3"), "damaged"));
    EXPECT_THAT(asides.back(), StartsWith(folder_.path("log-3.damaged-20")));
  }
  EXPECT_FALSE(fs::exists(folder_.path("log-3")));
  for (std::size_t i = 0; i < asides.size(); ++i) {
    EXPECT_EQ(folder_.get(fs::path(asides[i]).filename().string()), std::to_string(i));
  }
  EXPECT_EQ(CommitFiles::set_aside(folder_.path("log-3"), "damaged"), "");
}

TEST_F(CommitFilesTest, AreCutOnceACopyIsThere) {
  folder_.put("log-3", "good|bad");
  const std::string copy = CommitFiles::copy_and_cut(folder_.path("log-3"), "damaged", 4);
  EXPECT_EQ(folder_.get(fs::path(copy).filename().string()), "good|bad");
  EXPECT_EQ(folder_.get("log-3"), "good");
  EXPECT_EQ(CommitFiles::copy_and_cut(folder_.path("none"), "damaged", 4), "");
  EXPECT_EQ(CommitFiles::cut(folder_.path("log-3"), 2), 0);
  EXPECT_EQ(folder_.get("log-3"), "go");
  EXPECT_EQ(CommitFiles::cut(folder_.path("none"), 2), ENOENT);
}

TEST_F(CommitFilesTest, InAFolderThatCannotBeUsedSayWhatToDo) {
  folder_.put("file", "x");
  EXPECT_THAT(refusal(folder_.path("file")), StartsWith("--state-dir " + folder_.path("file")));
  EXPECT_THAT(refusal(folder_.path("file/below")), HasSubstr("cannot make this folder"));
  // Of this thread only: a user, perhaps root until now, who may not write into the folder.
  const CommitFiles files(folder_.path());
  folder_.put("log-1.tmp", "x");
  ::chmod(folder_.path().c_str(), 0500);
  const int user = ::setfsuid(65534);
  const std::string text = refusal(folder_.path("new"));
  ::setfsuid(static_cast<uid_t>(user));
  ::chmod(folder_.path().c_str(), 0700);
  EXPECT_THAT(text, HasSubstr("cannot make this folder: Permission denied"));
  EXPECT_THAT(text, EndsWith("--state-dir none to keep nothing"));
}

}  // namespace
}  // namespace weir
