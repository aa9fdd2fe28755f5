#include "weir/pipeline/print_columns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names(const PrintRows& rows) {
  std::vector<std::string> found;
  for (const RowColumn& column : text_columns(rows)) {
    found.push_back(column.name);
  }
  return found;
}

TEST(PrintColumns, RecordsShowTheirConnectionAndSums) {
  const PrintRows rows = parse_print_rows(std::nullopt, "", false);
  EXPECT_FALSE(rows.grouped);
  EXPECT_THAT(names(rows), ElementsAre("first_seen", "duration", "proto", "src_addr", "src_port",
                                       "dst_addr", "dst_port", "packets", "bytes", "flows"));
  const FieldSet needed = needed_fields(rows);
  EXPECT_TRUE(needed.has(field("last_seen")));
  EXPECT_EQ(needed.size(), 10U);
}

TEST(PrintColumns, RecordsMayShowAnyField) {
  const PrintRows rows = parse_print_rows(std::nullopt, "src_mac,n:as_path,bps", false);
  EXPECT_THAT(names(rows), ElementsAre("src_mac", "n", "bps"));
}

TEST(PrintColumns, OfRecordsWhatCannotBeMergedTellsThemApart) {
  const auto columns =
      text_columns(parse_print_rows(std::nullopt, "src_mac,bytes,first_seen,bps", false));
  EXPECT_TRUE(columns[0].key);
  for (std::size_t i = 1; i < columns.size(); ++i) {
    EXPECT_FALSE(columns[i].key) << columns[i].name;
  }
}

TEST(PrintColumns, KeysAndComputedColumnsAreMarked) {
  const PrintRows rows =
      parse_print_rows("src_addr/24", "net:src_addr/24,bytes,duration,bpp", false);
  const auto columns = text_columns(rows);
  EXPECT_TRUE(columns[0].key);
  EXPECT_FALSE(columns[1].key);
  EXPECT_TRUE(columns[2].milliseconds);
  Flow row;
  row.present.clear();
  set(row, field("bytes"), std::uint64_t{100});
  set(row, field("packets"), std::uint64_t{3});
  EXPECT_EQ(columns[3].compute(row), 33U);
}

TEST(PrintColumns, BothDirectionsNeedTheOtherEnds) {
  const FieldSet needed = needed_fields(parse_print_rows("src_addr,dst_addr", "bytes", true));
  for (const FieldId id : {field("src_addr"), field("dst_addr"), field("proto"), field("out_bytes"),
                           field("out_packets")}) {
    EXPECT_TRUE(needed.has(id)) << info(id).name;
  }
  EXPECT_THAT(usage_error([] { static_cast<void>(parse_print_rows(std::nullopt, "", true)); }),
              HasSubstr("--by"));
}

TEST(PrintColumns, TheGreatestAreFoundByBytesOrWhatThereIs) {
  const auto order = [](const std::string& fields) {
    return default_order(parse_print_rows("dst_as", fields, false).spec);
  };
  EXPECT_EQ(order(""), "bytes");
  EXPECT_EQ(order("dst_as,flows,n:packets"), "n");
  EXPECT_EQ(order("dst_as,out_bytes"), "out_bytes");
  EXPECT_THAT(usage_error([&] { order("dst_as,first_seen"); }), HasSubstr("--order"));
}

}  // namespace
}  // namespace weir
