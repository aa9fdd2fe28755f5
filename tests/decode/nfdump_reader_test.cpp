#include "weir/decode/nfdump_reader.hpp"

#include <gtest/gtest.h>

#include <set>

namespace weir {
namespace {

/// Takes every line but `no`.
class AnyLine final : public NfdumpLineReader {
 public:
  [[nodiscard]] NfdumpFailure at_end(bool /*silent*/) const override { return cut_off(); }
  [[nodiscard]] std::uint64_t rows() const override { return rows_; }

 private:
  bool line(std::string_view line, RowReceiver& /*rows*/) override {
    ++rows_;
    return line != "no" || fail_line(NfdumpTrouble::unexpected_line, "a line", line);
  }
  std::uint64_t rows_ = 0;
};

class NoRows final : public RowReceiver {
  void columns(std::span<const NfdumpColumn> /*columns*/) override {}
  void row(std::span<const std::string_view> /*texts*/) override {}
};

TEST(NfdumpReader, EachTroubleHasItsName) {
  std::set<std::string_view> names;
  for (auto i = 0U; i <= static_cast<unsigned>(NfdumpTrouble::sums_differ); ++i) {
    EXPECT_TRUE(names.insert(nfdump_trouble_name(static_cast<NfdumpTrouble>(i))).second) << i;
  }
  EXPECT_TRUE(names.contains("cut_off"));
}

TEST(NfdumpReader, ReadsLinesUntilOneFails) {
  AnyLine reader;
  NoRows rows;
  reader.feed("a\nno\nb\n", rows);
  EXPECT_EQ(reader.rows(), 2U);
  EXPECT_EQ(reader.failure().detail, "a line: 'no'");
  reader.feed("c\n", rows);
  EXPECT_EQ(reader.rows(), 2U);
}

TEST(NfdumpReader, ALineWithoutItsEndIsCutOff) {
  AnyLine reader;
  NoRows rows;
  reader.feed("a\nhal", rows);
  EXPECT_EQ(reader.at_end(true).trouble, NfdumpTrouble::cut_off);
  EXPECT_EQ(reader.at_end(true).detail, "the output ends inside a line: 'hal'");
  reader.feed("f\n", rows);
  EXPECT_FALSE(reader.at_end(true));
}

TEST(NfdumpReader, ALineThatIsTooLongIsAFailure) {
  AnyLine reader;
  NoRows rows;
  reader.feed(std::string(kMaxNfdumpLine + 1, 'x'), rows);
  EXPECT_EQ(reader.failure().trouble, NfdumpTrouble::line_too_long);
}

TEST(NfdumpReader, NoRowsAreBelievedOnlyOfASilentCommand) {
  EXPECT_FALSE(nfdump_no_rows(true));
  EXPECT_EQ(nfdump_no_rows(false).trouble, NfdumpTrouble::nothing_read);
}

}  // namespace
}  // namespace weir
