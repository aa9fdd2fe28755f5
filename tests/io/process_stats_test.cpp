#include "weir/io/process_stats.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

#include "weir/io/file.hpp"

namespace weir {
namespace {

TEST(ProcessStatsTest, SaysWhatThisProcessUses) {
  const ProcessStats stats = process_stats();
  EXPECT_GT(stats.cpu_seconds, 0);
  EXPECT_GT(stats.resident_bytes, std::uint64_t{1} << 20);
  EXPECT_GE(stats.virtual_bytes, stats.resident_bytes);
  EXPECT_GE(stats.threads, 1U);
  EXPECT_GT(stats.max_fds, stats.open_fds);
}

TEST(ProcessStatsTest, CountsOpenFilesAndThreads) {
  const ProcessStats before = process_stats();
  const Fd one(dup(STDERR_FILENO));
  const Fd two(dup(STDERR_FILENO));
  std::jthread thread([](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::this_thread::yield();
    }
  });
  const ProcessStats after = process_stats();
  EXPECT_EQ(after.open_fds, before.open_fds + 2);
  EXPECT_EQ(after.threads, before.threads + 1);
  EXPECT_GE(after.cpu_seconds, before.cpu_seconds);
}

TEST(ProcessStatsTest, ItStartedBeforeNowAndAlwaysAtTheSameTime) {
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const double started = process_stats().start_time_seconds;
  // The kernel gives the time of booting in whole seconds.
  EXPECT_LE(started, now + 1);
  EXPECT_GT(started, now - 86400);
  EXPECT_EQ(process_stats().start_time_seconds, started);
}

}  // namespace
}  // namespace weir
