#include "weir/io/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace weir {
namespace {

namespace fs = std::filesystem;

class File : public testing::Test {
 protected:
  File() {
    std::string pattern = (fs::temp_directory_path() / "weir-file-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~File() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
  void put(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }

  fs::path folder_;
};

TEST_F(File, IsReadWhole) {
  const std::string bytes("a\0b\n", 4);
  put("f", bytes);
  const FileContent content = read_file(path("f"), 4);
  EXPECT_TRUE(content.ok()) << content.error;
  EXPECT_EQ(content.bytes, bytes);
  put("empty", "");
  EXPECT_TRUE(read_file(path("empty"), 0).ok());
}

TEST_F(File, OfSizeZeroAsInProcIsReadWhole) {
  const FileContent content = read_file("/proc/self/status", 1 << 20);
  EXPECT_TRUE(content.ok()) << content.error;
  EXPECT_NE(content.bytes.find("VmRSS"), std::string::npos);
}

TEST_F(File, LargerThanTheBoundIsAnError) {
  put("f", "12345");
  EXPECT_EQ(read_file(path("f"), 4).error, "it is larger than 4 bytes");
  EXPECT_EQ(read_file("/proc/self/status", 10).error, "it is larger than 10 bytes");
}

TEST_F(File, ThatIsMissingOrNoRegularFileIsAnError) {
  EXPECT_EQ(read_file(path("none"), 10).error, "No such file or directory");
  EXPECT_EQ(read_file(folder_.string(), 10).error, "it is not a regular file");
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_file(path("pipe"), 10).error, "it is not a regular file");
}

TEST_F(File, IsReplacedAtomicallyAndLeavesNothingBeside) {
  put("f", "old");
  EXPECT_EQ(write_file_atomically(path("f"), "new"), "");
  EXPECT_EQ(read_file(path("f"), 10).bytes, "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(File, ThatCannotBeWrittenGivesTheReasonAndKeepsTheOldOne) {
  EXPECT_EQ(write_file_atomically(path("no/such/folder/f"), "x"), "No such file or directory");
  fs::create_directory(path("occupied"));
  EXPECT_NE(write_file_atomically(path("occupied"), "x"), "");
  EXPECT_TRUE(fs::is_directory(path("occupied")));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(File, StampChangesWithContentAndWithReplacement) {
  EXPECT_FALSE(file_stamp(path("f")).has_value());
  put("f", "one");
  const auto first = file_stamp(path("f"));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first, file_stamp(path("f")));
  EXPECT_EQ(write_file_atomically(path("f"), "two"), "");
  EXPECT_NE(first, file_stamp(path("f")));
}

TEST_F(File, DescriptorIsClosedByItsLastOwner) {
  int number = -1;
  {
    Fd fd(::open("/dev/null", O_RDONLY));
    number = fd.get();
    Fd other(std::move(fd));
    EXPECT_EQ(other.get(), number);
    EXPECT_EQ(::fcntl(number, F_GETFD), 0);
  }
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

}  // namespace
}  // namespace weir
