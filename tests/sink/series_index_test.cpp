#include "weir/sink/series_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace weir {
namespace {

std::string key(std::uint64_t number, std::size_t words = 1) {
  std::string out(8 * words, '\0');
  std::memcpy(out.data() + out.size() - 8, &number, sizeof number);
  return out;
}

SeriesId found(const SeriesIndex& index, const std::string& wanted) {
  return index.id(index.find(wanted, index.hash_of(wanted)));
}

TEST(SeriesIndex, FindsEveryKeyOfEveryLengthAfterGrowing) {
  SeriesIndex index;
  SeriesId id = 0;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    index.insert(key(i, 1 + i % 5), ++id);
  }
  std::string longest(64UL * 1032, 'x');
  index.insert(longest, ++id);
  id = 0;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    ASSERT_EQ(found(index, key(i, 1 + i % 5)), ++id);
  }
  EXPECT_EQ(found(index, longest), ++id);
  EXPECT_EQ(found(index, key(30'000)), SeriesRegistry::kOther);
  EXPECT_EQ(found(index, key(0, 2)), SeriesRegistry::kOther) << "of another length";
}

TEST(SeriesIndex, GuessesAreRightOrNothing) {
  SeriesIndex index;
  for (std::uint64_t i = 1; i <= 5000; ++i) {
    index.insert(key(i), static_cast<SeriesId>(i));
  }
  std::size_t right = 0;
  for (std::uint64_t i = 1; i <= 5000; ++i) {
    const SeriesIndex::Cell guess = index.guess(index.hash_of(key(i)));
    if (index.holds(guess, key(i))) {
      ASSERT_EQ(index.id(guess), i);
      ++right;
    }
  }
  EXPECT_GT(right, 3000U) << "keys that count up spread over the slots";
  EXPECT_FALSE(index.holds(SeriesIndex::kOther, ""));
}

TEST(SeriesIndex, KeepsWhatIsPendingForASeriesThatComesBack) {
  SeriesIndex index;
  index.insert(key(1), 1);
  const SeriesIndex::Cell cell = index.find(key(1), index.hash_of(key(1)));
  index.pending(cell) = 7;
  index.erase(key(1), 1);
  EXPECT_EQ(found(index, key(1)), SeriesRegistry::kOther);
  EXPECT_EQ(index.guess(index.hash_of(key(1))), SeriesIndex::kOther);
  index.insert(key(1), 1);
  EXPECT_EQ(index.find(key(1), index.hash_of(key(1))), cell);
  EXPECT_EQ(index.pending(cell), 7U);
}

TEST(SeriesIndex, FindsTheRestAfterManyWereErased) {
  SeriesIndex index;
  for (std::uint64_t round = 0; round < 20; ++round) {
    for (std::uint64_t i = 0; i < 1000; ++i) {
      index.insert(key(round * 1000 + i), static_cast<SeriesId>(round * 1000 + i + 1));
    }
    for (std::uint64_t i = 0; i < 999; ++i) {
      index.erase(key(round * 1000 + i), static_cast<SeriesId>(round * 1000 + i + 1));
    }
  }
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    ASSERT_EQ(found(index, key(i)), i % 1000 == 999 ? i + 1 : 0);
  }
}

TEST(SeriesIndex, ForgottenSeriesGiveTheirRoomToOthers) {
  SeriesIndex index;
  SeriesIndex::Cell highest = 0;
  for (std::uint64_t i = 1; i <= 50'000; ++i) {
    const auto id = static_cast<SeriesId>(1 + i % 3);
    const std::string of = key(i, 1 + i % 2);
    index.insert(of, id);
    const SeriesIndex::Cell cell = index.find(of, index.hash_of(of));
    ASSERT_EQ(index.id(cell), id);
    ASSERT_EQ(index.pending(cell), 0U);
    highest = std::max(highest, cell);
    index.erase(of, id);
    index.forget(id);
  }
  EXPECT_LT(highest, 100U);
  index.forget(77);  // nobody was that
}

TEST(SeriesIndex, ReservingChangesNothing) {
  SeriesIndex index;
  index.insert(key(1), 1);
  index.reserve(100'000);
  index.reserve(1);
  for (std::uint64_t i = 2; i <= 1000; ++i) {
    index.insert(key(i), static_cast<SeriesId>(i));
  }
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    ASSERT_EQ(found(index, key(i)), i);
  }
}

}  // namespace
}  // namespace weir
