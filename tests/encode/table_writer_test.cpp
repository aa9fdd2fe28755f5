#include "weir/encode/table_writer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace weir {
namespace {

class TableWriterTest : public testing::Test {
 protected:
  TableWriterTest() { row_.present.clear(); }

  static std::vector<RowColumn> columns(const std::vector<std::string>& names) {
    std::vector<RowColumn> made;
    for (const std::string& name : names) {
      made.push_back({.name = name, .field = find_field(name).value()});
    }
    return made;
  }
  std::string table(const std::vector<std::string>& names, bool units = false) {
    TableWriter writer(columns(names), units);
    TextBuffer out;
    writer.append(row_, out);
    writer.finish(out);
    return std::string(out.text());
  }

  Flow row_;
};

TEST_F(TableWriterTest, NumbersStandToTheRightAndTextsToTheLeft) {
  set(row_, field("src_addr"), IpAddress::parse("192.0.2.1").value());
  set(row_, field("bytes"), std::uint64_t{12'345'678});
  set(row_, field("flows"), std::uint64_t{1});
  EXPECT_EQ(table({"src_addr", "bytes", "flows"}),
            "src_addr      bytes  flows\n"
            "192.0.2.1  12345678      1\n");
}

TEST_F(TableWriterTest, WithUnitsLargeSumsAreShort) {
  set(row_, field("bytes"), std::uint64_t{12'345'678});
  set(row_, field("src_as"), std::uint64_t{4'200'000'000});
  EXPECT_EQ(table({"bytes", "src_as"}, true), " bytes      src_as\n12.3 M  4200000000\n");
  EXPECT_EQ(with_unit(999'999), "999999");
  EXPECT_EQ(with_unit(1'000'000), "1.0 M");
  EXPECT_EQ(with_unit(2'500'000'000), "2.5 G");
  EXPECT_EQ(with_unit(std::numeric_limits<std::uint64_t>::max()), "18.4 E");
}

TEST_F(TableWriterTest, ProtocolsAndFlagsHaveNames) {
  set(row_, field("proto"), std::uint64_t{6});
  set(row_, field("tcp_flags"), std::uint64_t{0x12});
  set(row_, field("etype"), std::uint64_t{0x800});
  EXPECT_EQ(table({"proto", "tcp_flags", "etype"}),
            "proto  tcp_flags   etype\ntcp    ...A..S.   0x0800\n");
  set(row_, field("proto"), std::uint64_t{255});
  set(row_, field("tcp_flags"), std::uint64_t{0x112});
  EXPECT_EQ(table({"tcp_flags", "label"}), "tcp_flags  label\n0x112      -\n");
}

TEST_F(TableWriterTest, TextsCannotMoveTheCursor) {
  set(row_, field("label"), std::string_view("a\x1b[2J\n\xc2\x9b\xc3\xa9\xff"));
  EXPECT_EQ(table({"label"}), "label\na?[2J??\xc3\xa9\xef\xbf\xbd\n");
}

TEST_F(TableWriterTest, ColumnsAreAsWideAsTheFirstThousandRowsNeed) {
  TableWriter writer(columns({"bytes", "flows"}), false);
  TextBuffer out;
  set(row_, field("flows"), std::uint64_t{1});
  for (std::size_t i = 0; i < TableWriter::kLookedAt; ++i) {
    EXPECT_EQ(out.size(), 0U);
    set(row_, field("bytes"), std::uint64_t{i == 999 ? 1'000'000U : 1U});
    writer.append(row_, out);
  }
  EXPECT_TRUE(out.text().starts_with("  bytes  flows\n      1      1\n"));
  out.clear();
  set(row_, field("bytes"), std::uint64_t{10'000'000});
  writer.append(row_, out);
  EXPECT_EQ(out.text(), "10000000      1\n");
  out.clear();
  writer.finish(out);
  EXPECT_EQ(out.text(), "");
}

TEST_F(TableWriterTest, WithoutRowsThereAreTheNames) {
  TableWriter writer(columns({"bytes", "flows"}), false);
  TextBuffer out;
  writer.finish(out);
  EXPECT_EQ(out.text(), "bytes  flows\n");
}

TEST_F(TableWriterTest, TheOthersAreCounted) {
  auto made = columns({"dst_as", "src_as", "bytes"});
  made[0].key = made[1].key = true;
  TableWriter writer(made, false);
  TextBuffer out;
  set(row_, field("bytes"), std::uint64_t{5});
  writer.append_other(row_, 7, out);
  writer.finish(out);
  EXPECT_EQ(out.text(), "   dst_as  src_as  bytes\nother (7)              5\n");
}

}  // namespace
}  // namespace weir
