#include "weir/base/ip.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>

namespace weir {
namespace {

using namespace std::string_view_literals;

IpAddress address(std::string_view text) {
  return IpAddress::parse(text).value();
}

TEST(IpAddress, ReadsAndPrintsBothFamilies) {
  for (const std::string_view text :
       {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::5", "fe80::1:2:3:4"}) {
    EXPECT_EQ(address(text).to_string(), text);
  }
  EXPECT_EQ(address("2001:DB8:0:0:0:0:0:1").to_string(), "2001:db8::1");
}

TEST(IpAddress, MappedTextIsTheIpv4AddressItMeans) {
  EXPECT_EQ(address("::ffff:192.0.2.1"), address("192.0.2.1"));
  EXPECT_EQ(address("::ffff:c000:201").to_string(), "192.0.2.1");
  EXPECT_TRUE(address("::ffff:0:0").is_ipv4());
  EXPECT_FALSE(address("::fffe:0:0").is_ipv4());
}

TEST(IpAddress, FromHostOrderInteger) {
  EXPECT_EQ(IpAddress::from_ipv4(0xc0000201).to_string(), "192.0.2.1");
}

TEST(IpAddress, RefusesEverythingElse) {
  for (const std::string_view text :
       {""sv, " "sv, "1.2.3"sv, "1.2.3.4.5"sv, "256.0.0.1"sv, "1.2.3.4 "sv, "01.2.3.4"sv, ":"sv,
        ":::"sv, "1::2::3"sv, "12345::"sv, "fe80::1%eth0"sv, "10.0.0.0/8"sv, "1.2.3.4\0x"sv,
        "::1\0"sv, "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"sv}) {
    EXPECT_EQ(IpAddress::parse(text), std::nullopt) << text;
  }
}

TEST(IpAddress, ReadsOfIpv4WhatTheSystemReads) {
  constexpr std::string_view kSigns = "0012559..x";
  std::mt19937 random(1);
  std::size_t read = 0;
  for (int i = 0; i < 200'000; ++i) {
    // From an address on, which is then changed in up to three places.
    std::string text =
        fmt::format("{}.{}.{}.{}", random() % 300, random() % 300, random() % 300, random() % 300);
    for (auto changes = random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % (text.size() + 1);
      text.replace(at, random() % 2, std::string(random() % 2, kSigns[random() % kSigns.size()]));
    }
    std::array<std::uint8_t, 4> bytes{};
    const bool expected = inet_pton(AF_INET, text.c_str(), bytes.data()) == 1;
    const auto address = IpAddress::parse(text);
    ASSERT_EQ(address.has_value(), expected) << text;
    if (address) {
      ++read;
      ASSERT_TRUE(address->is_ipv4() &&
                  std::equal(bytes.begin(), bytes.end(), address->bytes.begin() + 12))
          << text;
    }
  }
  EXPECT_GT(read, 10'000U);
}

TEST(IpAddress, MaskClearsTheHostBits) {
  EXPECT_EQ(address("10.255.255.255").masked(8), address("10.0.0.0"));
  EXPECT_EQ(address("10.255.255.255").masked(9), address("10.128.0.0"));
  EXPECT_EQ(address("10.255.255.255").masked(0), address("0.0.0.0"));
  EXPECT_EQ(address("10.255.255.255").masked(32), address("10.255.255.255"));
  EXPECT_EQ(address("10.255.255.255").masked(99), address("10.255.255.255"));
  EXPECT_EQ(address("2001:db8:ffff::1").masked(33), address("2001:db8:8000::"));
  EXPECT_EQ(address("2001:db8::1").masked(0), address("::"));
  EXPECT_EQ(address("2001:db8::1").masked(128), address("2001:db8::1"));
}

TEST(IpAddress, SortsByNumber) {
  EXPECT_LT(address("9.255.255.255"), address("10.0.0.0"));
  EXPECT_LT(address("::1"), address("0.0.0.0"));
  EXPECT_LT(address("255.255.255.255"), address("2001:db8::"));
}

TEST(IpNetwork, ReadsCidr) {
  const auto network = IpNetwork::parse("10.1.2.3/8").value();
  EXPECT_EQ(network.address, address("10.0.0.0"));
  EXPECT_EQ(network.length, 8);
  EXPECT_EQ(IpNetwork::parse("192.0.2.1").value().length, 32);
  EXPECT_EQ(IpNetwork::parse("2001:db8::").value().length, 128);
  EXPECT_EQ(IpNetwork::parse("::/0").value().length, 0);
}

TEST(IpNetwork, MappedTextCountsFromIpv6sFirstBit) {
  const auto network = IpNetwork::parse("::ffff:10.0.0.0/104").value();
  EXPECT_EQ(network.address, address("10.0.0.0"));
  EXPECT_EQ(network.length, 8);
  EXPECT_EQ(IpNetwork::parse("::ffff:10.0.0.1").value().length, 32);
  EXPECT_FALSE(IpNetwork::parse("::ffff:10.0.0.0/8").has_value());
}

TEST(IpNetwork, RefusesEverythingElse) {
  for (const std::string_view text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
                                      "10.0.0.0/8x", "10.0.0.0/ 8", "10.0/8", "::/129"}) {
    EXPECT_FALSE(IpNetwork::parse(text).has_value()) << text;
  }
}

TEST(IpNetwork, ContainsOnlyItsOwnFamily) {
  const auto private_net = IpNetwork::parse("10.0.0.0/8").value();
  EXPECT_TRUE(private_net.contains(address("10.255.0.1")));
  EXPECT_FALSE(private_net.contains(address("11.0.0.0")));
  EXPECT_FALSE(private_net.contains(address("::a00:1")));
  const auto everything6 = IpNetwork::parse("::/0").value();
  EXPECT_TRUE(everything6.contains(address("2001:db8::1")));
  EXPECT_FALSE(everything6.contains(address("10.0.0.1")));
}

TEST(Mac, ReadsAndPrints) {
  EXPECT_EQ(parse_mac("00:00:5E:00:53:01"), 0x00005e005301U);
  EXPECT_EQ(parse_mac("ff-ff-ff-ff-ff-ff"), 0xffffffffffffU);
  EXPECT_EQ(format_mac(0x00005e005301), "00:00:5e:00:53:01");
}

TEST(Mac, RefusesEverythingElse) {
  for (const std::string_view text : {"", "00:00:5e:00:53", "00:00:5e:00:53:0g",
                                      "00:00:5e:00:53:01:", "0000:5e:00:53:01:", "00005e005301",
                                      "-1:00:5e:00:53:01", "00.00.5e.00.53.01"}) {
    EXPECT_EQ(parse_mac(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace weir
