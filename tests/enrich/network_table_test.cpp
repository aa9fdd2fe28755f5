#include "weir/enrich/network_table.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/usage_error.hpp"

namespace weir {
namespace {

std::string text_of(const NetworkTable& table, const std::string& address) {
  const NetworkInfo& info = table.find(*IpAddress::parse(address));
  return std::string(info.name) + "|" + std::string(info.customer);
}

TEST(NetworkTable, TheLongestPrefixCountsInBothFamilies) {
  const NetworkTable table = NetworkTable::parse(
      "prefix,name,customer\n"
      "192.0.2.0/24,office,\n"
      "192.0.2.128/25,\"labs, east\",Example GmbH\n"
      "2001:db8::/32,office,\n"
      "0.0.0.0/0,elsewhere\n");
  EXPECT_EQ(table.size(), 4U);
  EXPECT_EQ(text_of(table, "192.0.2.1"), "office|");
  EXPECT_EQ(text_of(table, "192.0.2.129"), "labs, east|Example GmbH");
  EXPECT_EQ(text_of(table, "198.51.100.1"), "elsewhere|");
  EXPECT_EQ(text_of(table, "2001:db8::1"), "office|");
  EXPECT_EQ(text_of(table, "2001:db9::1"), "|");
}

TEST(NetworkTable, ANameIsKeptOnceHoweverManyNetworksHaveIt) {
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text += "10." + std::to_string(i) + ".0.0/16,same,one\n";
  }
  const NetworkTable table = NetworkTable::parse(text);
  EXPECT_EQ(&table.find(*IpAddress::parse("10.1.0.1")),
            &table.find(*IpAddress::parse("10.99.0.1")));
}

TEST(NetworkTable, TextsStayWhenTheTableMoves) {
  NetworkTable table =
      NetworkTable::parse("10.0.0.0/8,a name that is longer than a short string,\n");
  const NetworkTable moved = std::move(table);
  EXPECT_EQ(text_of(moved, "10.0.0.1"), "a name that is longer than a short string|");
}

TEST(NetworkTable, WhatIsNoNetworkIsRefusedWithItsLine) {
  EXPECT_EQ(
      usage_error([] { static_cast<void>(NetworkTable::parse("10.0.0.0/8,a\n10.0.0/8,b\n")); }),
      "line 2: prefix \"10.0.0/8\": write a network as 192.0.2.0/24 or 2001:db8::/32");
}

}  // namespace
}  // namespace weir
