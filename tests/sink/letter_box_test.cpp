#include "weir/sink/letter_box.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace weir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

std::vector<std::pair<std::string, std::string>> headers(const Letter& letter,
                                                         const OriginName& origin,
                                                         std::size_t limit = kNoLimit) {
  const LetterHeaders said(letter, origin, limit);
  std::vector<std::pair<std::string, std::string>> all;
  for (const KafkaHeader& header : said.all()) {
    all.emplace_back(header.name, header.value);
  }
  return all;
}

TEST(LetterBoxTest, KeepsEachRecordsBytesAndPlace) {
  LetterBox box(100);
  EXPECT_THAT(box.letters(), IsEmpty());
  box.add(Refused::not_json, {"one", 7, 1, 42});
  box.add(Refused::empty, {"", 0, 0, 43});
  box.add(Refused::overflow, {"three", 8, 2, -1});
  ASSERT_EQ(box.letters().size(), 3U);
  EXPECT_EQ(box.bytes(box.letters()[0]), "one");
  EXPECT_EQ(box.bytes(box.letters()[1]), "");
  EXPECT_EQ(box.bytes(box.letters()[2]), "three");
  EXPECT_EQ(box.letters()[2].origin, 8U);
  EXPECT_EQ(box.held(), 8 + 3 * sizeof(Letter));
  box.clear();
  EXPECT_THAT(box.letters(), IsEmpty());
  EXPECT_EQ(box.held(), 0U);
}

TEST(LetterBoxTest, OfALongRecordTheBeginningIsKept) {
  LetterBox box(4);
  box.add(Refused::not_json, {"123456"});
  box.add(Refused::not_json, {"1234"});
  const Letter& longer = box.letters()[0];
  EXPECT_EQ(box.bytes(longer), "1234");
  EXPECT_TRUE(longer.is_cut(kNoLimit));
  EXPECT_EQ(longer.sent(3), 3U);
  const Letter& fitting = box.letters()[1];
  EXPECT_FALSE(fitting.is_cut(kNoLimit));
  EXPECT_FALSE(fitting.is_cut(4));
  EXPECT_TRUE(fitting.is_cut(3));
}

TEST(LetterHeadersTest, SayTheReasonAndThePlace) {
  LetterBox box(100);
  box.add(Refused::wrong_type, {"x", 0, 4294967295, 9223372036854775807});
  EXPECT_THAT(headers(box.letters()[0], {"flows", "12"}),
              ElementsAre(Pair("weir-reason", "wrong_type"), Pair("weir-topic", "flows"),
                          Pair("weir-partition", "12"), Pair("weir-offset", "9223372036854775807"),
                          Pair("weir-index", "4294967295")));
}

TEST(LetterHeadersTest, LeaveOutWhatThereIsNot) {
  LetterBox box(100);
  box.add(Refused::wrong_type, {"x", 0, 0, -1});
  EXPECT_THAT(headers(box.letters()[0], {"a file", ""}),
              ElementsAre(Pair("weir-reason", "wrong_type"), Pair("weir-topic", "a file"),
                          Pair("weir-index", "0")));
}

TEST(LetterHeadersTest, SayTheSizeOfWhatIsCut) {
  Letter letter;
  letter.size = 10;
  letter.whole = std::numeric_limits<std::uint64_t>::max();
  letter.position = std::numeric_limits<std::int64_t>::max();
  letter.index = std::numeric_limits<std::uint32_t>::max();
  const auto all = headers(letter, {"flows", "0"});
  ASSERT_EQ(all.size(), 6U);
  EXPECT_THAT(all.back(), Pair("weir-size", "18446744073709551615"));
  letter.whole = 10;
  EXPECT_EQ(headers(letter, {"flows", "0"}).size(), 5U);
  EXPECT_EQ(headers(letter, {"flows", "0"}, 9).size(), 6U);
}

}  // namespace
}  // namespace weir
