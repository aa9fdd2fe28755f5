#include "weir/flow/totals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/rows.hpp"

namespace weir {
namespace {

class TotalsTest : public testing::Test {
 protected:
  TotalsTest() {
    wanted_.add(field("total_bytes"));
    batch_.next();
    batch_.append();
  }
  Flow& row() { return batch_[0]; }
  std::string filled() {
    fill_totals(wanted_, batch_);
    return row_text(row());
  }

  FieldSet wanted_;
  FlowBatch batch_;
};

TEST_F(TotalsTest, ATotalIsWhatWentInAndOut) {
  set(row(), field("bytes"), std::uint64_t{40});
  set(row(), field("out_bytes"), std::uint64_t{2});
  EXPECT_EQ(filled(), "bytes=40 out_bytes=2 total_bytes=42");
}

TEST_F(TotalsTest, WhereExportersCountOneDirectionThatIsAll) {
  set(row(), field("bytes"), std::uint64_t{40});
  EXPECT_EQ(filled(), "bytes=40 total_bytes=40");
}

TEST_F(TotalsTest, WithoutBothThereIsNone) {
  set(row(), field("packets"), std::uint64_t{40});
  EXPECT_EQ(filled(), "packets=40");
}

TEST_F(TotalsTest, WhatTheRecordSaysIsKept) {
  set(row(), field("bytes"), std::uint64_t{40});
  set(row(), field("total_bytes"), std::uint64_t{7});
  EXPECT_EQ(filled(), "bytes=40 total_bytes=7");
}

TEST_F(TotalsTest, ASumThatWouldWrapStopsAtTheGreatestNumber) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  set(row(), field("bytes"), kMost);
  set(row(), field("out_bytes"), std::uint64_t{2});
  filled();
  EXPECT_EQ(row().total_bytes, kMost);
}

TEST_F(TotalsTest, OnlyWhatIsWantedIsFilledAndItsPartsAreRead) {
  set(row(), field("packets"), std::uint64_t{1});
  set(row(), field("bytes"), std::uint64_t{3});
  EXPECT_EQ(filled(), "bytes=3 packets=1 total_bytes=3");
  add_parts_of_totals(wanted_);
  EXPECT_EQ(wanted_.size(), 3U);
  EXPECT_TRUE(wanted_.has(field("bytes")));
  EXPECT_TRUE(wanted_.has(field("out_bytes")));
}

}  // namespace
}  // namespace weir
