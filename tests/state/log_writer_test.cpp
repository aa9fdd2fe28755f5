#include "weir/state/log_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/file_limit.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/state/frame_file.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LogWriterTest : public testing::Test {
 protected:
  [[nodiscard]] static CommitFileHeader header(std::uint64_t base) {
    CommitFileHeader made;
    made.base = base;
    made.about = "it";
    return made;
  }
  [[nodiscard]] std::vector<std::string> commits() const {
    FrameFile file(path_, FileKind::log);
    std::vector<std::string> out;
    while (const auto frame = file.next()) {
      out.push_back(std::to_string(frame->number) + " " + std::string(frame->payload));
    }
    EXPECT_EQ(file.damage(), "");
    return out;
  }

  TempFolder folder_;
  std::string path_ = folder_.path("log-1");
  LogWriter log_;
};

TEST_F(LogWriterTest, BeginsALogWithItsFirstCommitAndGoesOn) {
  EXPECT_FALSE(log_.can_append());
  EXPECT_EQ(log_.begin(path_, header(4), "five"), "");
  EXPECT_THAT(commits(), ElementsAre("5 five"));
  EXPECT_EQ(log_.append(6, "six"), "");
  EXPECT_EQ(log_.append(7, ""), "");
  EXPECT_THAT(commits(), ElementsAre("5 five", "6 six", "7 "));
  EXPECT_EQ(log_.size(), std::filesystem::file_size(path_));
  EXPECT_EQ(FrameFile(path_, FileKind::log).header()->about, "it");
  EXPECT_EQ(folder_.entries(), 1);
}

TEST_F(LogWriterTest, GivesEachLogASaltOfItsOwn) {
  ASSERT_EQ(log_.begin(path_, header(0), "x"), "");
  const std::string first = folder_.get("log-1");
  ASSERT_EQ(log_.begin(path_, header(0), "x"), "");
  EXPECT_NE(folder_.get("log-1"), first);
}

TEST_F(LogWriterTest, LeavesNothingOfALogThatCouldNotBeBegun) {
  {
    const ScopedFileLimit limit(100);
    EXPECT_THAT(log_.begin(path_, header(0), std::string(100, 'x')),
                HasSubstr("log-1: cannot write it: File too large; raise"));
  }
  EXPECT_EQ(folder_.entries(), 0);
  EXPECT_FALSE(log_.can_append());
  EXPECT_EQ(log_.begin(path_, header(0), "shorter"), "");
  EXPECT_THAT(commits(), ElementsAre("1 shorter"));
}

TEST_F(LogWriterTest, AppendsAtTheSamePlaceAfterAFailure) {
  ASSERT_EQ(log_.begin(path_, header(0), "one"), "");
  {
    const ScopedFileLimit limit(log_.size() + 50);
    EXPECT_THAT(log_.append(2, std::string(100, 'x')), HasSubstr("log-1: cannot write it"));
    EXPECT_THAT(log_.append(2, std::string(1000, 'y')), HasSubstr("log-1: cannot write it"));
    EXPECT_THAT(commits(), ElementsAre("1 one"));
  }
  EXPECT_TRUE(log_.can_append());
  EXPECT_EQ(log_.append(2, "two"), "");
  EXPECT_THAT(commits(), ElementsAre("1 one", "2 two"));
}

TEST_F(LogWriterTest, NoticesThatItsLogWasRemovedOrReplaced) {
  for (const bool replaced : {false, true}) {
    ASSERT_EQ(log_.begin(path_, header(0), "one"), "");
    ASSERT_EQ(log_.append(2, "two"), "");
    EXPECT_FALSE(log_.removed());
    std::filesystem::rename(path_, folder_.path("away"));
    if (replaced) {
      folder_.put("log-1", "of somebody else");
    }
    EXPECT_THAT(log_.append(3, "three"), HasSubstr("log-1: somebody has removed it"));
    EXPECT_TRUE(log_.removed());
    EXPECT_FALSE(log_.can_append());
    ASSERT_EQ(log_.begin(path_, header(2), "three"), "");
    EXPECT_FALSE(log_.removed());
    EXPECT_THAT(commits(), ElementsAre("3 three"));
  }
}

TEST_F(LogWriterTest, SaysThatTheFolderIsGone) {
  const TempFolder other;
  std::filesystem::create_directory(other.path("state"));
  std::filesystem::remove(other.path("state"));
  EXPECT_THAT(log_.begin(other.path("state/log-1"), header(0), "x"), HasSubstr("make it again"));
}

}  // namespace
}  // namespace weir
