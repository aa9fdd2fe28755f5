#include "cli/program_setup.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>

namespace weir {
namespace {

TEST(ProgramSetupTest, TheSignalsOfAServiceAreBlockedAndPipesIgnored) {
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  const sigset_t taken = block_signals();
  sigset_t now;
  pthread_sigmask(SIG_SETMASK, &before, &now);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    EXPECT_EQ(sigismember(&taken, signal), 1);
    EXPECT_EQ(sigismember(&now, signal), 1);
  }
  EXPECT_EQ(sigismember(&taken, SIGPIPE), 0);
  EXPECT_EQ(std::signal(SIGPIPE, SIG_IGN), SIG_IGN);
}

TEST(ProgramSetupTest, MoreFilesMayBeOpenAfterwards) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 64;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  raise_file_limit();
  rlimit after{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_GT(after.rlim_cur, 64U);
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST(ProgramSetupTest, SignalsHaveNames) {
  EXPECT_EQ(signal_name(SIGTERM), "SIGTERM");
  EXPECT_EQ(signal_name(SIGINT), "SIGINT");
}

}  // namespace
}  // namespace weir
