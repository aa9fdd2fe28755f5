#include "weir/enrich/as_names.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/usage_error.hpp"
#include "weir/io/file.hpp"

namespace weir {
namespace {

TEST(AsNames, TheNameIsTheTextBetweenTheNumberAndTheCountry) {
  const AsNames names = AsNames::parse(
      "0       -Reserved AS-, ZZ\n"
      "6939    HURRICANE, US\n"
      "15169   GOOGLE - Google LLC, US\n"
      "33891   CORE-BACKBONE Core-Backbone GmbH, Nuernberg, DE\n"
      "4294967295 LAST, ZZ");
  EXPECT_EQ(names.name(0), "-Reserved AS-");
  EXPECT_EQ(names.name(6939), "HURRICANE");
  EXPECT_EQ(names.name(15169), "GOOGLE - Google LLC");
  EXPECT_EQ(names.name(33891), "CORE-BACKBONE Core-Backbone GmbH, Nuernberg");
  EXPECT_EQ(names.name(4294967295), "LAST");
  EXPECT_EQ(names.name(1), "");
  EXPECT_EQ(names.size(), 5U);
  EXPECT_EQ(names.malformed(), 0U);
}

TEST(AsNames, WithoutACountryTheWholeTextIsTheName) {
  const AsNames names = AsNames::parse(
      "1 PLAIN\n"
      "2 Company, Inc\n"
      "3 Company,US\n"
      "4 Three letters, USA\n"
      "5 US\n"
      "6 A1, U1\n"
      "7 Twice, US, DE\n"
      "8 B,   de\n");
  EXPECT_EQ(names.name(1), "PLAIN");
  EXPECT_EQ(names.name(2), "Company, Inc");
  EXPECT_EQ(names.name(3), "Company,US");
  EXPECT_EQ(names.name(4), "Three letters, USA");
  EXPECT_EQ(names.name(5), "US");
  EXPECT_EQ(names.name(6), "A1, U1");
  EXPECT_EQ(names.name(7), "Twice, US");
  EXPECT_EQ(names.name(8), "B");
}

TEST(AsNames, BlanksLineEndsCommentsAndThePrefixAsAreTolerated) {
  const AsNames names = AsNames::parse(
      "# comment\r\n"
      "\r\n"
      "   \t\n"
      "  AS64496\t  A NAME, ZZ  \r\n"
      "as64497 B, ZZ\r\n"
      "  # another, ZZ\n"
      "64498    C  D, ZZ");
  EXPECT_EQ(names.name(64496), "A NAME");
  EXPECT_EQ(names.name(64497), "B");
  EXPECT_EQ(names.name(64498), "C  D");
  EXPECT_EQ(names.malformed(), 0U);
}

TEST(AsNames, MalformedLinesAreCountedAndLeftOut) {
  const AsNames names = AsNames::parse(
      "4294967296 TOO BIG, ZZ\n"
      "-1 NEGATIVE, ZZ\n"
      "NO NUMBER, ZZ\n"
      "12\n"
      "13   \n"
      "14 , ZZ\n"
      "AS\n"
      "1.5 ASDOT, ZZ\n"
      "15 GOOD, ZZ\n");
  EXPECT_EQ(names.malformed(), 8U);
  EXPECT_EQ(names.size(), 1U);
  EXPECT_EQ(names.name(15), "GOOD");
  EXPECT_FALSE(names.usable());
}

TEST(AsNames, TheLastLineForANumberCounts) {
  const AsNames names = AsNames::parse("7 OLD, ZZ\n8 OTHER, ZZ\n7 NEW, ZZ\n");
  EXPECT_EQ(names.name(7), "NEW");
  EXPECT_EQ(names.name(8), "OTHER");
  EXPECT_EQ(names.size(), 2U);
}

TEST(AsNames, ALineThatIsNotUtf8IsReadAsLatin1AndOthersAreKept) {
  const AsNames names = AsNames::parse("1 Telef\xF3nica, ES\n2 Telef\xC3\xB3nica, ES\n");
  EXPECT_EQ(names.name(1), "Telef\xC3\xB3nica");
  EXPECT_EQ(names.name(2), "Telef\xC3\xB3nica");
}

TEST(AsNames, NulInANameIsReplaced) {
  EXPECT_EQ(AsNames::parse(std::string("1 A\0B, ZZ", 9)).name(1),
            "A\xEF\xBF\xBD"
            "B");
}

TEST(AsNames, AnErrorPageIsNotUsable) {
  EXPECT_FALSE(AsNames::parse("").usable());
  EXPECT_FALSE(AsNames::parse("# nothing\n").usable());
  EXPECT_FALSE(AsNames::parse("<html>\n<head>\n404 Not Found\n</head>\n</html>\n").usable());
  EXPECT_TRUE(AsNames::parse("1 A, ZZ\n2 B, ZZ\nodd\n").usable());
}

TEST(AsNames, ManyNumbersInAnyOrderAreFound) {
  std::string text;
  std::vector<std::uint32_t> numbers;
  std::uint32_t number = 3;
  for (int i = 0; i < 120000; ++i) {
    number = number * 1664525 + 1013904223;  // a full period: no number comes twice
    numbers.push_back(number);
    text += std::to_string(number) + "  NAME-" + std::to_string(number) + ", ZZ\n";
  }
  const AsNames names = AsNames::parse(text);
  ASSERT_EQ(names.size(), numbers.size());
  for (const std::uint32_t each : numbers) {
    ASSERT_EQ(names.name(each), "NAME-" + std::to_string(each));
  }
}

TEST(AsNames, AreEqualWhereNoNameDiffers) {
  const AsNames one = AsNames::parse("1 A, ZZ\n2 B, ZZ\n");
  EXPECT_TRUE(one == AsNames::parse("junk\n2 B, US\n1 A\n"));
  EXPECT_FALSE(one == AsNames::parse("1 A, ZZ\n"));
  EXPECT_FALSE(one == AsNames::parse("1 AB, ZZ\n2 B, ZZ\n"));
  EXPECT_FALSE(one == AsNames::parse("1 A, ZZ\n3 B, ZZ\n"));
}

TEST(AsNames, AreReadFromAnAsnDatabaseToo) {
  const FileContent content =
      read_file(WEIR_SOURCE_DIR "/tests/data/asn.mmdb", std::size_t{1} << 20U);
  const AsNames names = AsNames::read(content.bytes);
  EXPECT_EQ(names.size(), 3U);
  EXPECT_EQ(names.name(64496), "Example One, Inc.");
  EXPECT_EQ(names.name(64497), "Příklad dvě");
  EXPECT_EQ(names.name(65551), "EXAMPLE-THREE");
  EXPECT_TRUE(names.usable());
  EXPECT_EQ(AsNames::read("6939 HURRICANE, US\n").name(6939), "HURRICANE");
}

TEST(AsNames, ADatabaseWithoutNamesIsRefused) {
  const FileContent content =
      read_file(WEIR_SOURCE_DIR "/tests/data/country.mmdb", std::size_t{1} << 20U);
  EXPECT_NE(usage_error([&] {
              static_cast<void>(AsNames::read(content.bytes));
            }).find("give an ASN database"),
            std::string::npos);
}

}  // namespace
}  // namespace weir
