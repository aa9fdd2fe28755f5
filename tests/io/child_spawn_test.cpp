#include "weir/io/child_spawn.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/scoped_variable.hpp"
#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Words = std::vector<std::string>;

/// What the command writes to standard output, as lines.
Words lines_of(const Words& words, const Words& environment = {}) {
  const SpawnedChild child = spawn_child(words, environment);
  EXPECT_EQ(child.error, "");
  ::fcntl(child.out.get(), F_SETFL, 0);  // reading may block here
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t got = 0;
  while ((got = ::read(child.out.get(), buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::waitpid(child.pid, nullptr, 0);
  std::istringstream in(text);
  Words lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::string refusal(const std::string& program) {
  const Words words{program};
  const SpawnedChild child = spawn_child(words, {});
  EXPECT_EQ(child.pid, -1);
  return child.error;
}

void make_executable(const std::string& path) {
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

TEST(ChildSpawn, PassesWordsAsTheyAre) {
  EXPECT_THAT(lines_of({"printf", "%s\\n", "a b", "$HOME", "*", "", "'"}),
              ElementsAre("a b", "$HOME", "*", "", "'"));
}

TEST(ChildSpawn, GivesAFixedEnvironment) {
  const ScopedVariable secret("WEIR_TEST_SECRET", "x");
  const ScopedVariable path("PATH", "/usr/bin:/bin");
  const ScopedVariable home("HOME", "/home/flow");
  const ScopedVariable zone("TZ", "Europe/Prague");
  const ScopedVariable locale("LC_ALL", "cs_CZ.UTF-8");
  Words given = lines_of({"env"});
  std::sort(given.begin(), given.end());
  EXPECT_THAT(given, ElementsAre("HOME=/home/flow", "LANG=C.UTF-8", "LC_ALL=C.UTF-8",
                                 "PATH=/usr/bin:/bin", "TZ=Europe/Prague"));
  given = lines_of({"env"}, {"TZ=UTC", "MORE=1"});
  std::sort(given.begin(), given.end());
  EXPECT_THAT(given, ElementsAre("HOME=/home/flow", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "MORE=1",
                                 "PATH=/usr/bin:/bin", "TZ=UTC"));
}

TEST(ChildSpawn, ClosesThousandsOfDescriptors) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit many{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &many);
  std::vector<Fd> open;
  for (int i = 0; i < 4000; ++i) {
    open.emplace_back(::open("/dev/null", O_RDONLY));  // not O_CLOEXEC, as libraries forget it
    if (!open.back()) {
      break;
    }
  }
  EXPECT_GT(open.size(), 500U);
  // 3 is the folder that ls itself reads.
  EXPECT_THAT(lines_of({"ls", "/proc/self/fd"}), ElementsAre("0", "1", "2", "3"));
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

TEST(ChildSpawn, GivesNothingToRead) {
  EXPECT_THAT(lines_of({"cat"}), IsEmpty());
  EXPECT_THAT(lines_of({"readlink", "/proc/self/fd/0"}), ElementsAre("/dev/null"));
}

TEST(ChildSpawn, UnblocksSignalsAndIgnoresNone) {
  sigset_t term;
  sigset_t before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigaddset(&term, SIGINT);
  pthread_sigmask(SIG_BLOCK, &term, &before);
  const auto pipe_before = std::signal(SIGPIPE, SIG_IGN);
  const Words lines = lines_of({"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"});
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, &before, &after);
  std::signal(SIGPIPE, pipe_before);
  EXPECT_THAT(lines, ElementsAre("SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000"));
  EXPECT_EQ(sigismember(&after, SIGTERM), 1) << "the parent's mask was changed";
  EXPECT_EQ(sigismember(&after, SIGHUP), sigismember(&before, SIGHUP));
}

TEST(ChildSpawn, GivesAProcessGroupOfItsOwn) {
  const Words lines = lines_of({"sh", "-c", "echo $$; cut -d' ' -f5 /proc/$$/stat"});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], lines[1]);
}

TEST(ChildSpawn, FindsProgramsAsAShellDoes) {
  const TempFolder folder;
  folder.put("plain", "#!/bin/sh\n");
  std::filesystem::create_directories(folder.path("first/tool"));
  folder.put("tool", "#!/bin/sh\n");
  make_executable(folder.path("tool"));
  const ScopedVariable path("PATH",
                            folder.path("none") + ":" + folder.path("first") + ":" + folder.path());
  std::string error;
  EXPECT_EQ(find_program("tool", error), folder.path("tool"));
  EXPECT_EQ(error, "");
  EXPECT_EQ(find_program("plain", error), "");
  EXPECT_THAT(error, HasSubstr("plain: no such program in PATH (" + folder.path("none")));
  EXPECT_THAT(error, HasSubstr("give its full path with --command"));
  EXPECT_EQ(find_program(folder.path("tool"), error), folder.path("tool"));
  EXPECT_EQ(find_program(folder.path("plain"), error), "");
  EXPECT_THAT(error, HasSubstr("make it executable"));
  EXPECT_EQ(find_program(folder.path("missing"), error), "");
  EXPECT_THAT(error, HasSubstr("missing: no such program; install it"));
}

TEST(ChildSpawn, SaysWhyAProgramCannotBegin) {
  const TempFolder folder;
  folder.put("text", "neither\n");
  folder.put("orphan", "#!/no/such/interpreter\n");
  make_executable(folder.path("text"));
  make_executable(folder.path("orphan"));
  EXPECT_THAT(refusal(folder.path("text")), HasSubstr("neither a program for this machine"));
  EXPECT_THAT(refusal(folder.path("orphan")), HasSubstr("interpreter or loader"));
  EXPECT_THAT(refusal("no-such-program-anywhere"), HasSubstr("no such program in PATH"));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD) << "a child was not waited for";
}

}  // namespace
}  // namespace weir
