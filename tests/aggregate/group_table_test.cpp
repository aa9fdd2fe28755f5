#include "weir/aggregate/group_table.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/aggregate/group_fixture.hpp"

namespace weir {
namespace {

class GroupTableTest : public GroupFixture {
 protected:
  GroupTable::Found add(const Row& row) {
    const auto words = image(row);
    return table_.find_or_add<0>(layout_, words.data(),
                                 static_cast<std::uint32_t>(hash(words.data())));
  }
  GroupTable table_{layout_};
};

TEST_F(GroupTableTest, FindsWhatWasAdded) {
  for (std::uint64_t i = 0; i < 5000; ++i) {
    ASSERT_TRUE(add({i, std::to_string(i % 10), i}).added);
  }
  EXPECT_EQ(table_.size(), 5000U);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const GroupTable::Found found = add({i, std::to_string(i % 10), 77});
    ASSERT_FALSE(found.added);
    ASSERT_EQ(text(found.words), fmt::format("bytes={} src_as={} label={}", i, i, i % 10));
  }
}

TEST_F(GroupTableTest, TellsKeysApartWhoseHashesAreTheSame) {
  const auto one = image({1, "text", 5});
  const auto other = image({2, "text", 6});
  EXPECT_TRUE(table_.find_or_add<0>(layout_, one.data(), 7).added);
  EXPECT_TRUE(table_.find_or_add<0>(layout_, other.data(), 7).added);
  EXPECT_EQ(text(table_.find_or_add<0>(layout_, one.data(), 7).words),
            "bytes=5 src_as=1 label=text");
  EXPECT_EQ(text(table_.find_or_add<0>(layout_, other.data(), 7).words),
            "bytes=6 src_as=2 label=text");
}

TEST_F(GroupTableTest, TellsTextsApartWhoseHashesAreTheSame) {
  auto one = image({1, "one", 5});
  auto other = image({1, "two", 6});
  other[layout_.parts()[1].at / 8] = one[layout_.parts()[1].at / 8];
  EXPECT_TRUE(table_.find_or_add<0>(layout_, one.data(), 7).added);
  EXPECT_TRUE(table_.find_or_add<0>(layout_, other.data(), 7).added);
  EXPECT_EQ(table_.size(), 2U);
}

TEST_F(GroupTableTest, KeepsItsOwnCopyOfTexts) {
  std::string passing = "a text that goes away";
  const auto add_passing = [&] {
    Flow& row = batch_.next();
    set(row, field("src_as"), std::uint64_t{1});
    set(row, field("label"), std::string_view(passing));
    set(row, field("bytes"), std::uint64_t{2});
    batch_.append();
    return table_.find_or_add<0>(layout_, packer_.pack(batch_), 7);
  };
  add_passing();
  passing.assign(passing.size(), '?');
  batch_.clear();
  EXPECT_EQ(text(table_.words(1)), "bytes=2 src_as=1 label=a text that goes away");
}

TEST_F(GroupTableTest, KeepsATextOfManyKeysOnce) {
  const std::string label(1000, 'x');
  for (std::uint64_t i = 0; i < 1000; ++i) {
    add({i, label, 1});
  }
  EXPECT_LT(table_.memory(), 1000U * 100);
}

TEST_F(GroupTableTest, GuessesMostGroupsAndNeverAWrongHash) {
  EXPECT_EQ(table_.guess(7), 0U);
  for (std::uint64_t i = 0; i < 3000; ++i) {
    add({i, "", i});
  }
  std::size_t found = 0;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const auto words = image({i, "", 0});
    const auto cell = table_.guess(static_cast<std::uint32_t>(hash(words.data())));
    found += cell != 0 && GroupTable::same_key<0>(layout_, table_.words(cell), words.data());
  }
  EXPECT_GT(found, 2500U);
}

TEST_F(GroupTableTest, GivesAllGroupsInTheirOrderAlsoByBlocks) {
  for (std::uint64_t i = 0; i < 2600; ++i) {
    add({i, "", i});
  }
  std::uint64_t next = 0;
  table_.for_each([&](const std::uint64_t* words) {
    ASSERT_EQ(GroupView(layout_, words).integer(layout_.parts()[0]), next++);
  });
  EXPECT_EQ(next, 2600U);
  next = 0;
  table_.for_each_block([&](const std::uint64_t* words, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(GroupView(layout_, words + i * layout_.words()).integer(layout_.parts()[0]),
                next++);
    }
  });
  EXPECT_EQ(next, 2600U);
}

TEST_F(GroupTableTest, TakesACellAndSomeSlotsForAGroup) {
  EXPECT_EQ(table_.memory(), 0U);
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    add({i, "", i});
  }
  EXPECT_LT(table_.memory(), 100'000 * (layout_.words() * 8 + 22));
}

TEST_F(GroupTableTest, AppendsWithoutLookingForTheKey) {
  const auto words = image({1, "text", 5});
  table_.append(layout_, words.data());
  EXPECT_EQ(table_.size(), 1U);
  EXPECT_EQ(text(table_.words(1)), "bytes=5 src_as=1 label=text");
}

TEST(GroupTexts, GiveBackWhatTheyKeep) {
  GroupTexts texts;
  const GroupHash hash(1);
  std::set<const char*> places;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = std::to_string(i) + std::string(static_cast<std::size_t>(i), 'x');
    const char* const kept = texts.keep(text.data(), hash.of_text(text));
    ASSERT_EQ(std::string_view(kept, text.size()), text);
    ASSERT_TRUE(places.insert(kept).second);
  }
  EXPECT_EQ(texts.keep("", hash.of_text("")), nullptr);
}

}  // namespace
}  // namespace weir
