#include "weir/flow/filter_lexer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = FilterToken::Kind;

std::vector<Kind> kinds(std::string_view text) {
  FilterLexer lexer(text);
  std::vector<Kind> found;
  do {
    found.push_back(lexer.next().kind);
  } while (found.back() != Kind::end);
  return found;
}

std::string error_of(std::string_view text) {
  try {
    kinds(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(FilterLexer, OperatorsNeedNoBlanks) {
  EXPECT_THAT(
      kinds("a==b=c!=d<e<=f>g>=h"),
      ElementsAre(Kind::word, Kind::equal, Kind::word, Kind::equal, Kind::word, Kind::not_equal,
                  Kind::word, Kind::less, Kind::word, Kind::less_equal, Kind::word, Kind::greater,
                  Kind::word, Kind::greater_equal, Kind::word, Kind::end));
}

TEST(FilterLexer, KeywordsInAnyCaseAndAsSymbols) {
  EXPECT_THAT(kinds("and Or NOT in Has && || !"),
              ElementsAre(Kind::kw_and, Kind::kw_or, Kind::kw_not, Kind::kw_in, Kind::kw_has,
                          Kind::kw_and, Kind::kw_or, Kind::kw_not, Kind::end));
}

TEST(FilterLexer, AddressesAndTimesAreOneWord) {
  FilterLexer lexer("2001:db8::/32,2026-01-02T03:04:05.5+01:00");
  EXPECT_EQ(lexer.next().raw, "2001:db8::/32");
  EXPECT_EQ(lexer.next().kind, Kind::comma);
  EXPECT_EQ(lexer.next().raw, "2026-01-02T03:04:05.5+01:00");
  EXPECT_EQ(lexer.next().kind, Kind::end);
}

TEST(FilterLexer, DoubledQuoteIsAQuote) {
  FilterLexer lexer("'it''s' '' ''''");
  EXPECT_EQ(lexer.next().text, "it's");
  EXPECT_EQ(lexer.next().text, "");
  EXPECT_EQ(lexer.next().text, "'");
}

TEST(FilterLexer, RefusesWhatIsNoWord) {
  EXPECT_THAT(error_of("a & b"), HasSubstr("write 'and' or &&"));
  EXPECT_THAT(error_of("a | b"), HasSubstr("write 'or' or ||"));
  EXPECT_THAT(error_of("a == \"b\""), HasSubstr("single quotes"));
  EXPECT_THAT(error_of("a == 'b"), HasSubstr("this quote is not closed"));
  EXPECT_THAT(error_of("a == 'b''"), HasSubstr("this quote is not closed"));
  EXPECT_THAT(error_of("a ? b"), HasSubstr("means nothing here"));
  EXPECT_THAT(error_of(std::string_view("a \0", 3)), HasSubstr("means nothing here"));
  EXPECT_THAT(error_of(std::string(257, 'a')), HasSubstr("longer than the 256"));
  EXPECT_EQ(error_of(std::string(256, 'a')), "no error");
}

TEST(FilterLexer, MarksAtLeastOneColumnAlsoAtTheEnd) {
  EXPECT_THROW(
      {
        try {
          fail_at("abc", 3, 0, "m");
        } catch (const Error& error) {
          EXPECT_STREQ(error.what(), "the filter is wrong at column 4: m\n  abc\n     ^");
          throw;
        }
      },
      Error);
}

}  // namespace
}  // namespace weir
