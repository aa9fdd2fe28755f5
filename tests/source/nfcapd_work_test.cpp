#include "weir/source/nfcapd_work.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <utility>

#include "tests/support/nfcapd_writer.hpp"
#include "tests/support/temp_folder.hpp"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class NfcapdWorkTest : public ::testing::Test {
 protected:
  std::string put(const std::string& name, std::size_t blocks) {
    const std::string block = nfcapd_block({NfcapdFlow().generic(1, 2).bytes()});
    folder_.put(name, nfcapd_file(std::vector<std::string>(blocks, block)));
    return folder_.path(name);
  }
  TempFolder folder_;
};

TEST_F(NfcapdWorkTest, EachBlockIsHandedOutOnce) {
  NfcapdWork work({put("a", 11), put("b", 1), put("c", 0)}, [](unsigned) { return false; });
  std::set<std::pair<std::string, std::size_t>> seen;
  std::set<std::string> files;
  while (const auto piece = work.next()) {
    files.insert(piece->file->path());
    for (std::size_t block = piece->first; block < piece->last; ++block) {
      EXPECT_TRUE(seen.emplace(piece->file->path(), block).second);
    }
  }
  EXPECT_EQ(seen.size(), 12U);
  EXPECT_EQ(files.size(), 3U) << "a file without blocks is one, too";
  EXPECT_EQ(work.taken_bytes(), work.total_bytes());
}

TEST_F(NfcapdWorkTest, AFileInOrderIsOnePiece) {
  NfcapdWork work({put("a", 11)}, [](unsigned layout) { return layout == 2; });
  const auto piece = work.next();
  ASSERT_TRUE(piece);
  EXPECT_EQ(piece->first, 0U);
  EXPECT_EQ(piece->last, 11U);
  EXPECT_FALSE(work.next());
}

TEST_F(NfcapdWorkTest, ThreadsShareTheBlocks) {
  NfcapdWork work({put("a", 40), put("b", 40)}, [](unsigned) { return false; });
  std::atomic<std::size_t> blocks{0};
  {
    const auto take = [&] {
      while (const auto piece = work.next()) {
        blocks += piece->last - piece->first;
      }
    };
    const std::jthread one(take);
    const std::jthread other(take);
  }
  EXPECT_EQ(blocks, 80U);
}

TEST_F(NfcapdWorkTest, AFileThatCannotBeReadIsSkippedAndTold) {
  folder_.put("notes", "nothing of the kind");
  NfcapdWork work({folder_.path("notes"), put("a", 1), folder_.path("absent")},
                  [](unsigned) { return true; });
  EXPECT_TRUE(work.next());
  EXPECT_FALSE(work.next());
  EXPECT_THAT(work.refused(), ElementsAre(HasSubstr("no nfcapd file"), HasSubstr("absent")));
}

}  // namespace
}  // namespace weir
