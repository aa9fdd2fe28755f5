#include "weir/pipeline/stream_position.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/support/temp_folder.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

using ::testing::HasSubstr;

Window window(std::string_view name) {
  return parse_window(name).value();
}

KafkaLedgerEntry entry(std::string_view name) {
  LedgerNote note;
  note.window = window(name);
  note.rows = 7;
  note.skip(window("202611212000"));
  return {note.window.minute, write_ledger_note(note)};
}

class StreamPositionTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  StreamPosition with_ledger_{folder_.path("last"), "weir-stream.test"};
};

TEST_F(StreamPositionTest, IsNowhereAtFirst) {
  with_ledger_.settle(std::nullopt);
  EXPECT_EQ(with_ledger_.last(), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("last")));
}

TEST_F(StreamPositionTest, IsTheLaterOfLedgerAndFile) {
  folder_.put("last", "202611212305");
  with_ledger_.settle(entry("202611212310"));
  EXPECT_EQ(with_ledger_.last(), window("202611212310"));
  EXPECT_EQ(folder_.get("last"), "202611212310") << "the file follows";
  folder_.put("last", "202611212320");
  with_ledger_.settle(entry("202611212310"));
  EXPECT_EQ(with_ledger_.last(), window("202611212320"));
  with_ledger_.settle(std::nullopt);
  EXPECT_EQ(with_ledger_.last(), window("202611212320"));
}

TEST_F(StreamPositionTest, RefusesWhatWeirDidNotWrite) {
  EXPECT_THROW(with_ledger_.settle(KafkaLedgerEntry{12345, "by a consumer"}), Error);
  KafkaLedgerEntry other = entry("202611212310");
  ++other.number;
  try {
    with_ledger_.settle(other);
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("weir-stream.test"));
    EXPECT_THAT(error.what(), HasSubstr("--ledger"));
  }
}

TEST_F(StreamPositionTest, MovesOnWithWhatIsSentAndKeepsAccountOfWhatIsGivenUp) {
  with_ledger_.settle(entry("202611212310"));
  with_ledger_.give_up(window("202611212315"));
  EXPECT_EQ(with_ledger_.last(), window("202611212315"));
  EXPECT_EQ(folder_.get("last"), "202611212310") << "not before a later one is sent";
  const auto next = with_ledger_.entry(window("202611212320"), 42);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->number, window("202611212320").minute);
  EXPECT_EQ(next->metadata, "window=202611212320 rows=42 skipped=2 202611212000 202611212315");
  EXPECT_EQ(with_ledger_.last(), window("202611212315")) << "an entry alone moves nothing";
  with_ledger_.sent(window("202611212320"), 42);
  EXPECT_EQ(with_ledger_.last(), window("202611212320"));
  EXPECT_EQ(folder_.get("last"), "202611212320");
}

TEST_F(StreamPositionTest, WithoutALedgerTheFileIsAll) {
  folder_.put("last", "202611212305");
  StreamPosition position(folder_.path("last"), "");
  position.settle(std::nullopt);
  EXPECT_EQ(position.last(), window("202611212305"));
  EXPECT_EQ(position.entry(window("202611212310"), 1), std::nullopt);
  position.sent(window("202611212310"), 1);
  EXPECT_EQ(position.in_file(), window("202611212310"));
}

TEST_F(StreamPositionTest, AFileThatCannotBeWrittenMattersOnlyWithoutALedger) {
  const std::string away = folder_.path("gone") + "/last";
  StreamPosition with(away, "weir-stream.test");
  with.sent(window("202611212310"), 1);
  EXPECT_EQ(with.last(), window("202611212310"));
  StreamPosition without(away, "");
  EXPECT_THROW(without.sent(window("202611212310"), 1), Error);
}

TEST_F(StreamPositionTest, FindsRubbishInTheFileAtOnce) {
  folder_.put("last", "yesterday");
  EXPECT_THROW(StreamPosition(folder_.path("last"), ""), Error);
  EXPECT_EQ(folder_.get("last"), "yesterday");
}

}  // namespace
}  // namespace weir
