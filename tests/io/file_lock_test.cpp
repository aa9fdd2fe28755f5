#include "weir/io/file_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

class FileLockTest : public testing::Test {
 protected:
  TempFolder folder_;
  std::string path_ = folder_.path("last.lock");
};

TEST_F(FileLockTest, IsHeldByOneAtATime) {
  auto first = FileLock::try_take(path_);
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(FileLock::try_take(path_).has_value());
  first.reset();
  EXPECT_TRUE(FileLock::try_take(path_).has_value());
}

TEST_F(FileLockTest, SaysWhoHoldsIt) {
  const auto lock = FileLock::try_take(path_);
  EXPECT_EQ(FileLock::holder(path_), "process " + std::to_string(::getpid()));
  EXPECT_EQ(FileLock::holder(folder_.path("none")), "another process");
  folder_.put("odd", "rm -rf");
  EXPECT_EQ(FileLock::holder(folder_.path("odd")), "another process");
}

TEST_F(FileLockTest, GoesWithTheProcessThatIsKilled) {
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    const auto lock = FileLock::try_take(path_);
    static_cast<void>(::write(ready[1], lock ? "y" : "n", 1) > 0);
    ::pause();
    ::_exit(0);
  }
  char taken = 0;
  ASSERT_EQ(::read(ready[0], &taken, 1), 1);
  EXPECT_EQ(taken, 'y');
  EXPECT_FALSE(FileLock::try_take(path_).has_value());
  EXPECT_EQ(FileLock::holder(path_), "process " + std::to_string(pid));
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  EXPECT_TRUE(FileLock::try_take(path_).has_value());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(FileLockTest, ThatCannotBeMadeSaysWhatToDo) {
  const auto refusal = [](const std::string& path) -> std::string {
    try {
      static_cast<void>(FileLock::try_take(path));
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), Error::kUsage);
      return error.what();
    }
    return {};
  };
  EXPECT_THAT(refusal(folder_.path("no/last.lock")), HasSubstr("make this folder"));
  // Of this thread only: a user, perhaps root until now, who may not write into the folder.
  ::chmod(folder_.path("").c_str(), 0500);
  const int user = ::setfsuid(65534);
  const std::string text = refusal(folder_.path("last.lock"));
  ::setfsuid(static_cast<uid_t>(user));
  ::chmod(folder_.path("").c_str(), 0700);
  EXPECT_THAT(text, HasSubstr("last.lock: cannot open it"));
  EXPECT_THAT(text, HasSubstr("right to write it"));
}

}  // namespace
}  // namespace weir
