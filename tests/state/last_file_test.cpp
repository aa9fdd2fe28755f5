#include "weir/state/last_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LastFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string refusal() const {
    try {
      static_cast<void>(last_.read());
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), Error::kUsage);
      return error.what();
    }
    return {};
  }

  TempFolder folder_;
  LastFile last_{folder_.path("last")};
};

mode_t mode_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

TEST_F(LastFileTest, ThatIsMissingSaysNothing) {
  EXPECT_EQ(last_.read(), std::nullopt);
  EXPECT_EQ(LastFile(folder_.path("no/folder/last")).read(), std::nullopt);
}

TEST_F(LastFileTest, IsReadWithAndWithoutANewline) {
  folder_.put("last", "202611212305");
  EXPECT_EQ(last_.read(), parse_window("202611212305"));
  folder_.put("last", "202611212310\n");
  EXPECT_EQ(last_.read(), parse_window("202611212310"));
}

TEST_F(LastFileTest, HoldsTheNameAloneOnceWritten) {
  last_.write(*parse_window("202611212305"));
  EXPECT_EQ(folder_.get("last"), "202611212305");
  last_.write(*parse_window("202611212310"));
  EXPECT_EQ(folder_.get("last"), "202611212310");
  EXPECT_EQ(last_.read(), parse_window("202611212310"));
  EXPECT_EQ(folder_.entries(), 1);
}

TEST_F(LastFileTest, WithAnythingElseInItIsRefusedAndLeftAsItIs) {
  for (const std::string bytes : {"rubbish", "2026112123", "202613212305", "202611212305\n\n",
                                  "202611212305\r\n", " 202611212305", "202602300000"}) {
    folder_.put("last", bytes);
    const std::string text = refusal();
    EXPECT_THAT(text, HasSubstr("--state " + folder_.path("last"))) << bytes;
    EXPECT_THAT(text, HasSubstr("Write the right name into it")) << bytes;
    EXPECT_EQ(folder_.get("last"), bytes);
  }
}

TEST_F(LastFileTest, IsShownInTheMessageEscapedAndCut) {
  folder_.put("last", "");
  EXPECT_THAT(refusal(), HasSubstr("but holds nothing."));
  folder_.put("last", std::string("a\"\\\n\x1b\xff\0", 7));
  EXPECT_THAT(refusal(), HasSubstr(R"(but holds "a\x22\x5c\n\x1b\xff\x00".)"));
  folder_.put("last", std::string(1000, 'x'));
  EXPECT_THAT(refusal(), HasSubstr("\"" + std::string(40, 'x') + "\" …."));
}

TEST_F(LastFileTest, ThatCannotBeReadIsRefused) {
  fs::create_directory(folder_.path("last"));
  EXPECT_THAT(refusal(), HasSubstr("cannot read it: it is not a regular file"));
  fs::remove(folder_.path("last"));
  folder_.put("last", std::string(100'000, 'x'));
  EXPECT_THAT(refusal(), HasSubstr("larger than"));
}

TEST_F(LastFileTest, KeepsItsModeAndOwner) {
  last_.write(Window{5});
  EXPECT_EQ(mode_of(last_.path()), 0644U);
  ASSERT_EQ(::chmod(last_.path().c_str(), 0660), 0);
  const bool given_away = ::chown(last_.path().c_str(), 12345, 12346) == 0;  // as root only
  last_.write(Window{10});
  EXPECT_EQ(mode_of(last_.path()), 0660U);
  struct stat status{};
  ASSERT_EQ(::stat(last_.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, given_away ? 12345 : ::geteuid());
  EXPECT_EQ(status.st_gid, given_away ? 12346 : ::getegid());
}

TEST_F(LastFileTest, BehindASymbolicLinkIsReplacedThere) {
  fs::create_directory(folder_.path("real"));
  fs::create_symlink("real/last", folder_.path("last"));
  last_.write(Window{5});
  last_.write(Window{10});
  EXPECT_TRUE(fs::is_symlink(folder_.path("last")));
  EXPECT_EQ(folder_.get("real/last"), "197001010010");
}

TEST_F(LastFileTest, ThatCannotBeWrittenIsAFailureThatNamesIt) {
  try {
    LastFile(folder_.path("no/folder/last")).write(Window{5});
    FAIL() << "it was written";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kFailed);
    EXPECT_THAT(error.what(), HasSubstr("no/folder/last: cannot write it: No such file"));
    EXPECT_THAT(error.what(), HasSubstr("make its folder writable"));
  }
}

}  // namespace
}  // namespace weir
