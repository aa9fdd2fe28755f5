#include "weir/base/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace weir {
namespace {

TEST(RunParallel, CallsTheTaskOnceWithEachNumber) {
  for (const unsigned threads : {0U, 1U, 2U, 7U}) {
    std::vector<std::atomic<int>> calls(100);
    run_parallel(threads, calls.size(), [&](std::size_t i) { ++calls[i]; });
    for (const auto& count : calls) {
      EXPECT_EQ(count, 1);
    }
  }
}

TEST(RunParallel, RunsTasksSideBySide) {
  // Each waits for the other, so one thread alone would never end.
  std::atomic<int> arrived = 0;
  run_parallel(2, 2, [&](std::size_t) {
    ++arrived;
    while (arrived < 2) {
    }
  });
  EXPECT_EQ(arrived, 2);
}

TEST(RunParallel, ThrowsWhatATaskThrewAndBeginsNoFurtherOnes) {
  std::atomic<int> begun = 0;
  EXPECT_THROW(run_parallel(1, 100,
                            [&](std::size_t i) {
                              ++begun;
                              if (i == 3) {
                                throw std::runtime_error("third");
                              }
                            }),
               std::runtime_error);
  EXPECT_EQ(begun, 4);
  EXPECT_THROW(run_parallel(3, 100, [](std::size_t) { throw std::runtime_error("all"); }),
               std::runtime_error);
}

TEST(RunParallel, DoesNothingWithoutTasks) {
  run_parallel(4, 0, [](std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace weir
