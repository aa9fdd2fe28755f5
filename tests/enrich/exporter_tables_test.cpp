#include "weir/enrich/exporter_tables.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

IpAddress address(const std::string& text) {
  return *IpAddress::parse(text);
}

TEST(InterfaceTable, InterfacesAreFoundByExporterAndIndex) {
  const InterfaceTable table = InterfaceTable::parse(
      "192.0.2.1,1,ge-0/0/0,\"uplink, north\",10G\n"
      "192.0.2.1,4294967295,ge-0/0/1\n"
      "2001:db8::1,1,eth0,,2.5G\n"
      "192.0.2.1,1,ge-0/0/0,later,100M\n");
  EXPECT_EQ(table.size(), 3U);
  const InterfaceInfo* const first = table.find(address("192.0.2.1"), 1);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->name, "ge-0/0/0");
  EXPECT_EQ(first->description, "later");
  EXPECT_EQ(first->speed, 100'000'000U);
  const InterfaceInfo* const last = table.find(address("192.0.2.1"), 4294967295);
  ASSERT_NE(last, nullptr);
  EXPECT_EQ(last->description, "");
  EXPECT_EQ(last->speed, 0U);
  EXPECT_EQ(table.find(address("2001:db8::1"), 1)->speed, 2'500'000'000U);
  EXPECT_EQ(table.find(address("192.0.2.2"), 1), nullptr);
  EXPECT_EQ(table.find(address("192.0.2.1"), 2), nullptr);
}

TEST(InterfaceTable, SpeedsAreBitsASecondInUsualUnits) {
  const auto speed = [](const std::string& text) {
    const InterfaceTable table = InterfaceTable::parse("192.0.2.1,1,n,d," + text);
    return table.find(address("192.0.2.1"), 1)->speed;
  };
  EXPECT_EQ(speed("1000000000"), 1'000'000'000U);
  EXPECT_EQ(speed("64k"), 64'000U);
  EXPECT_EQ(speed("64K"), 64'000U);
  EXPECT_EQ(speed("1.544M"), 1'544'000U);
  EXPECT_EQ(speed("400G"), 400'000'000'000U);
  EXPECT_EQ(speed("1.6T"), 1'600'000'000'000U);
  for (const std::string bad : {"fast", "-1", "1GB", "1e9", "inf", "nan", "G", "9999999999T"}) {
    EXPECT_NE(usage_error([&] { speed(bad); }).find("write bits a second"), std::string::npos)
        << bad;
  }
}

TEST(InterfaceTable, WhatCannotBeIsRefusedWithItsLine) {
  EXPECT_EQ(usage_error([] { static_cast<void>(InterfaceTable::parse("router,1,x\n")); }),
            "line 1: exporter \"router\": write the exporter's address, IPv4 or IPv6");
  EXPECT_EQ(
      usage_error([] { static_cast<void>(InterfaceTable::parse("192.0.2.1,4294967296,x\n")); }),
      "line 1: ifindex \"4294967296\": write the interface's SNMP index, 0 to 4294967295");
}

TEST(ExporterTable, NamesAreFoundByAddress) {
  const ExporterTable table =
      ExporterTable::parse("name,address\ncore 1,192.0.2.1\nedge,2001:db8::1\n");
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.name(address("192.0.2.1")), "core 1");
  EXPECT_EQ(table.name(address("::ffff:192.0.2.1")), "core 1");
  EXPECT_EQ(table.name(address("2001:db8::1")), "edge");
  EXPECT_EQ(table.name(address("192.0.2.2")), "");
  EXPECT_EQ(usage_error([] { static_cast<void>(ExporterTable::parse("192.0.2.1\n")); }),
            "line 1: name \"\": write a name behind the address and a comma");
}

TEST(SamplingTable, ExportersWithoutALineHaveThatOfTheStar) {
  const SamplingTable table = SamplingTable::parse("192.0.2.1,1000\n192.0.2.2,1\n");
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.rate(address("192.0.2.1")), 1000U);
  EXPECT_EQ(table.rate(address("192.0.2.2")), 1U);
  EXPECT_EQ(table.rate(address("192.0.2.3")), 0U);
  const SamplingTable with_star = SamplingTable::parse("*,512\n192.0.2.1,1000\n");
  EXPECT_EQ(with_star.size(), 2U);
  EXPECT_EQ(with_star.rate(address("192.0.2.1")), 1000U);
  EXPECT_EQ(with_star.rate(address("192.0.2.3")), 512U);
}

TEST(SamplingTable, RatesThatCannotBeAreRefused) {
  for (const std::string bad : {"0", "4294967296", "-1", "1:1000", ""}) {
    EXPECT_NE(usage_error([&] {
                static_cast<void>(SamplingTable::parse("192.0.2.1," + bad + "\n"));
              }).find("1 to 4294967295"),
              std::string::npos)
        << bad;
  }
}

}  // namespace
}  // namespace weir
