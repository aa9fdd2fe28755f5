#include "weir/enrich/country_codes.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

TEST(CountryCodes, LettersHaveNumbersAndBack) {
  EXPECT_EQ(country_number("DE"), 276);
  EXPECT_EQ(country_number("CZ"), 203);
  EXPECT_EQ(country_number("AF"), 4);
  EXPECT_EQ(country_number("ZW"), 716);
  EXPECT_EQ(country_code(276), "DE");
  EXPECT_EQ(country_code(4), "AF");
}

TEST(CountryCodes, WhatTheStandardDoesNotHaveIsNothing) {
  for (const std::string text : {"", "D", "de", "XK", "DEU", "ZZ", "A1"}) {
    EXPECT_EQ(country_number(text), 0) << text;
  }
  for (const std::uint64_t number : {0ULL, 1ULL, 999ULL, 1000ULL, ~0ULL}) {
    EXPECT_EQ(country_code(number), "") << number;
  }
}

TEST(CountryCodes, EveryCountryComesBackFromItsNumber) {
  int countries = 0;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      const std::string code{a, b};
      if (const std::uint16_t number = country_number(code); number != 0) {
        EXPECT_EQ(country_code(number), code);
        ++countries;
      }
    }
  }
  EXPECT_EQ(countries, 249) << "as many as the standard has";
}

}  // namespace
}  // namespace weir
