#include "weir/state/snapshot_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "tests/support/file_limit.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/state/frame_file.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

class SnapshotWriterTest : public testing::Test {
 protected:
  TempFolder folder_;
  std::string path_ = folder_.path("snapshot-3");
};

TEST_F(SnapshotWriterTest, KeepsPiecesAsTheyWerePut) {
  std::vector<std::string> pieces = {
      "", "a", std::string(262'143, 'b'), std::string(262'144, 'c'), std::string(3'000'000, 'd'),
      "", "e"};
  for (int i = 0; i < 1000; ++i) {
    pieces.emplace_back(static_cast<std::size_t>(i), 'f');
  }
  {
    SnapshotWriter writer(path_, "it");
    for (const std::string& piece : pieces) {
      writer.put(piece);
    }
    EXPECT_FALSE(std::filesystem::exists(path_));
    EXPECT_EQ(writer.finish(77), "");
    EXPECT_EQ(writer.size(), std::filesystem::file_size(path_));
    std::size_t content = 0;
    for (const std::string& piece : pieces) {
      content += piece.size();
    }
    EXPECT_EQ(writer.content(), content);
    EXPECT_LT(writer.size(), content / 4) << "pieces so much alike are packed";
  }
  EXPECT_EQ(folder_.entries(), 1);
  FrameFile file(path_, FileKind::snapshot);
  EXPECT_EQ(file.header()->about, "it");
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto frame = file.next();
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(frame->number, i + 1);
    EXPECT_TRUE(frame->payload == pieces[i]) << i;
  }
  const auto end = file.next();
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->kind, FrameKind::end);
  EXPECT_EQ(end->number, 77U);
  EXPECT_EQ(decode_totals(end->payload)->pieces, pieces.size());
  EXPECT_FALSE(file.next().has_value());
  EXPECT_EQ(file.damage(), "");
}

TEST_F(SnapshotWriterTest, LeavesNothingOfOneThatWasNotFinished) {
  {
    SnapshotWriter writer(path_, "it");
    writer.put(std::string(1'000'000, 'x'));
    EXPECT_EQ(folder_.entries(), 1);
  }
  EXPECT_EQ(folder_.entries(), 0);
}

TEST_F(SnapshotWriterTest, OnAFullDiskFailsAndLeavesNothing) {
  {
    const ScopedFileLimit limit(1'000'000);
    SnapshotWriter writer(path_, "it");
    std::mt19937 random(1);  // bytes that cannot be packed
    for (int i = 0; i < 100; ++i) {
      std::string piece(30'000, '\0');
      std::generate(piece.begin(), piece.end(), [&] { return static_cast<char>(random()); });
      writer.put(piece);
    }
    EXPECT_TRUE(writer.failed());
    EXPECT_THAT(writer.finish(1), HasSubstr("snapshot-3: cannot write it: File too large"));
  }
  EXPECT_EQ(folder_.entries(), 0);
}

TEST_F(SnapshotWriterTest, RefusesAPieceThatIsTooLarge) {
  SnapshotWriter writer(path_, "it");
  writer.put(std::string(FrameHeader::kMaxPiece + 1, 'x'));
  EXPECT_THAT(writer.finish(1), HasSubstr("fault in weir"));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SnapshotWriterTest, SaysThatItCannotBeMade) {
  SnapshotWriter writer(folder_.path("none/snapshot-1"), "it");
  writer.put("x");
  EXPECT_THAT(writer.finish(1), HasSubstr("none/snapshot-1: cannot write it: No such file"));
}

}  // namespace
}  // namespace weir
