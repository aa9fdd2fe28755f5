#include "weir/enrich/csv_file.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 3> kColumns = {"prefix", "name", "customer"};

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(std::string_view text) {
  Rows rows;
  CsvReader reader(text, kColumns);
  while (reader.next()) {
    std::vector<std::string>& row = rows.emplace_back();
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      row.emplace_back(reader.cell(i));
    }
  }
  return rows;
}

TEST(CsvFile, RowsAreLinesOfCellsWithoutTheBlanksAroundThem) {
  EXPECT_EQ(rows_of("a,b,c\r\n\n  # d,e,f\n a , b b\t,\n\xef\xbb\xbfx"),
            (Rows{{"a", "b", "c"}, {"a", "b b", ""}, {"\xef\xbb\xbfx", "", ""}}));
  EXPECT_EQ(rows_of(""), Rows{});
  EXPECT_EQ(rows_of("# nothing\n"), Rows{});
}

TEST(CsvFile, AByteOrderMarkIsNoPartOfTheFirstCell) {
  EXPECT_EQ(rows_of("\xef\xbb\xbf"
                    "a,b\n"),
            (Rows{{"a", "b", ""}}));
}

TEST(CsvFile, CellsInQuotesMayHaveCommasAndQuotes) {
  EXPECT_EQ(rows_of(R"("a, b" , "say ""x""","")"
                    "\n"),
            (Rows{{"a, b", "say \"x\"", ""}}));
}

TEST(CsvFile, AHeaderSaysInWhichOrderTheColumnsAre) {
  EXPECT_EQ(rows_of("Customer, id ,PREFIX\nc,1,p\nc2,2,p2,too\n"),
            (Rows{{"p", "", "c"}, {"p2", "", "c2"}}));
  EXPECT_EQ(rows_of("# x\nprefix,name,customer\n"), Rows{});
  EXPECT_EQ(rows_of("p,n,c\nprefix,name,customer\n").size(), 2U) << "only the first row is one";
}

TEST(CsvFile, TextsBecomeUtf8WithoutNul) {
  EXPECT_EQ(rows_of(std::string_view("p,\"\xff\",x\0y\n", 10)),
            (Rows{{"p", "\xef\xbf\xbd", "x\xef\xbf\xbdy"}}));
}

TEST(CsvFile, ManyQuotedCellsOfALineKeepTheirTexts) {
  const Rows rows = rows_of("\"a\xff\",\"b\xff\",\"c\xff\"\n");
  EXPECT_EQ(rows, (Rows{{"a\xef\xbf\xbd", "b\xef\xbf\xbd", "c\xef\xbf\xbd"}}));
}

TEST(CsvFile, LinesThatAreNoRowsAreNamed) {
  EXPECT_EQ(usage_error([] { rows_of("a,b\n\n\"x\n"); }),
            "line 3: a cell begins with a quote that is not closed on the same line");
  EXPECT_EQ(usage_error([] { rows_of("\"x\"y,z\n"); }),
            "line 1: text behind the closing quote of a cell; write a quote within quotes as \"\"");
  EXPECT_EQ(usage_error([] { rows_of("a,b,c\n1,2,3,4\n"); }),
            "line 2: 4 cells where there are 3 columns (prefix, name, customer); put a cell that "
            "has commas in quotes");
}

TEST(CsvFile, ALineIsNotLongerThan64KiB) {
  const std::string most(65536, 'x');
  EXPECT_EQ(rows_of("a,b\n" + most + "\n#" + most + "\n"), (Rows{{"a", "b", ""}, {most, "", ""}}));
  EXPECT_EQ(usage_error([&] { rows_of("a,b\n" + most + ","); }),
            "line 2: 65537 bytes are too many; a line has 65536 at most");
}

TEST(CsvFile, ACellThatIsWrongIsQuotedWithItsLine) {
  CsvReader reader("p,n\nq,m\n", kColumns);
  ASSERT_TRUE(reader.next());
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(usage_error([&] { reader.refuse(1, "write another"); }),
            "line 2: name \"m\": write another");
}

}  // namespace
}  // namespace weir
