#include "weir/sink/text_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace weir {
namespace {

TEST(TextStore, TextsOfAllSizesKeepTheirBytesWhileOthersComeAndGo) {
  struct Text {
    char* room;
    std::string bytes;
  };
  TextStore store;
  std::vector<Text> texts;
  std::mt19937_64 random(1);
  for (int i = 0; i < 30'000; ++i) {
    const std::size_t size = random() % 10 == 0 ? random() % 5000 : random() % 100;
    Text text{store.take(size), std::string(size, static_cast<char>('a' + random() % 26))};
    std::copy(text.bytes.begin(), text.bytes.end(), text.room);
    texts.push_back(std::move(text));
    if (random() % 3 != 0) {
      std::swap(texts[random() % texts.size()], texts.back());
      const Text& gone = texts.back();
      ASSERT_EQ(std::string(gone.room, gone.bytes.size()), gone.bytes);
      store.give_back(gone.room, gone.bytes.size());
      texts.pop_back();
    }
  }
  for (const Text& text : texts) {
    ASSERT_EQ(std::string(text.room, text.bytes.size()), text.bytes);
  }
}

TEST(TextStore, WhatIsGivenBackServesAgain) {
  TextStore store;
  std::set<char*> rooms;
  for (int round = 0; round < 1000; ++round) {
    char* const room = store.take(90 + static_cast<std::size_t>(round % 7));
    rooms.insert(room);
    store.give_back(room, 90 + static_cast<std::size_t>(round % 7));
  }
  EXPECT_EQ(rooms.size(), 1U) << "of about the same size";
}

TEST(TextStore, TakesTheSizesAtItsLimits) {
  TextStore store;
  for (const std::size_t size : {0UL, 1UL, 16UL, 17UL, 2032UL, 2048UL, 2049UL, 1UL << 20U}) {
    char* const first = store.take(size);
    char* const second = store.take(size);
    std::fill_n(first, size, 'a');
    std::fill_n(second, size, 'b');
    EXPECT_EQ(std::count(first, first + size, 'a'), static_cast<std::ptrdiff_t>(size));
    store.give_back(first, size);
    store.give_back(second, size);
  }
}

}  // namespace
}  // namespace weir
