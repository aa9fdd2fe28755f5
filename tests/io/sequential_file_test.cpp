#include "weir/io/sequential_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

std::string some_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>((i * 2654435761U) >> 13U);
  }
  return bytes;
}

class SequentialFileTest : public testing::Test {
 protected:
  TempFolder folder_;
  SequentialFile file_;
};

TEST_F(SequentialFileTest, GivesAllBytesInPiecesOfAnySize) {
  const std::string bytes = some_bytes(std::size_t{5} << 20);
  folder_.put("file", bytes);
  for (const std::size_t piece : {std::size_t{4093}, std::size_t{700'001}, std::size_t{3} << 20}) {
    ASSERT_EQ(file_.open(folder_.path("file")), "");
    EXPECT_EQ(file_.size(), bytes.size());
    std::string read;
    for (auto view = file_.peek(piece); !view.empty(); view = file_.peek(piece)) {
      EXPECT_EQ(file_.offset(), read.size());
      read += view;
      file_.skip(view.size());
    }
    EXPECT_TRUE(read == bytes) << piece;
    EXPECT_EQ(file_.error(), "");
  }
}

TEST_F(SequentialFileTest, ShowsTheSameBytesUntilTheyAreSkipped) {
  folder_.put("file", "abcdef");
  ASSERT_EQ(file_.open(folder_.path("file")), "");
  EXPECT_EQ(file_.peek(2), "ab");
  EXPECT_EQ(file_.peek(4), "abcd");
  file_.skip(3);
  EXPECT_EQ(file_.peek(100), "def");
  file_.seek(1);
  EXPECT_EQ(file_.peek(2), "bc");
  file_.seek(100);
  EXPECT_EQ(file_.peek(2), "");
}

TEST_F(SequentialFileTest, TakesNoMoreMemoryThanTheFileHasBytes) {
  folder_.put("file", "abcdef");
  ASSERT_EQ(file_.open(folder_.path("file")), "");
  EXPECT_EQ(file_.peek(SIZE_MAX), "abcdef");
}

TEST_F(SequentialFileTest, ThatBecomesShorterSaysSo) {
  folder_.put("file", some_bytes(std::size_t{5} << 20));
  ASSERT_EQ(file_.open(folder_.path("file")), "");
  EXPECT_EQ(file_.peek(10).size(), 10U);
  std::filesystem::resize_file(folder_.path("file"), 100);
  EXPECT_LT(file_.peek(std::size_t{5} << 20).size(), std::size_t{5} << 20);
  EXPECT_EQ(file_.error(), "it became shorter while it was read");
}

TEST_F(SequentialFileTest, ThatIsNoRegularFileIsRefused) {
  EXPECT_EQ(file_.open(folder_.path("none")), "No such file or directory");
  EXPECT_EQ(file_.open(folder_.path()), "it is not a regular file");
  ASSERT_EQ(::mkfifo(folder_.path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(file_.open(folder_.path("pipe")), "it is not a regular file");
}

TEST_F(SequentialFileTest, ThatIsEmptyHasNoBytes) {
  folder_.put("file", "");
  ASSERT_EQ(file_.open(folder_.path("file")), "");
  EXPECT_EQ(file_.peek(1), "");
  EXPECT_EQ(file_.error(), "");
}

}  // namespace
}  // namespace weir
