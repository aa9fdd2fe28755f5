#include "weir/pipeline/print_emit.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "tests/support/rows.hpp"
#include "tests/support/temp_folder.hpp"
#include "weir/io/file.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<RowColumn> kColumns = {{.name = "bytes", .field = field("bytes")}};

/// Rows of 1, 2, 3, … bytes.
void fill(FlowBatch& batch, std::uint64_t rows) {
  batch.clear();
  for (std::uint64_t i = 1; i <= rows; ++i) {
    set(batch.next(), field("bytes"), i);
    batch.append();
  }
}

class PrintEmitTest : public testing::Test {
 protected:
  PrintEmitTest() : file_(::open(folder_.path("out").c_str(), O_WRONLY | O_CREAT, 0600)) {}

  TempFolder folder_;
  Fd file_;
  TextOutput out_{file_.get(), "a file"};
  std::stop_source enough_;
  FlowBatch batch_;
};

TEST_F(PrintEmitTest, OnlyWhatMatchesIsPassedOnAndAddedUp) {
  const Filter filter = Filter::compile("bytes > 2");
  CollectRows rows;
  RowBudget budget(0, enough_);
  MatchingRows matching(filter, budget, rows);
  fill(batch_, 4);
  set(batch_[3], field("flows"), std::uint64_t{10});
  matching(batch_);
  EXPECT_THAT(rows.rows, ElementsAre("bytes=3", "bytes=4 flows=10"));
  EXPECT_EQ(matching.records, 2U);
  EXPECT_EQ(matching.flows, 11U);
  EXPECT_EQ(matching.bytes, 7U);
  fill(batch_, 2);
  rows.rows.clear();
  matching(batch_);
  EXPECT_THAT(rows.rows, IsEmpty());
  set(batch_.next(), field("bytes"), ~std::uint64_t{0});
  batch_.append();
  matching(batch_);
  EXPECT_EQ(matching.bytes, ~std::uint64_t{0});
}

TEST_F(PrintEmitTest, OnlyAsManyRowsAsAreWantedArePassedOn) {
  const Filter all;
  CollectRows rows;
  RowBudget budget(3, enough_);
  MatchingRows one(all, budget, rows);
  MatchingRows other(all, budget, rows);
  fill(batch_, 2);
  one(batch_);
  EXPECT_FALSE(enough_.stop_requested());
  fill(batch_, 5);
  other(batch_);
  EXPECT_TRUE(enough_.stop_requested());
  fill(batch_, 5);
  one(batch_);
  EXPECT_THAT(rows.rows, ElementsAre("bytes=1", "bytes=2", "bytes=1"));
  EXPECT_EQ(one.records + other.records, 3U);
}

TEST_F(PrintEmitTest, TotalsAreFilledInBeforeAnythingElse) {
  FieldSet wanted;
  wanted.add(field("total_bytes"));
  CollectRows rows;
  FilledRows filled(wanted, nullptr, rows);
  fill(batch_, 1);
  filled(batch_);
  EXPECT_THAT(rows.rows, ElementsAre("bytes=1 total_bytes=1"));
}

TEST_F(PrintEmitTest, WhatIsHeldBackIsShownInAPause) {
  LinesOutput lines(LineWriter(LineWriter::Form::csv, kColumns), out_, enough_);
  fill(batch_, 1);
  lines(batch_);
  lines.pause();
  EXPECT_EQ(folder_.get("out"), "1\n");
  TableOutput table(kColumns, false, out_, enough_);
  table.pause();
  EXPECT_EQ(folder_.get("out"), "1\n");
  table(batch_);
  table.pause();
  EXPECT_EQ(folder_.get("out"), "1\nbytes\n    1\n");
}

TEST_F(PrintEmitTest, LinesAreWrittenInLargePieces) {
  LinesOutput lines(LineWriter(LineWriter::Form::csv, kColumns), out_, enough_);
  fill(batch_, 2);
  lines(batch_);
  EXPECT_EQ(folder_.get("out"), "");
  lines.flush();
  EXPECT_EQ(folder_.get("out"), "1\n2\n");
  fill(batch_, 256);
  for (int i = 0; i < 200; ++i) {
    lines(batch_);
  }
  EXPECT_GT(folder_.get("out").size(), 100'000U);
}

TEST_F(PrintEmitTest, ATableIsWrittenWhenItEnds) {
  TableOutput table(kColumns, false, out_, enough_);
  fill(batch_, 2);
  table(batch_);
  Flow other;
  other.present.clear();
  table.other(other, 3);
  table.finish();
  EXPECT_EQ(folder_.get("out"), "bytes\n    1\n    2\n    -\n");
}

TEST_F(PrintEmitTest, WhereNobodyReadsAnyMoreItAsksToStop) {
  std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const Fd writing(ends[1]);
  ::close(ends[0]);
  TextOutput out(writing.get(), "a pipe");
  LinesOutput lines(LineWriter(LineWriter::Form::csv, kColumns), out, enough_);
  fill(batch_, 1);
  lines(batch_);
  EXPECT_FALSE(enough_.stop_requested());
  lines.flush();
  EXPECT_TRUE(enough_.stop_requested());
}

}  // namespace
}  // namespace weir
