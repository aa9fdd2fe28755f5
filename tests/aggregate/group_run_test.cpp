#include "weir/aggregate/group_run.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/aggregate/group_fixture.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

class GroupRunTest : public GroupFixture {
 protected:
  GroupRun write(std::uint64_t from, std::uint64_t to, GroupRun run = {}) {
    GroupRunWriter writer(layout_, store_, 1000);
    for (std::uint64_t i = from; i < to; ++i) {
      writer.add(image({i, std::string(i % 300, 't'), i}).data());
    }
    writer.finish(run);
    return run;
  }
  static std::string expected(std::uint64_t i) {
    const std::string label(i % 300, 't');
    return fmt::format("bytes={} src_as={}{}{}", i, i, label.empty() ? "" : " label=", label);
  }
};

TEST_F(GroupRunTest, GivesBackWhatWasPutAwayInItsOrder) {
  const GroupRun run = write(500, 1000, write(0, 500));
  EXPECT_EQ(run.groups, 1000U);
  EXPECT_GT(run.pieces.size(), 10U);
  GroupRunReader reader(layout_, store_, run);
  std::uint64_t next = 0;
  for (auto groups = reader.next(7); !groups.empty(); groups = reader.next(7)) {
    ASSERT_EQ(groups.size() % layout_.words(), 0U);
    ASSERT_LE(groups.size(), 7 * layout_.words());
    for (std::size_t at = 0; at < groups.size(); at += layout_.words()) {
      ASSERT_EQ(text(groups.data() + at), expected(next++));
    }
  }
  EXPECT_EQ(next, 1000U);
  EXPECT_TRUE(reader.next(7).empty());
}

TEST_F(GroupRunTest, ReleasesWhatWasRead) {
  GroupRunReader reader(layout_, store_, write(0, 500));
  while (!reader.next(256).empty()) {
  }
  EXPECT_EQ(store_.released(), store_.size());
}

TEST_F(GroupRunTest, CanBeEmpty) {
  GroupRunReader reader(layout_, store_, write(0, 0));
  EXPECT_TRUE(reader.next(1).empty());
  EXPECT_EQ(store_.size(), 0U);
}

TEST_F(GroupRunTest, TellsThatTheStoreIsFull) {
  MemoryStore small(1500);
  GroupRunWriter writer(layout_, small, 1000);
  EXPECT_THROW(
      {
        for (std::uint64_t i = 0; i < 100; ++i) {
          writer.add(image({i, "", i}).data());
        }
      },
      Error);
}

}  // namespace
}  // namespace weir
