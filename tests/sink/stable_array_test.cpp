#include "weir/sink/stable_array.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <thread>

namespace weir {
namespace {

TEST(StableArray, KeepsElementsWhereTheyAre) {
  StableArray<std::size_t> array;
  array.push_back(0);
  const std::size_t* const first = &array[0];
  for (std::size_t i = 1; i < 3 * StableArray<std::size_t>::kChunk; ++i) {
    array.push_back(i);
  }
  EXPECT_EQ(&array[0], first);
  EXPECT_EQ(array.size(), 3 * StableArray<std::size_t>::kChunk);
  for (std::size_t i = 0; i < array.size(); ++i) {
    ASSERT_EQ(array[i], i);
  }
}

TEST(StableArray, IsReadByOthersWhileItGrows) {
  constexpr std::size_t kSize = 4 * StableArray<std::size_t>::kChunk;
  StableArray<std::size_t> array;
  std::atomic<std::size_t> appended{0};
  std::size_t wrong = 0;
  std::jthread reader([&] {
    for (std::size_t seen = 0; seen < kSize;) {
      seen = appended.load(std::memory_order_acquire);
      for (std::size_t i = seen < 100 ? 0 : seen - 100; i < seen; ++i) {
        wrong += array[i] == i ? 0U : 1U;
      }
    }
  });
  for (std::size_t i = 0; i < kSize; ++i) {
    array.push_back(i);
    appended.store(i + 1, std::memory_order_release);
  }
  reader.join();
  EXPECT_EQ(wrong, 0U);
}

}  // namespace
}  // namespace weir
