#include "weir/encode/line_writer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace weir {
namespace {

using Form = LineWriter::Form;

std::uint64_t twice_the_bytes(const Flow& row) {
  return 2 * get_integer(row, field("bytes"));
}

std::vector<RowColumn> columns_of(const std::vector<std::string>& names) {
  std::vector<RowColumn> columns;
  for (const std::string& name : names) {
    columns.push_back({.name = name, .field = find_field(name).value()});
  }
  return columns;
}

std::string line(Form form, const std::vector<RowColumn>& columns, const Flow& row) {
  LineWriter writer(form, columns);
  TextBuffer out;
  writer.append(row, out);
  return std::string(out.text());
}

class LineWriterTest : public testing::Test {
 protected:
  LineWriterTest() { row_.present.clear(); }
  Flow row_;
};

TEST_F(LineWriterTest, AllKindsOfValuesAreExact) {
  set(row_, field("bytes"), std::numeric_limits<std::uint64_t>::max());
  set(row_, field("src_addr"), IpAddress::parse("192.0.2.1").value());
  set(row_, field("first_seen"), UnixNanos{1'795'298'412'345'000'000});
  set(row_, field("src_mac"), std::uint64_t{0x0200'5e10'00ff});
  set(row_, field("proto"), std::uint64_t{6});
  set(row_, field("src_lat"), 48.5);
  set(row_, field("label"), std::string_view("a"));
  auto columns = columns_of(
      {"bytes", "src_addr", "first_seen", "src_mac", "proto", "src_lat", "label", "dst_addr"});
  EXPECT_EQ(line(Form::json, columns, row_),
            "{\"bytes\":18446744073709551615,\"src_addr\":\"192.0.2.1\",\"first_seen\":"
            "\"2026-11-21T22:00:12.345Z\",\"src_mac\":\"02:00:5e:10:00:ff\",\"proto\":6,"
            "\"src_lat\":48.5,\"label\":\"a\"}\n");
  EXPECT_EQ(
      line(Form::csv, columns, row_),
      "18446744073709551615,192.0.2.1,2026-11-21T22:00:12.345Z,02:00:5e:10:00:ff,6,48.5,a,\n");
}

TEST_F(LineWriterTest, WhatIsNotThereIsLeftOut) {
  EXPECT_EQ(line(Form::json, columns_of({"bytes", "packets"}), row_), "{}\n");
  EXPECT_EQ(line(Form::csv, columns_of({"bytes", "packets"}), row_), ",\n");
  set(row_, field("packets"), std::uint64_t{0});
  EXPECT_EQ(line(Form::json, columns_of({"bytes", "packets"}), row_), "{\"packets\":0}\n");
}

TEST_F(LineWriterTest, ComputedColumnsAreNumbersOrSeconds) {
  set(row_, field("bytes"), std::uint64_t{617});
  const std::vector<RowColumn> columns = {
      {.name = "a", .compute = twice_the_bytes},
      {.name = "b", .compute = twice_the_bytes, .milliseconds = true}};
  EXPECT_EQ(line(Form::json, columns, row_), "{\"a\":1234,\"b\":1.234}\n");
  EXPECT_EQ(line(Form::csv, columns, row_), "1234,1.234\n");
}

TEST_F(LineWriterTest, TextsCannotBreakALine) {
  set(row_, field("label"), std::string_view("a \"b\",\nc"));
  EXPECT_EQ(line(Form::json, columns_of({"label"}), row_), "{\"label\":\"a \\\"b\\\",\\nc\"}\n");
  EXPECT_EQ(line(Form::csv, columns_of({"label"}), row_), "\"a \"\"b\"\",\nc\"\n");
}

TEST_F(LineWriterTest, LongTextsAndManyRowsFit) {
  const std::string control(100'000, '\x01');
  set(row_, field("label"), std::string_view(control));
  set(row_, field("as_path"), std::string_view("1 2 3"));
  LineWriter writer(Form::json, columns_of({"label", "as_path"}));
  TextBuffer out;
  writer.append(row_, out);
  EXPECT_EQ(out.size(),
            6 * control.size() + std::string("{'label':'','as_path':'1 2 3'}\n").size());
}

TEST_F(LineWriterTest, LongNamesAreWhole) {
  set(row_, field("bytes"), std::uint64_t{1});
  const std::string name(200, 'x');
  const std::vector<RowColumn> columns = {{.name = name, .field = field("bytes")}};
  EXPECT_EQ(line(Form::json, columns, row_), "{\"" + name + "\":1}\n");
  EXPECT_EQ(LineWriter(Form::csv, columns).header(), name + '\n');
}

TEST_F(LineWriterTest, OnlyCsvHasAHeader) {
  auto columns = columns_of({"bytes", "packets"});
  columns[1].name = "a,b";
  EXPECT_EQ(LineWriter(Form::csv, columns).header(), "bytes,\"a,b\"\n");
  EXPECT_EQ(LineWriter(Form::json, columns).header(), "");
}

TEST_F(LineWriterTest, TheOthersHaveNoKeys) {
  set(row_, field("dst_as"), std::uint64_t{1});
  set(row_, field("src_as"), std::uint64_t{1});
  set(row_, field("bytes"), std::uint64_t{5});
  auto columns = columns_of({"bytes", "dst_as", "src_as"});
  columns[1].key = columns[2].key = true;
  TextBuffer json;
  LineWriter(Form::json, columns).append_other(row_, 7, json);
  EXPECT_EQ(json.text(), "{\"other\":7,\"bytes\":5}\n");
  TextBuffer csv;
  LineWriter(Form::csv, columns).append_other(row_, 7, csv);
  EXPECT_EQ(csv.text(), "5,other,\n");
}

}  // namespace
}  // namespace weir
