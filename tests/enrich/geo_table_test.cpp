#include "weir/enrich/geo_table.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/mmdb_writer.hpp"
#include "tests/support/usage_error.hpp"
#include "weir/io/file.hpp"

namespace weir {
namespace {

GeoTable table_of(const std::string& name) {
  const FileContent content =
      read_file(std::string(WEIR_SOURCE_DIR "/tests/data/") + name, std::size_t{1} << 20U);
  EXPECT_EQ(content.error, "");
  return GeoTable::read(Mmdb(content.bytes));
}

/// `DE 276 AS64496`, with `-` for what is not known.
std::string text_of(const GeoTable& table, const std::string& address) {
  const GeoInfo& info = table.find(*IpAddress::parse(address));
  std::string text(info.country().empty() ? "-" : info.country());
  text += info.country_number == 0 ? " -" : " " + std::to_string(info.country_number);
  return text + (info.as == 0 ? " -" : " AS" + std::to_string(info.as));
}

TEST(GeoTable, CountriesAreReadWithTheirNumbers) {
  const GeoTable table = table_of("country.mmdb");
  EXPECT_TRUE(table.has_countries());
  EXPECT_FALSE(table.has_as());
  EXPECT_EQ(text_of(table, "192.0.2.127"), "DE 276 -");
  EXPECT_EQ(text_of(table, "192.0.2.128"), "CZ 203 -") << "where it is, not where it is registered";
  EXPECT_EQ(text_of(table, "192.0.2.192"), "- - -");
  EXPECT_EQ(text_of(table, "2001:db8:1:2::3"), "DE 276 -");
  EXPECT_EQ(text_of(table, "2001:db8:3::"), "- - -");
}

TEST(GeoTable, WithoutACountryTheRegisteredOneCounts) {
  EXPECT_EQ(text_of(table_of("country.mmdb"), "198.51.100.1"), "AU 36 -");
}

TEST(GeoTable, NetworksWithoutAnythingOfUseAreUnknown) {
  EXPECT_EQ(text_of(table_of("country.mmdb"), "203.0.113.1"), "- - -");
}

TEST(GeoTable, AutonomousSystemsAreRead) {
  const GeoTable table = table_of("asn.mmdb");
  EXPECT_FALSE(table.has_countries());
  EXPECT_TRUE(table.has_as());
  EXPECT_EQ(text_of(table, "192.0.2.1"), "- - AS64496");
  EXPECT_EQ(text_of(table, "198.51.100.127"), "- - AS64497");
  EXPECT_EQ(text_of(table, "198.51.100.128"), "- - AS65551");
  EXPECT_EQ(text_of(table, "2001:db8:2:8000::1"), "- - AS65551");
  EXPECT_EQ(text_of(table, "2001:db8:2::1"), "- - -");
}

TEST(GeoTable, FlatLayoutsAreReadToo) {
  EXPECT_EQ(text_of(table_of("flat.mmdb"), "192.0.2.1"), "JP 392 AS64500");
  MmdbWriter writer;
  writer.insert("10.0.0.0/8", writer.put(mmdb::map({{"country", mmdb::text("US")}})));
  writer.insert("11.0.0.0/8", writer.put(mmdb::map({{"asn", mmdb::number(7)}})));
  writer.insert("12.0.0.0/8",
                writer.put(mmdb::map(
                    {{"traits", mmdb::map({{"autonomous_system_number", mmdb::number(8)}})}})));
  const GeoTable table = GeoTable::read(Mmdb(writer.bytes()));
  EXPECT_EQ(text_of(table, "10.0.0.1"), "US 840 -");
  EXPECT_EQ(text_of(table, "11.0.0.1"), "- - AS7");
  EXPECT_EQ(text_of(table, "12.0.0.1"), "- - AS8");
}

TEST(GeoTable, ValuesThatCannotBeAreNotKnown) {
  MmdbWriter writer;
  writer.insert(
      "10.0.0.0/8",
      writer.put(mmdb::map({{"country", mmdb::text("Germany")}, {"asn", mmdb::text("ASX")}})));
  writer.insert("11.0.0.0/8", writer.put(mmdb::map({{"country", mmdb::text("d\xff")},
                                                    {"asn", mmdb::text("AS4294967296")}})));
  writer.insert("12.0.0.0/8", writer.put(mmdb::map({{"country", mmdb::text("XK")}})));
  const GeoTable table = GeoTable::read(Mmdb(writer.bytes()));
  EXPECT_EQ(text_of(table, "10.0.0.1"), "- - -");
  EXPECT_EQ(text_of(table, "11.0.0.1"), "- - -");
  EXPECT_EQ(text_of(table, "12.0.0.1"), "XK - -") << "has letters but no number";
}

TEST(GeoTable, ADatabaseOfSomethingElseIsRefused) {
  MmdbWriter writer;
  writer.insert("10.0.0.0/8", writer.put(mmdb::map({{"is_proxy", mmdb::control(14, 1)}})));
  EXPECT_NE(usage_error([&] {
              static_cast<void>(GeoTable::read(Mmdb(writer.bytes())));
            }).find("neither countries nor AS numbers"),
            std::string::npos);
}

TEST(GeoTable, OfSeveralTheFirstThatKnowsCounts) {
  const GeoTable both = GeoTable::merge(table_of("country.mmdb"), table_of("asn.mmdb"));
  EXPECT_TRUE(both.has_countries() && both.has_as());
  EXPECT_EQ(text_of(both, "192.0.2.1"), "DE 276 AS64496");
  EXPECT_EQ(text_of(both, "192.0.2.200"), "- - AS64496");
  EXPECT_EQ(text_of(both, "198.51.100.200"), "AU 36 AS65551");
  EXPECT_EQ(text_of(both, "2001:db8:1::"), "DE 276 AS64496");
  const GeoTable flat = table_of("flat.mmdb");
  EXPECT_EQ(text_of(GeoTable::merge(flat, both), "192.0.2.1"), "JP 392 AS64500");
  EXPECT_EQ(text_of(GeoTable::merge(both, flat), "192.0.2.1"), "DE 276 AS64496");
  EXPECT_EQ(text_of(GeoTable::merge(both, flat), "192.0.2.200"), "JP 392 AS64496");
}

}  // namespace
}  // namespace weir
