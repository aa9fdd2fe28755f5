#include "weir/io/spill_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/file_limit.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

class SpillFileTest : public testing::Test {
 protected:
  std::string read(std::uint64_t offset, std::size_t size) {
    std::string bytes(size, ' ');
    file_.read(offset, bytes);
    return bytes;
  }
  TempFolder folder_;
  SpillFile file_{folder_.path()};
};

TEST_F(SpillFileTest, GivesBackWhatWasPutAway) {
  const std::uint64_t first = file_.append(std::string_view("first"));
  const std::uint64_t second = file_.append(std::string_view("second\0one", 10));
  EXPECT_EQ(read(second, 10), std::string_view("second\0one", 10));
  EXPECT_EQ(read(first, 5), "first");
  EXPECT_EQ(read(second + 2, 4), "cond");
}

TEST_F(SpillFileTest, TakesPiecesFromSeveralThreads) {
  constexpr std::size_t kPieces = 200;
  std::vector<std::vector<std::uint64_t>> offsets(4, std::vector<std::uint64_t>(kPieces));
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < offsets.size(); ++t) {
      threads.emplace_back([this, t, &offsets] {
        for (std::size_t i = 0; i < kPieces; ++i) {
          offsets[t][i] = file_.append(std::string(i * 10 + 1, static_cast<char>('a' + t)));
        }
      });
    }
  }
  for (std::size_t t = 0; t < offsets.size(); ++t) {
    for (std::size_t i = 0; i < kPieces; ++i) {
      ASSERT_EQ(read(offsets[t][i], i * 10 + 1),
                std::string(i * 10 + 1, static_cast<char>('a' + t)));
    }
  }
}

TEST_F(SpillFileTest, KeepsTheRestWhenSomeIsReleased) {
  const std::uint64_t first = file_.append(std::string(100'000, 'a'));
  const std::uint64_t second = file_.append(std::string(100'000, 'b'));
  file_.release(first, 100'000);
  EXPECT_EQ(read(second, 100'000), std::string(100'000, 'b'));
}

TEST_F(SpillFileTest, HasNoNameInItsFolder) {
  file_.append(std::string_view("something"));
  EXPECT_EQ(folder_.entries(), 0);
}

TEST_F(SpillFileTest, RefusesToReadWhatIsNotThere) {
  const std::uint64_t offset = file_.append(std::string_view("short"));
  EXPECT_THROW(read(offset, 6), Error);
}

TEST_F(SpillFileTest, SaysWhichDiskIsFullAndHowMuchItTook) {
  std::string message;
  try {
    const ScopedFileLimit limit(2'000'000);
    for (int i = 0; i < 1000; ++i) {
      file_.append(std::string(10'000, 'x'));
    }
  } catch (const Error& error) {
    message = error.what();
    EXPECT_EQ(error.exit_code(), Error::kFailed);
  }
  EXPECT_THAT(message, HasSubstr(folder_.path() + ": cannot write a temporary file"));
  EXPECT_THAT(message, HasSubstr("File too large, after 2.0 MB of it"));
}

TEST_F(SpillFileTest, NeedsAFolderItMayWriteTo) {
  EXPECT_THAT(usage_error([&] { const SpillFile none(folder_.path("none")); }),
              HasSubstr(folder_.path("none") + ": cannot make a temporary file"));
}

}  // namespace
}  // namespace weir
