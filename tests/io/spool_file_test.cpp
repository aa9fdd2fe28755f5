#include "weir/io/spool_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "tests/support/file_limit.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

class SpoolFileTest : public testing::Test {
 protected:
  TempFolder folder_;
  SpoolFile spool_{folder_.path()};
  SpoolRecord record_;
};

TEST_F(SpoolFileTest, GivesBackWhatWasAppendedInItsOrder) {
  for (int i = 0; i < 200'000; ++i) {
    spool_.append(std::to_string(i), std::string(static_cast<std::size_t>(i % 97), 'v'));
  }
  EXPECT_EQ(spool_.records(), 200'000U);
  for (int i = 0; i < 200'000; ++i) {
    ASSERT_TRUE(spool_.next(record_));
    ASSERT_EQ(record_.key, std::to_string(i));
    ASSERT_EQ(record_.value, std::string(static_cast<std::size_t>(i % 97), 'v'));
  }
  EXPECT_FALSE(spool_.next(record_));
  EXPECT_FALSE(spool_.next(record_));
}

TEST_F(SpoolFileTest, TellsNoKeyFromAnEmptyOne) {
  spool_.append(std::nullopt, "a");
  spool_.append("", "");
  ASSERT_TRUE(spool_.next(record_));
  EXPECT_EQ(record_.key, std::nullopt);
  EXPECT_EQ(record_.value, "a");
  ASSERT_TRUE(spool_.next(record_));
  EXPECT_EQ(record_.key, "");
  EXPECT_EQ(record_.value, "");
}

TEST_F(SpoolFileTest, KeepsBytesOfAnyKind) {
  const std::string_view bytes("\0\xff\n\0", 4);
  spool_.append(bytes, bytes);
  ASSERT_TRUE(spool_.next(record_));
  EXPECT_EQ(record_.key, bytes);
  EXPECT_EQ(record_.value, bytes);
}

TEST_F(SpoolFileTest, TakesRecordsLargerThanItsBuffers) {
  const std::string large(3'000'000, 'x');
  const std::string key(700'000, 'k');
  for (int i = 0; i < 3; ++i) {
    spool_.append(key, large);
    spool_.append(std::nullopt, "small");
  }
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(spool_.next(record_));
    EXPECT_EQ(record_.key, key);
    EXPECT_EQ(record_.value, large);
    ASSERT_TRUE(spool_.next(record_));
    EXPECT_EQ(record_.value, "small");
  }
  EXPECT_FALSE(spool_.next(record_));
}

TEST_F(SpoolFileTest, CountsItsBytes) {
  EXPECT_EQ(spool_.file_bytes(), 0U);
  spool_.append("key", "value");
  spool_.append(std::nullopt, "v");
  EXPECT_EQ(spool_.payload_bytes(), 9U);
  EXPECT_EQ(spool_.file_bytes(), 25U);
  while (spool_.next(record_)) {
  }
  EXPECT_EQ(spool_.file_bytes(), 25U);
}

TEST_F(SpoolFileTest, BeginsAgain) {
  spool_.append("a", "1");
  spool_.append("b", "2");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(spool_.next(record_));
    EXPECT_EQ(record_.key, "a");
    spool_.rewind();
  }
}

TEST_F(SpoolFileTest, IsEmptyOnceCleared) {
  spool_.append("a", std::string(1'000'000, 'x'));
  ASSERT_TRUE(spool_.next(record_));
  spool_.clear();
  EXPECT_EQ(spool_.records(), 0U);
  EXPECT_EQ(spool_.file_bytes(), 0U);
  EXPECT_FALSE(spool_.next(record_));
  spool_.append("b", "2");
  ASSERT_TRUE(spool_.next(record_));
  EXPECT_EQ(record_.key, "b");
  EXPECT_EQ(record_.value, "2");
  EXPECT_FALSE(spool_.next(record_));
}

TEST_F(SpoolFileTest, HasNoNameInItsFolder) {
  spool_.append("a", std::string(1'000'000, 'x'));
  EXPECT_EQ(folder_.entries(), 0);
}

TEST_F(SpoolFileTest, SaysWhichDiskIsFullAndHowMuchItTook) {
  std::string message;
  try {
    const ScopedFileLimit limit(2'000'000);
    for (int i = 0; i < 1000; ++i) {
      spool_.append(std::nullopt, std::string(10'000, 'x'));
    }
  } catch (const Error& error) {
    message = error.what();
    EXPECT_EQ(error.exit_code(), Error::kFailed);
  }
  EXPECT_THAT(message, HasSubstr(folder_.path() + ": cannot write a temporary file"));
  EXPECT_THAT(message, HasSubstr("File too large, after 2.0 MB of it"));
  spool_.clear();
  spool_.append("a", "1");
  EXPECT_TRUE(spool_.next(record_));
}

TEST_F(SpoolFileTest, NeedsAFolderItMayWriteTo) {
  EXPECT_THAT(usage_error([&] { const SpoolFile none(folder_.path("none")); }),
              HasSubstr(folder_.path("none") + ": cannot make a temporary file"));
}

}  // namespace
}  // namespace weir
