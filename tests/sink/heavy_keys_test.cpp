#include "weir/sink/heavy_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>

namespace weir {
namespace {

/// A sketch and, beside it, what came of each key as a number with fractions.
class Watched {
 public:
  explicit Watched(std::size_t keys) : keys_(keys), sketch(keys) {}

  static std::string key(std::uint64_t number, std::size_t words = 1) {
    std::string out(words * 8, 'k');
    std::copy_n(reinterpret_cast<const char*>(&number), sizeof number, out.data());
    return out;
  }
  /// Few bits, so that hashes collide.
  static std::uint32_t hash(std::uint64_t number) {
    return static_cast<std::uint32_t>(number * 0x9e3779b97f4a7c15 >> 52);
  }

  void add(std::uint64_t number, std::uint64_t weight, std::size_t words = 1) {
    sketch.add(key(number, words), hash(number), weight);
    truth[number] += static_cast<double>(weight);
    sum += static_cast<double>(weight);
  }
  void halve() {
    sketch.halve();
    for (auto& each : truth) {
      each.second /= 2;
    }
    sum /= 2;
    ++halvings_;
  }
  [[nodiscard]] std::uint64_t count(std::uint64_t number, std::size_t words = 1) const {
    return sketch.count(key(number, words), hash(number));
  }
  void expect_within_error(std::size_t words = 1) const {
    const auto error = static_cast<double>(sketch.error());
    for (const auto& [number, came] : truth) {
      const auto counted = static_cast<double>(count(number, words));
      ASSERT_LE(counted, came) << number;
      ASSERT_GE(counted + error, came) << number;
    }
    if (words <= 14) {
      EXPECT_LE(error, 2 * sum / static_cast<double>(keys_) + (halvings_ == 0 ? 0 : 2));
    }
  }

 private:
  std::size_t keys_;
  unsigned halvings_ = 0;

 public:
  HeavyKeys sketch;
  std::map<std::uint64_t, double> truth;
  double sum = 0;
};

TEST(HeavyKeys, CountsExactlyWhileThereIsRoom) {
  Watched watched(100);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    watched.add(i % 100, i);
  }
  EXPECT_EQ(watched.sketch.error(), 0U);
  for (const auto& [number, came] : watched.truth) {
    EXPECT_EQ(static_cast<double>(watched.count(number)), came);
  }
}

TEST(HeavyKeys, NeverSaysTooMuchAndIsWrongByNoMoreThanItSays) {
  std::mt19937_64 random(1);
  for (int run = 0; run < 20; ++run) {
    Watched watched(2 + random() % 60);
    for (int i = 0; i < 5000; ++i) {
      // About as Zipf has it.
      const double uniform = static_cast<double>(1 + random() % 1'000'000) / 1'000'000;
      watched.add(static_cast<std::uint64_t>(1 / uniform), random() % 1500);
      if (random() % 700 == 0) {
        watched.halve();
      }
    }
    watched.expect_within_error();
    ASSERT_GT(watched.sketch.error(), 0U);
  }
}

TEST(HeavyKeys, FindsEveryKeyThatIsHeavierThanTheErrorStated) {
  constexpr std::size_t kKeys = 1000;
  Watched watched(kKeys);
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const bool heavy = random() % 4 == 0;
    watched.add(heavy ? random() % 50 : 1000 + random() % 1'000'000, 1400);
  }
  watched.expect_within_error();
  const auto heaviest = watched.sketch.heaviest(50);
  ASSERT_EQ(heaviest.size(), 50U);
  for (const HeavyKeys::Heavy& each : heaviest) {
    std::uint64_t number = 0;
    std::copy_n(each.key.data(), sizeof number, reinterpret_cast<char*>(&number));
    EXPECT_LT(number, 50U);
    EXPECT_EQ(each.count, watched.count(number));
    EXPECT_EQ(each.hash, Watched::hash(number));
  }
  EXPECT_TRUE(std::is_sorted(heaviest.begin(), heaviest.end(),
                             [](const auto& a, const auto& b) { return a.count > b.count; }));
}

TEST(HeavyKeys, LongKeysShareTheRoomAndStayWithinTheError) {
  std::mt19937_64 random(1);
  Watched watched(600);
  for (int i = 0; i < 20'000; ++i) {
    watched.add(i % 3 == 0 ? random() % 10 : random() % 10'000, 100, 200);
  }
  watched.expect_within_error(200);
  EXPECT_GT(watched.sketch.error(), 0U);
  EXPECT_EQ(watched.sketch.heaviest(10).size(), 10U);
}

TEST(HeavyKeys, TakesKeysOfAllSizesBesideEachOther) {
  HeavyKeys sketch(50);
  std::map<std::string, std::uint64_t> truth;
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t number = random() % 200;
    const std::string key = Watched::key(number, number % 40 == 0 ? 8192 : number % 7);
    sketch.add(key, 7, 1 + number);
    truth[key] += 1 + number;
  }
  for (const auto& [key, came] : truth) {
    const std::uint64_t counted = sketch.count(key, 7);
    ASSERT_LE(counted, came);
    ASSERT_GE(counted + sketch.error(), came);
  }
}

TEST(HeavyKeys, ARemovedKeyBeginsAnew) {
  Watched watched(4);
  watched.add(1, 100);
  watched.add(2, 50);
  watched.sketch.remove(Watched::key(1), Watched::hash(1));
  watched.sketch.remove(Watched::key(3), Watched::hash(3));
  EXPECT_EQ(watched.count(1), 0U);
  ASSERT_EQ(watched.sketch.heaviest(9).size(), 1U);
  EXPECT_EQ(watched.sketch.heaviest(9)[0].count, 50U);
  watched.add(1, 7);
  EXPECT_EQ(watched.count(1), 7U);
  // Those removed are the first to make room.
  watched.sketch.remove(Watched::key(1), Watched::hash(1));
  watched.sketch.remove(Watched::key(2), Watched::hash(2));
  watched.add(5, 10);
  watched.add(6, 10);
  watched.add(7, 10);
  EXPECT_EQ(watched.sketch.heaviest(9).size(), 3U);
}

TEST(HeavyKeys, HalvingForgetsWhatWasLight) {
  Watched watched(10);
  watched.add(1, 1);
  watched.add(2, 101);
  watched.halve();
  EXPECT_EQ(watched.count(1), 0U);
  EXPECT_EQ(watched.count(2), 50U);
  EXPECT_EQ(watched.sketch.error(), 1U);
  EXPECT_EQ(watched.sketch.heaviest(9).size(), 1U);
}

TEST(HeavyKeys, CountsStopAtTheLargestNumber) {
  Watched watched(2);
  watched.add(1, ~std::uint64_t{0});
  watched.add(1, 5);
  EXPECT_EQ(watched.count(1), ~std::uint64_t{0});
  watched.add(2, ~std::uint64_t{0});
  watched.add(3, 1);
  watched.add(4, ~std::uint64_t{0});
  watched.add(5, ~std::uint64_t{0});
  watched.add(6, 1);
  EXPECT_EQ(watched.sketch.error(), ~std::uint64_t{0});
}

TEST(HeavyKeys, NothingIsNotCounted) {
  Watched watched(2);
  watched.add(1, 0);
  EXPECT_EQ(watched.sketch.heaviest(5).size(), 0U);
}

}  // namespace
}  // namespace weir
