#include "weir/decode/nfdump_splitter.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace weir {
namespace {

using Texts = std::vector<std::string>;

std::optional<Texts> split(const std::string& output, std::string_view line) {
  const std::vector<std::string> words = {"nfdump", "-o", output};
  NfdumpSplitter splitter(nfdump_format(words));
  if (!splitter.split(line)) {
    return std::nullopt;
  }
  return Texts(splitter.columns().begin(), splitter.columns().end());
}

TEST(NfdumpSplitter, SplitsAtCommasAndStripsAllButFirstSeen) {
  EXPECT_EQ(split("fmt:%ts,%dcc,%td,%byt", " 2026-03-02 08:14:31.207 , 203, 287.415 ,   61230"),
            (Texts{" 2026-03-02 08:14:31.207 ", "203", "287.415", "61230"}));
  EXPECT_EQ(split("fmt:%byt,%ts", " 1, 2026-03-02 08:14:31.207"),
            (Texts{"1", " 2026-03-02 08:14:31.207"}));
  EXPECT_EQ(split("fmt:%ts,%lbl,%byt", "x,,"), (Texts{"x", "", ""}));
}

TEST(NfdumpSplitter, CountsWordsBetweenBlanks) {
  EXPECT_EQ(split("fmt:%ts %td %pr %sap -> %dap %flg %byt",
                  "2026-11-21 21:26:33.173     00:00:01.553 TCP          10.0.2.15:50202 ->   "
                  "61.238.173.128:57648 ......S.      156"),
            (Texts{"2026-11-21 21:26:33.173", "00:00:01.553", "TCP", "10.0.2.15:50202",
                   "61.238.173.128:57648", "......S.", "156"}));
  EXPECT_EQ(split("fmt:%td %byt", " 1d 02:03:04.005        7"), (Texts{"1d 02:03:04.005", "7"}));
  EXPECT_EQ(split("fmt:%byt %pkt", "   1.2 M    3.4 G"), (Texts{"1.2 M", "3.4 G"}));
  EXPECT_EQ(split("fmt:%te  %byt", "2026-11-21 21:26:33.173   1"),
            (Texts{"2026-11-21 21:26:33.173", "1"}));
}

TEST(NfdumpSplitter, RefusesTooFewAndTooManyColumns) {
  EXPECT_FALSE(split("fmt:%ts,%byt,%fl", "2026-11-21 21:26:33.173,5"));
  EXPECT_FALSE(split("fmt:%ts,%byt,%fl", "2026-11-21 21:26:33.173,5,6,7"));
  EXPECT_FALSE(split("fmt:%ts %byt %fl", "2026-11-21 21:26:33.173 5"));
  EXPECT_FALSE(split("fmt:%ts %byt %fl", "2026-11-21 21:26:33.173 5 6 7"));
  EXPECT_TRUE(split("fmt:%ts %byt %fl", "2026-11-21 21:26:33.173 5 6 "));
}

TEST(NfdumpSplitter, AFreeTextAtTheEndMayHoldTheSeparator) {
  EXPECT_EQ(split("fmt:%byt,%dloc", "5,Praha, CZ"), (Texts{"5", "Praha, CZ"}));
  EXPECT_EQ(split("fmt:%byt %lbl", "5 a b"), (Texts{"5", "a b"}));
}

TEST(NfdumpSplitter, WhatStandsAroundTheColumnsMustBeThere) {
  EXPECT_EQ(split("fmt:<%byt|%fl>", "<  5|  1>"), (Texts{"5", "1"}));
  EXPECT_FALSE(split("fmt:<%byt|%fl>", "  5|  1>"));
  EXPECT_FALSE(split("fmt:<%byt|%fl>", "<  5|  1"));
  EXPECT_FALSE(split("fmt:((%byt))", "(()"));
}

TEST(NfdumpSplitter, CsvHasExactlyItsColumns) {
  const std::vector<NfdumpColumn> columns = {{"pkt", "packets", NfdumpKind::number},
                                             {"lbl", "label", NfdumpKind::text}};
  NfdumpSplitter splitter(columns);
  ASSERT_TRUE(splitter.split("1, a "));
  EXPECT_EQ(splitter.columns()[1], "a");
  EXPECT_FALSE(splitter.split("1,a,b"));
  EXPECT_FALSE(splitter.split("1"));
}

}  // namespace
}  // namespace weir
