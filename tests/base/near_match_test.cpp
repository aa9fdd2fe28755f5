#include "weir/base/near_match.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace weir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kWords = std::to_array<std::string_view>(
    {"src_as", "dst_as", "src_addr", "src_port", "bytes", "as", "if"});

TEST(EditDistance, CountsInsertionsRemovalsChangesAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("topic", "topics"), 1U);
  EXPECT_EQ(edit_distance("topic", "tpic"), 1U);
  EXPECT_EQ(edit_distance("topic", "tonic"), 1U);
  EXPECT_EQ(edit_distance("topic", "otpic"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("TOPIC", "topic"), 0U);
}

TEST(EditDistance, IsTheSameBothWays) {
  for (const std::string_view a : kWords) {
    for (const std::string_view b : kWords) {
      EXPECT_EQ(edit_distance(a, b), edit_distance(b, a)) << a << ' ' << b;
    }
  }
}

TEST(NearMatches, BestFirst) {
  EXPECT_THAT(near_matches("scr_as", kWords), ElementsAre("src_as"));
  EXPECT_THAT(near_matches("rst_as", kWords), ElementsAre("dst_as", "src_as"));
}

TEST(NearMatches, OnlyTheOneThatDiffersInCase) {
  EXPECT_THAT(near_matches("SRC_AS", kWords), ElementsAre("src_as"));
}

TEST(NearMatches, WordsThatBeginSo) {
  EXPECT_THAT(near_matches("src", kWords), ElementsAre("src_as", "src_addr", "src_port"));
}

TEST(NearMatches, NothingForWordsThatShareNothing) {
  EXPECT_THAT(near_matches("window", kWords), IsEmpty());
  EXPECT_THAT(near_matches("", kWords), IsEmpty());
  EXPECT_THAT(near_matches("x", std::to_array<std::string_view>({"y"})), IsEmpty());
}

TEST(NearMatches, NothingForVeryLongWords) {
  const std::string word(65, 'a');
  const auto candidates = std::to_array<std::string_view>({word});
  EXPECT_THAT(near_matches(word, candidates), IsEmpty());
}

TEST(DidYouMean, ReadsAsASentence) {
  EXPECT_EQ(did_you_mean("window", kWords), "");
  EXPECT_EQ(did_you_mean("byte", kWords), " Did you mean bytes?");
  EXPECT_EQ(did_you_mean("rst_as", kWords), " Did you mean dst_as or src_as?");
  EXPECT_EQ(did_you_mean("src", kWords), " Did you mean src_as, src_addr or src_port?");
}

}  // namespace
}  // namespace weir
