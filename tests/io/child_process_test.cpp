#include "weir/io/child_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

using Words = std::vector<std::string>;

/// Far longer than any test may take: commands that sleep this long never end by themselves.
const std::string kForever = "sleep 1000";

struct Ran {
  ChildResult result;
  std::string output;
};

Ran run(const std::string& script, const ChildOptions& options = {},
        const std::stop_token& stop = {}) {
  Ran ran;
  const Words words{"/bin/sh", "-c", script};
  ran.result =
      run_child(words, options, [&ran](std::string_view bytes) { ran.output += bytes; }, stop);
  return ran;
}

/// Runs what prints something and does not end, with a time limit that lets it do so much: on a
/// busy machine a shell alone may take long to start.
Ran run_to_its_limit(const std::string& script, milliseconds kill_after = milliseconds(100)) {
  for (milliseconds limit(300);; limit *= 4) {
    Ran ran = run(script, {.timeout = limit, .kill_after = kill_after, .environment = {}});
    if (!ran.output.empty() || limit > std::chrono::minutes(2)) {
      return ran;
    }
  }
}

bool alive(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
  std::string number;
  std::string name;
  std::string state;
  return static_cast<bool>(status >> number >> name >> state) && state != "Z" && state != "X";
}

/// Waits for a process to be gone that was killed; a minute is for machines under load.
bool dies(pid_t pid) {
  for (int i = 0; i < 6000 && alive(pid); ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  return !alive(pid);
}

TEST(ChildProcess, GivesOutputErrorsAndStatus) {
  const Ran ran = run("echo out; echo err >&2; exit 3");
  EXPECT_EQ(ran.output, "out\n");
  EXPECT_EQ(ran.result.errors, "err\n");
  EXPECT_EQ(ran.result.end, ChildEnd::exited);
  EXPECT_EQ(ran.result.status, 3);
  EXPECT_EQ(ran.result.output_bytes, 4U);
  EXPECT_FALSE(ran.result.succeeded());
  EXPECT_EQ(ran.result.describe(), "exited with status 3");
}

TEST(ChildProcess, SucceedsWithStatusZero) {
  const Ran ran = run("true");
  EXPECT_TRUE(ran.result.succeeded());
  EXPECT_EQ(ran.output, "");
  EXPECT_GT(ran.result.duration.count(), 0);
  EXPECT_GT(ran.result.peak_memory_bytes, 100'000U);
}

TEST(ChildProcess, CountsTheCpuTimeItTook) {
  const Ran ran = run("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done");
  EXPECT_GT(ran.result.cpu.count(), 0);
}

TEST(ChildProcess, StreamsMoreThanAnyBufferHolds) {
  std::uint64_t bytes = 0;
  std::size_t largest = 0;
  const Words words{"head", "-c", "100000000", "/dev/zero"};
  const ChildResult result = run_child(words, {},
                                       [&](std::string_view piece) {
                                         bytes += piece.size();
                                         largest = std::max(largest, piece.size());
                                       },
                                       {});
  EXPECT_TRUE(result.succeeded());
  EXPECT_EQ(bytes, 100'000'000U);
  EXPECT_EQ(result.output_bytes, bytes);
  EXPECT_LE(largest, 1U << 20);
}

TEST(ChildProcess, ThatHangsInTheMiddleOfALineIsEndedAfterItsTimeout) {
  const Ran ran = run_to_its_limit("printf 'half a li'; exec " + kForever, std::chrono::minutes(2));
  EXPECT_EQ(ran.output, "half a li");
  EXPECT_EQ(ran.result.end, ChildEnd::timed_out);
  EXPECT_EQ(ran.result.status, SIGTERM);
  EXPECT_FALSE(ran.result.succeeded());
  EXPECT_THAT(ran.result.describe(), HasSubstr("its time limit"));
}

TEST(ChildProcess, ThatClosesItsOutputAndHangsIsEndedAfterItsTimeout) {
  const Ran ran = run_to_its_limit("echo x; exec " + kForever + " >&- 2>&-");
  EXPECT_EQ(ran.output, "x\n");
  EXPECT_EQ(ran.result.end, ChildEnd::timed_out);
}

TEST(ChildProcess, ThatIgnoresSigtermIsKilled) {
  const Ran ran = run_to_its_limit("trap '' TERM; echo x; while :; do sleep 1; done");
  EXPECT_EQ(ran.result.end, ChildEnd::timed_out);
  EXPECT_EQ(ran.result.status, SIGKILL);
}

TEST(ChildProcess, ThatExitsWithZeroWhenAskedToEndHasStillTimedOut) {
  const Ran ran =
      run_to_its_limit("trap 'echo late; exit 0' TERM; echo x; while :; do sleep 0.01; done");
  EXPECT_EQ(ran.result.end, ChildEnd::timed_out);
  EXPECT_FALSE(ran.result.succeeded());
  EXPECT_EQ(ran.output, "x\n");
}

TEST(ChildProcess, TakesItsChildrenWithItAtATimeout) {
  const Ran ran = run_to_its_limit(kForever + " & echo $!; wait");
  EXPECT_EQ(ran.result.end, ChildEnd::timed_out);
  EXPECT_TRUE(dies(std::stoi(ran.output)));
}

TEST(ChildProcess, IsEndedWhenAStopIsRequested) {
  std::stop_source stop;
  Ran ran;
  const Words words{"/bin/sh", "-c", "echo x; exec " + kForever};
  ran.result =
      run_child(words, {}, [&stop](std::string_view) { stop.request_stop(); }, stop.get_token());
  EXPECT_EQ(ran.result.end, ChildEnd::stopped);
  EXPECT_EQ(ran.result.describe(), "was ended because weir stops");
  // And when the request came before it began.
  EXPECT_EQ(run(kForever, {}, stop.get_token()).result.end, ChildEnd::stopped);
}

TEST(ChildProcess, IsWokenByAStopFromAnotherThread) {
  std::stop_source stop;
  std::atomic<bool> begun = false;
  const std::jthread stopper([&] {
    begun.wait(false);
    stop.request_stop();
  });
  const Words words{"/bin/sh", "-c", "echo x; exec " + kForever};
  const ChildResult result = run_child(
      words, {},
      [&begun](std::string_view) {
        begun = true;
        begun.notify_one();
      },
      stop.get_token());
  EXPECT_EQ(result.end, ChildEnd::stopped);
}

TEST(ChildProcess, KilledBySomebodyElseSaysTheSignal) {
  const Ran ran = run("kill -SEGV $$");
  EXPECT_EQ(ran.result.end, ChildEnd::killed);
  EXPECT_EQ(ran.result.status, SIGSEGV);
  EXPECT_EQ(ran.result.describe(), "was killed by signal 11 (Segmentation fault)");
}

TEST(ChildProcess, LeavesNobodyOfItsGroupBehindThatHoldsItsOutput) {
  const Ran ran = run(kForever + " & echo $!");
  EXPECT_EQ(ran.result.end, ChildEnd::exited);
  EXPECT_TRUE(ran.result.left_open);
  EXPECT_FALSE(ran.result.succeeded());
  EXPECT_THAT(ran.result.describe(), HasSubstr("left a process behind"));
  EXPECT_TRUE(dies(std::stoi(ran.output)));
}

TEST(ChildProcess, DoesNotWaitForADaemonThatHoldsOrFloodsItsOutput) {
  const TempFolder folder;
  for (const char* daemon : {"sleep 1000", "cat /dev/zero"}) {
    const std::string pid_file = folder.path("pid");
    const Ran ran =
        run("setsid sh -c 'echo $$ >" + pid_file + ".new; mv " + pid_file + ".new " + pid_file +
            "; exec " + daemon + "' & while [ ! -e " + pid_file + " ]; do sleep 0.01; done");
    EXPECT_EQ(ran.result.end, ChildEnd::exited) << daemon;
    EXPECT_TRUE(ran.result.left_open) << daemon;
    const pid_t pid = std::stoi(folder.get("pid"));
    ::kill(pid, SIGKILL);
    EXPECT_TRUE(dies(pid));
    std::filesystem::remove(pid_file);
  }
}

TEST(ChildProcess, MayLeaveADaemonBehindThatClosedItsOutput) {
  const TempFolder folder;
  const std::string closed = folder.path("closed");
  const Ran ran =
      run("sh -c 'touch " + closed + "; exec " + kForever +
          "' >/dev/null 2>&1 & echo $!; while [ ! -e " + closed + " ]; do sleep 0.01; done");
  EXPECT_TRUE(ran.result.succeeded());
  const pid_t pid = std::stoi(ran.output);
  EXPECT_TRUE(alive(pid));
  ::kill(pid, SIGKILL);
}

TEST(ChildProcess, GivesAllThatWasWrittenBeforeItsEnd) {
  const Ran ran = run("head -c 60000 /dev/zero; head -c 50000 /dev/zero >&2; kill -KILL $$");
  EXPECT_EQ(ran.result.end, ChildEnd::killed);
  EXPECT_EQ(ran.output.size(), 60'000U);
  EXPECT_EQ(ran.result.errors.size(), 50'000U);
}

TEST(ChildProcess, KeepsTheBeginningOfAFloodOfErrors) {
  const Ran ran = run("echo first >&2; head -c 3000000 /dev/zero >&2; echo out");
  EXPECT_TRUE(ran.result.succeeded());
  EXPECT_EQ(ran.result.errors.size(), 65'536U);
  EXPECT_EQ(ran.result.errors.substr(0, 6), "first\n");
  EXPECT_EQ(ran.result.errors_dropped, 3'000'006U - 65'536U);
  EXPECT_EQ(ran.output, "out\n");
}

TEST(ChildProcess, ThatCannotBeStartedSaysWhy) {
  const Words words{"no-such-program-anywhere", "-r", "x"};
  const ChildResult result = run_child(words, {}, [](std::string_view) {}, {});
  EXPECT_EQ(result.end, ChildEnd::not_started);
  EXPECT_FALSE(result.succeeded());
  EXPECT_THAT(result.describe(), HasSubstr("no-such-program-anywhere: no such program in PATH"));
}

TEST(ChildProcess, IsKilledWhenItsReaderThrows) {
  pid_t pid = -1;
  const Words words{"/bin/sh", "-c", "echo $$; exec " + kForever};
  const auto failing = [&pid](std::string_view bytes) {
    pid = std::stoi(std::string(bytes));
    throw std::runtime_error("the disk is full");
  };
  EXPECT_THROW(static_cast<void>(run_child(words, {}, failing, {})), std::runtime_error);
  EXPECT_EQ(::waitpid(pid, nullptr, WNOHANG), -1) << "it was not waited for";
  EXPECT_FALSE(alive(pid));
}

TEST(ChildProcess, IsKilledWithItsParent) {
  const TempFolder folder;
  const std::string pid_file = folder.path("pid");
  const pid_t parent = ::fork();
  if (parent == 0) {
    static_cast<void>(run("echo $$ >" + pid_file + ".new; mv " + pid_file + ".new " + pid_file +
                          "; exec " + kForever));
    ::_exit(0);
  }
  while (!std::filesystem::exists(pid_file)) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  const pid_t child = std::stoi(folder.get("pid"));
  EXPECT_TRUE(alive(child));
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(dies(child));
}

TEST(ChildProcess, IsNotDisturbedBySignalsThatInterruptSystemCalls) {
  struct sigaction action{};
  action.sa_handler = [](int) {};  // without SA_RESTART
  struct sigaction before{};
  ::sigaction(SIGUSR1, &action, &before);
  const pthread_t reader = ::pthread_self();
  std::jthread disturber([reader](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      ::pthread_kill(reader, SIGUSR1);
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  });
  const Ran ran = run("head -c 3000000 /dev/zero; sleep 0.1; echo end >&2");
  disturber.request_stop();
  disturber.join();
  ::sigaction(SIGUSR1, &before, nullptr);
  EXPECT_TRUE(ran.result.succeeded());
  EXPECT_EQ(ran.output.size(), 3'000'000U);
  EXPECT_EQ(ran.result.errors, "end\n");
}

TEST(ChildProcess, RunsInSeveralThreadsAtOnce) {
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&good, i] {
        for (int round = 0; round < 10; ++round) {
          const Ran ran = run("echo " + std::to_string(i));
          good += ran.result.succeeded() && ran.output == std::to_string(i) + "\n" ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(good, 40);
}

}  // namespace
}  // namespace weir
