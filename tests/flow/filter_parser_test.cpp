#include "weir/flow/filter_parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view filter) {
  try {
    parse_filter(filter);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Error::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(FilterParser, KeepsTheStructureAsWritten) {
  const FilterNode root = parse_filter("src_as == 1 and not (bytes or packets) and proto");
  ASSERT_EQ(root.kind, FilterNode::Kind::all);
  ASSERT_EQ(root.children.size(), 3U);
  EXPECT_EQ(root.children[0].test.comparison, Comparison::equal);
  EXPECT_EQ(root.children[1].kind, FilterNode::Kind::negation);
  EXPECT_EQ(root.children[1].children.front().kind, FilterNode::Kind::any);
  EXPECT_EQ(root.children[2].test.comparison, Comparison::truthy);
}

TEST(FilterParser, MarksThePlaceAndNamesWhatIsNear) {
  EXPECT_EQ(error_of("bytes and scr_as == 5"),
            "the filter is wrong at column 11: there is no field 'scr_as'. Did you mean src_as?\n"
            "  bytes and scr_as == 5\n"
            "            ^^^^^^");
}

TEST(FilterParser, MarksTheLineOfALongerText) {
  EXPECT_EQ(error_of("bytes > 5\n  or\tsrc_port > 70000\nor tos"),
            "the filter is wrong at line 2, column 17: src_port takes a whole number from 0 to "
            "65535, such as 80 or 10k.\n"
            "    or src_port > 70000\n"
            "                  ^^^^^");
}

TEST(FilterParser, ShowsOnlyThePartOfALongLineAroundThePlace) {
  const std::string error =
      error_of(std::string(500, ' ') + "label == 'é' and nothing" + std::string(500, ' '));
  EXPECT_THAT(error, HasSubstr("column 518"));
  EXPECT_THAT(error, HasSubstr("\n  ...  "));
  EXPECT_THAT(error, HasSubstr("  ...\n"));
  EXPECT_LT(error.size(), 400U);
  const auto last = error.rfind('\n');
  const auto line = error.rfind('\n', last - 1);
  // The é before the mark is two bytes and one column.
  EXPECT_EQ(error.find("nothing", line) - line, error.find('^') - last + 1);
}

TEST(FilterParser, KnowsTheNamesOfOtherPrograms) {
  EXPECT_THAT(error_of("as_src == 5"), HasSubstr("It is called src_as here."));
  EXPECT_THAT(error_of("sampler_address"), HasSubstr("It is called exporter here."));
  EXPECT_THAT(error_of("ip == 10.0.0.1"), HasSubstr("Write addr."));
  EXPECT_THAT(error_of("src ip 10.0.0.1"), HasSubstr("Write src_addr"));
  EXPECT_THAT(error_of("SRC_AS == 5"), HasSubstr("Did you mean src_as?"));
  EXPECT_THAT(error_of("qqqqqq == 5"), HasSubstr("docs/filter.md"));
}

TEST(FilterParser, SaysWhatAFieldTakes) {
  EXPECT_THAT(error_of("bytes > 'x'"), HasSubstr("bytes takes a whole number from 0 to 184467"));
  EXPECT_THAT(error_of("bytes > '5'"), HasSubstr("bytes takes a whole number"));
  EXPECT_THAT(error_of("bytes > -1"), HasSubstr("bytes takes a whole number"));
  EXPECT_THAT(error_of("bytes > 10s"), HasSubstr("bytes takes a whole number"));
  EXPECT_THAT(error_of("bytes > 1.2345k"), HasSubstr("bytes takes a whole number"));
  EXPECT_THAT(error_of("bytes > 99999999999G"), HasSubstr("bytes takes a whole number"));
  EXPECT_THAT(error_of("src_as == 4294967296"), HasSubstr("from 0 to 4294967295"));
  EXPECT_THAT(error_of("proto == 256"), HasSubstr("protocol's name or number"));
  EXPECT_THAT(error_of("src_addr == 10.0.0.0/33"), HasSubstr("an address or a network"));
  EXPECT_THAT(error_of("first_seen > 10s"), HasSubstr("a time such as"));
  EXPECT_THAT(error_of("label == edge1"), HasSubstr("a text in single quotes"));
  EXPECT_THAT(error_of("flags has Q"), HasSubstr("TCP flags such as"));
  EXPECT_THAT(error_of("src_mac == 5"), HasSubstr("a MAC address"));
  EXPECT_THAT(error_of("src_lat > inf"), HasSubstr("a number such as"));
}

TEST(FilterParser, EtherTypeOfDigitsAloneIsRefusedBecauseItMayMeanEither) {
  EXPECT_THAT(error_of("etype == 8847"), HasSubstr("hexadecimal with 0x in front"));
}

TEST(FilterParser, ListsNeedBracketsAndValues) {
  EXPECT_THAT(error_of("src_as in []"), HasSubstr("the list is empty"));
  EXPECT_THAT(error_of("src_as in 5"), HasSubstr("'in' takes a list in brackets"));
  EXPECT_THAT(error_of("src_as == [5]"), HasSubstr("a list follows 'in'"));
  EXPECT_THAT(error_of("src_as in [5"), HasSubstr("this '[' is not closed"));
  EXPECT_THAT(error_of("src_as in [5 6]"), HasSubstr("expected ',' or ']'"));
  EXPECT_THAT(error_of("src_as in [5,]"), HasSubstr("expected a value"));
}

TEST(FilterParser, RangesRunUpwardsWithinOneFamily) {
  EXPECT_THAT(error_of("src_as in [20-10]"), HasSubstr("ends before it begins"));
  EXPECT_THAT(error_of("src_as in [20 - 10]"), HasSubstr("ends before it begins"));
  EXPECT_THAT(error_of("src_addr in [10.0.0.2-10.0.0.1]"), HasSubstr("ends before it begins"));
  EXPECT_THAT(error_of("src_addr in [10.0.0.2-::1]"), HasSubstr("an address or a network"));
  EXPECT_THAT(error_of("src_addr in [10.0.0.0/8 - 11.0.0.0/8]"), HasSubstr("do not make a range"));
  EXPECT_THAT(error_of("label in ['a' - 'b']"), HasSubstr("do not make a range"));
  EXPECT_THAT(error_of("flags in [S-A]"), HasSubstr("TCP flags"));
}

TEST(FilterParser, OperatorsFitTheField) {
  EXPECT_THAT(error_of("label < 'x'"), HasSubstr("label has no order"));
  EXPECT_THAT(error_of("addr > 10.0.0.1"), HasSubstr("addr has no order"));
  EXPECT_THAT(error_of("flags < 5"), HasSubstr("flags has no order"));
  EXPECT_THAT(error_of("bytes has 5"), HasSubstr("'has' asks for TCP flags"));
  EXPECT_THAT(error_of("bytes > 5-10"), HasSubstr("takes a single value"));
  EXPECT_THAT(error_of("flags has 0"), HasSubstr("names no flag"));
}

TEST(FilterParser, SaysWhatIsMissing) {
  EXPECT_THAT(error_of(""), HasSubstr("the filter is empty"));
  EXPECT_THAT(error_of(" \n"), HasSubstr("the filter is empty"));
  EXPECT_THAT(error_of("bytes and"), HasSubstr("the filter ends where a field is expected"));
  EXPECT_THAT(error_of("bytes >"), HasSubstr("the filter ends before a value"));
  EXPECT_THAT(error_of("(bytes"), HasSubstr("this '(' is not closed"));
  EXPECT_THAT(error_of("(bytes ]"), HasSubstr("expected 'and', 'or' or ')'"));
  EXPECT_THAT(error_of("bytes)"), HasSubstr("this ')' closes nothing"));
  EXPECT_THAT(error_of("bytes == 1 packets"), HasSubstr("expected 'and', 'or' or the end"));
  EXPECT_THAT(error_of("src_as 64500"), HasSubstr("after src_as comes an operator"));
  EXPECT_THAT(error_of("and"), HasSubstr("expected a field's name"));
  EXPECT_THAT(error_of("'bytes' == 1"), HasSubstr("expected a field's name"));
}

TEST(FilterParser, DepthIsBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "bytes" + std::string(depth, ')');
  };
  EXPECT_NO_THROW(parse_filter(nested(200)));
  EXPECT_THAT(error_of(nested(201)), HasSubstr("nested 200 deep"));
  EXPECT_THAT(error_of(nested(100'000)), HasSubstr("nested 200 deep"));
  std::string mixed;
  for (int i = 0; i < 100'000; ++i) {
    mixed += "not (";
  }
  EXPECT_THAT(error_of(mixed), HasSubstr("nested 200 deep"));
  EXPECT_EQ(parse_filter(std::string(100'001, '!') + "bytes").kind, FilterNode::Kind::negation);
}

TEST(FilterParser, SizeIsBounded) {
  EXPECT_THAT(error_of(std::string((1U << 20) + 1, ' ')), HasSubstr("1048576 are allowed"));
  std::string list = "src_port in [1";
  for (int i = 1; i < 100'000; ++i) {
    list += ",1";
  }
  EXPECT_EQ(parse_filter(list + "]").test.items.size(), 100'000U);
  EXPECT_THAT(error_of(list + ",1]"), HasSubstr("100000 values"));
}

}  // namespace
}  // namespace weir
