#include "weir/io/unnamed_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

TEST(UnnamedFile, CanBeWrittenAndRead) {
  const TempFolder folder;
  const Fd fd = open_unnamed_file(folder.path());
  ASSERT_TRUE(fd);
  EXPECT_EQ(::pwrite(fd.get(), "abc", 3, 0), 3);
  std::array<char, 3> read{};
  EXPECT_EQ(::pread(fd.get(), read.data(), read.size(), 0), 3);
  EXPECT_EQ(read[2], 'c');
}

TEST(UnnamedFile, IsNotSeenInItsFolder) {
  const TempFolder folder;
  const Fd fd = open_unnamed_file(folder.path());
  EXPECT_EQ(folder.entries(), 0);
}

TEST(UnnamedFile, NeedsItsFolder) {
  const TempFolder folder;
  EXPECT_FALSE(open_unnamed_file(folder.path("none")));
  EXPECT_EQ(errno, ENOENT);
}

}  // namespace
}  // namespace weir
