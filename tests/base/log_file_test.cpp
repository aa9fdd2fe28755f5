#include "weir/base/log_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class LogFileTest : public testing::Test {
 protected:
  [[nodiscard]] static std::string content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  TempFolder folder_;
  std::string path_ = folder_.path("weir.log");
};

TEST_F(LogFileTest, LinesAreAppendedToWhatIsThere) {
  std::ofstream(path_) << "of yesterday\n";
  LogFile file(path_, "--log-file");
  file.write("one");
  file.write("two");
  EXPECT_EQ(content(path_), "of yesterday\none\ntwo\n");
}

TEST_F(LogFileTest, ARenamedFileIsLeftWhenItIsOpenedAnew) {
  LogFile file(path_, "--log-file");
  file.write("one");
  fs::rename(path_, path_ + ".1");
  file.write("two");
  EXPECT_EQ(file.reopen(), "");
  file.write("three");
  EXPECT_EQ(content(path_ + ".1"), "one\ntwo\n");
  EXPECT_EQ(content(path_), "three\n");
}

TEST_F(LogFileTest, AFileThatWasCutGoesOnAtItsBeginning) {
  LogFile file(path_, "--log-file");
  file.write("one");
  fs::resize_file(path_, 0);
  file.write("two");
  EXPECT_EQ(content(path_), "two\n");
}

TEST_F(LogFileTest, WhereItCannotBeOpenedAnewTheOldOneIsKept) {
  LogFile file(path_, "--log-file");
  fs::rename(path_, path_ + ".1");
  fs::create_directory(path_);
  EXPECT_NE(file.reopen(), "");
  file.write("still here");
  EXPECT_EQ(content(path_ + ".1"), "still here\n");
}

TEST_F(LogFileTest, AFileThatCannotBeOpenedIsAUsageErrorThatSaysWhatToDo) {
  try {
    const LogFile file(folder_.path("nowhere/weir.log"), "--log-file");
    FAIL() << "it was opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("--log-file"), HasSubstr("nowhere/weir.log"),
                                    HasSubstr("make its folder")));
  }
}

TEST_F(LogFileTest, APipeThatNobodyReadsDoesNotHoldAnythingUp) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THROW(LogFile(path_, "--log-file"), Error);
}

}  // namespace
}  // namespace weir
