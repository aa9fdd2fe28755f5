#include "weir/io/append_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "tests/support/file_limit.hpp"
#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

class AppendFileTest : public testing::Test {
 protected:
  TempFolder folder_;
  std::string path_ = folder_.path("file");
  AppendFile file_;
};

TEST_F(AppendFileTest, HoldsAllPartsInTheirOrder) {
  ASSERT_EQ(file_.create(path_), 0);
  EXPECT_EQ(file_.write({"one ", "", "two ", "three"}), 0);
  EXPECT_EQ(file_.write({" four"}), 0);
  EXPECT_EQ(file_.sync(), 0);
  EXPECT_EQ(file_.size(), 18U);
  EXPECT_EQ(folder_.get("file"), "one two three four");
  EXPECT_FALSE(file_.failing());
}

TEST_F(AppendFileTest, BeginsEmptyAndIsItsOwnersOnly) {
  folder_.put("file", "something before");
  ASSERT_EQ(file_.create(path_), 0);
  EXPECT_EQ(folder_.get("file"), "");
  EXPECT_EQ(file_.size(), 0U);
  ASSERT_EQ(file_.create(folder_.path("new")), 0);
  struct stat status{};
  ASSERT_EQ(::stat(folder_.path("new").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(AppendFileTest, ThatCannotBeMadeSaysWhy) {
  EXPECT_EQ(file_.create(folder_.path("no/file")), ENOENT);
  EXPECT_FALSE(file_.is_open());
}

TEST_F(AppendFileTest, ThatWasCutShortByAFullDiskIsCutBack) {
  ASSERT_EQ(file_.create(path_), 0);
  ASSERT_EQ(file_.write({"good"}), 0);
  ASSERT_EQ(file_.sync(), 0);
  {
    const ScopedFileLimit limit(10);
    EXPECT_EQ(file_.write({"head", std::string(100, 'x')}), EFBIG);
    EXPECT_EQ(file_.size(), 4U);
    EXPECT_EQ(folder_.get("file"), "good");
    EXPECT_EQ(file_.write({"again, of another size", std::string(1000, 'y')}), EFBIG);
    EXPECT_EQ(folder_.get("file"), "good");
  }
  EXPECT_FALSE(file_.failing());
  EXPECT_EQ(file_.write({" and", " better"}), 0);
  EXPECT_EQ(file_.sync(), 0);
  EXPECT_EQ(folder_.get("file"), "good and better");
}

TEST_F(AppendFileTest, MayBeHandedToTheDiskPieceByPiece) {
  ASSERT_EQ(file_.create(path_), 0);
  std::string all;
  for (char c = 'a'; c < 'e'; ++c) {
    const std::string piece(100'000, c);
    ASSERT_EQ(file_.write({piece}), 0);
    ASSERT_EQ(file_.begin_writeback(), 0);
    all += piece;
  }
  EXPECT_EQ(file_.sync(), 0);
  EXPECT_EQ(folder_.get("file"), all);
}

TEST_F(AppendFileTest, OnADiskThatIsFullFails) {
  // What is written to it never arrives; no other device says so of itself.
  AppendFile full;
  if (!std::filesystem::is_character_file("/dev/full") || full.create("/dev/full") != 0) {
    GTEST_SKIP() << "there is no /dev/full here that may be written to";
  }
  EXPECT_EQ(full.write({"text"}), ENOSPC);
  EXPECT_EQ(full.size(), 0U);
}

TEST(SyncFolder, SaysWhyItCannot) {
  const TempFolder folder;
  folder.put("file", "x");
  EXPECT_EQ(sync_folder(folder.path()), 0);
  EXPECT_EQ(sync_folder(folder.path("none")), ENOENT);
  EXPECT_EQ(sync_folder(folder.path("file")), ENOTDIR);
  EXPECT_EQ(sync_file(folder.path("file")), 0);
  EXPECT_EQ(sync_file(folder.path("none")), ENOENT);
}

TEST(MakeFolders, MakesEveryLevelThatIsMissing) {
  const TempFolder folder;
  for (const char* const name : {"a/b/c", "a/b/c/", "a/./b/d", "a"}) {
    EXPECT_EQ(make_folders(folder.path(name)), 0) << name;
    EXPECT_TRUE(std::filesystem::is_directory(folder.path(name))) << name;
  }
  folder.put("file", "x");
  EXPECT_EQ(make_folders(folder.path("file/below")), ENOTDIR);
  EXPECT_EQ(make_folders(folder.path("file")), ENOTDIR);
  EXPECT_EQ(make_folders("/"), 0);
  EXPECT_EQ(make_folders("."), 0);
}

TEST(WriteFailure, SaysWhatToDo) {
  EXPECT_THAT(write_failure(ENOSPC), HasSubstr("No space left on device; make room"));
  EXPECT_THAT(write_failure(EDQUOT), HasSubstr("quota"));
  EXPECT_THAT(write_failure(EFBIG), HasSubstr("ulimit -f"));
  EXPECT_THAT(write_failure(EIO), HasSubstr("the kernel's log"));
  EXPECT_THAT(write_failure(EROFS), HasSubstr("the kernel's log"));
  EXPECT_THAT(write_failure(EACCES), HasSubstr("the right to write"));
  EXPECT_THAT(write_failure(ENOENT), HasSubstr("make it again"));
  EXPECT_EQ(write_failure(EMFILE), "Too many open files");
}

}  // namespace
}  // namespace weir
