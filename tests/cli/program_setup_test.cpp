#include "cli/program_setup.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

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

TEST(ProgramSetupTest, WarnsOfSecretsThatTheCommandLineShowedWithoutRepeatingThem) {
  ::testing::internal::CaptureStderr();
  warn_of_shown_secrets(
      {{"sasl.password", "hunter22"},
       {"ssl.key.password", "hunter23", std::string(KafkaProperty::kPropertyFile)},
       {"client.id", "me"}});
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("property=sasl.password"), std::string::npos) << log;
  EXPECT_EQ(log.find("ssl.key.password"), std::string::npos) << log;
  EXPECT_EQ(log.find("client.id"), std::string::npos) << log;
  EXPECT_EQ(log.find("hunter"), std::string::npos) << log;
}

TEST(ProgramSetupDeathTest, AStopThatTakesTooLongEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        StopDeadline deadline;
        deadline.begin(7, std::chrono::milliseconds(1));
        pause();
      },
      ::testing::ExitedWithCode(7), "not waited for");
}

TEST(ProgramSetupTest, AStopInTimeIsLeftAlone) {
  StopDeadline deadline;
  deadline.begin(7, std::chrono::hours(1));
}

}  // namespace
}  // namespace weir
