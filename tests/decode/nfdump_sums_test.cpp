#include "weir/decode/nfdump_sums.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace weir {
namespace {

using testing::HasSubstr;
using Row = std::vector<std::string_view>;

NfdumpSums sums_of(const std::vector<std::string>& names, const std::vector<Row>& rows) {
  std::vector<NfdumpColumn> columns;
  for (const std::string& name : names) {
    columns.push_back({name, name, NfdumpKind::number});
  }
  NfdumpSums sums(columns);
  for (const Row& row : rows) {
    EXPECT_TRUE(sums.add(row));
  }
  return sums;
}

NfdumpSummary summary(std::uint64_t flows, std::uint64_t bytes, std::uint64_t packets) {
  return {NfdumpAmount{flows, flows}, NfdumpAmount{bytes, bytes}, NfdumpAmount{packets, packets}};
}

TEST(NfdumpSums, EqualSumsDoNotDiffer) {
  const auto sums = sums_of({"bytes", "packets", "flows"}, {{"10", "1", "2"}, {"5", "2", "3"}});
  EXPECT_EQ(sums.difference(summary(5, 15, 3), true), "");
  EXPECT_EQ(sums.rows(), 2U);
}

TEST(NfdumpSums, AMissingRowIsSeenByEachOfTheColumns) {
  EXPECT_THAT(sums_of({"flows"}, {{"2"}}).difference(summary(5, 15, 3), true),
              HasSubstr("the rows have 2 flows, the Summary line 5"));
  EXPECT_THAT(sums_of({"bytes"}, {{"10"}}).difference(summary(5, 15, 3), true),
              HasSubstr("the rows have 10 bytes, the Summary line 15"));
  EXPECT_THAT(sums_of({"packets"}, {{"1"}}).difference(summary(5, 15, 3), true),
              HasSubstr("add %opkt or %fl"));
}

TEST(NfdumpSums, OneDirectionOfTwoIsNoDifferenceIfTheFlowsAreAllThere) {
  EXPECT_EQ(sums_of({"bytes", "flows"}, {{"10", "5"}}).difference(summary(5, 15, 3), true), "");
  EXPECT_EQ(sums_of({"bytes"}, {{"10"}, {"1"}}).difference(summary(2, 15, 3), false), "");
  EXPECT_NE(sums_of({"bytes"}, {{"10"}, {"1"}}).difference(summary(2, 15, 3), true), "");
  EXPECT_EQ(sums_of({"bytes", "out_bytes"}, {{"10", "5"}}).difference(summary(5, 15, 3), true), "");
  EXPECT_NE(sums_of({"bytes", "out_bytes", "flows"}, {{"10", "4", "5"}})
                .difference(summary(5, 15, 3), true),
            "");
}

TEST(NfdumpSums, MoreThanTheSummaryIsADifference) {
  EXPECT_NE(sums_of({"bytes", "flows"}, {{"16", "5"}}).difference(summary(5, 15, 3), true), "");
  EXPECT_NE(sums_of({"flows"}, {{"6"}}).difference(summary(5, 15, 3), false), "");
}

TEST(NfdumpSums, RowsOfTunnelsMayBeMore) {
  const std::vector<Row> rows = {{"0", "0", "1"}, {"15", "3", "1"}};
  const std::vector<std::string> names = {"bytes", "packets", "flows"};
  EXPECT_EQ(sums_of(names, rows).difference(summary(1, 15, 3), false), "");
  EXPECT_NE(sums_of(names, rows).difference(summary(1, 15, 3), true), "");
}

TEST(NfdumpSums, WithoutNumbersTheRowsAreCounted) {
  EXPECT_EQ(sums_of({"src_addr"}, {{"a"}, {"b"}}).difference(summary(2, 1, 1), false), "");
  EXPECT_NE(sums_of({"src_addr"}, {{"a"}, {"b"}}).difference(summary(1, 1, 1), false), "");
}

TEST(NfdumpSums, OnlyWholeNumbersOf64BitsAreTaken) {
  const std::vector<NfdumpColumn> columns = {{"%byt", "bytes", NfdumpKind::number}};
  NfdumpSums sums(columns);
  EXPECT_TRUE(sums.add(Row{"18446744073709551615"}));
  for (const char* text : {"", "-1", "1.5", "1 M", "x", "18446744073709551616",
                           "100000000000000000000", "1844674407370955161x"}) {
    EXPECT_FALSE(sums.add(Row{text})) << text;
  }
}

}  // namespace
}  // namespace weir
