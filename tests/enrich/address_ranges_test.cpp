#include "weir/enrich/address_ranges.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace weir {
namespace {

using Id = AddressRanges::Id;
using Prefixes = std::vector<std::pair<IpNetwork, Id>>;

IpAddress address(const std::string& text) {
  return *IpAddress::parse(text);
}

AddressRanges build(const std::vector<std::pair<std::string, Id>>& prefixes) {
  AddressRanges::Builder builder;
  for (const auto& [prefix, id] : prefixes) {
    builder.add(*IpNetwork::parse(prefix), id);
  }
  return builder.build();
}

/// By looking at all of them.
Id longest(const Prefixes& prefixes, const IpAddress& asked) {
  Id id = 0;
  int length = -1;
  for (const auto& [network, its] : prefixes) {
    if (network.contains(asked) && network.length >= length) {
      id = its;
      length = network.length;
    }
  }
  return id;
}

TEST(AddressRanges, WithoutAnyNothingIsFound) {
  const AddressRanges none;
  EXPECT_EQ(none.find(address("192.0.2.1")), 0U);
  EXPECT_EQ(none.find(address("2001:db8::1")), 0U);
  EXPECT_EQ(AddressRanges::Builder().build().size(), 0U);
}

TEST(AddressRanges, TheLongestPrefixCounts) {
  const AddressRanges ranges = build({{"192.0.2.64/26", 3},
                                      {"192.0.2.0/24", 2},
                                      {"0.0.0.0/0", 1},
                                      {"192.0.2.65", 4},
                                      {"2001:db8::/32", 5},
                                      {"2001:db8:0:1::/64", 6},
                                      {"2001:db8:0:1::8/125", 7}});
  EXPECT_EQ(ranges.find(address("192.0.1.255")), 1U);
  EXPECT_EQ(ranges.find(address("192.0.2.0")), 2U);
  EXPECT_EQ(ranges.find(address("192.0.2.64")), 3U);
  EXPECT_EQ(ranges.find(address("192.0.2.65")), 4U);
  EXPECT_EQ(ranges.find(address("192.0.2.66")), 3U);
  EXPECT_EQ(ranges.find(address("192.0.2.128")), 2U);
  EXPECT_EQ(ranges.find(address("192.0.3.0")), 1U);
  EXPECT_EQ(ranges.find(address("255.255.255.255")), 1U);
  EXPECT_EQ(ranges.find(address("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")), 5U);
  EXPECT_EQ(ranges.find(address("2001:db8:0:1::7")), 6U);
  EXPECT_EQ(ranges.find(address("2001:db8:0:1::8")), 7U);
  EXPECT_EQ(ranges.find(address("2001:db8:0:1::10")), 6U);
  EXPECT_EQ(ranges.find(address("2001:db9::")), 0U);
  EXPECT_EQ(ranges.find(address("2001:db7::")), 0U) << "IPv4's default is not IPv6's";
}

TEST(AddressRanges, OfOnePrefixGivenTwiceTheLaterCounts) {
  const AddressRanges ranges = build({{"10.0.0.0/8", 1}, {"10.0.0.0/9", 3}, {"10.0.0.0/8", 2}});
  EXPECT_EQ(ranges.find(address("10.0.0.1")), 3U);
  EXPECT_EQ(ranges.find(address("10.200.0.1")), 2U);
}

TEST(AddressRanges, APrefixMayAlsoMakeAHole) {
  const AddressRanges ranges = build({{"10.0.0.0/8", 1}, {"10.1.0.0/16", 0}});
  EXPECT_EQ(ranges.find(address("10.0.0.1")), 1U);
  EXPECT_EQ(ranges.find(address("10.1.0.1")), 0U);
  EXPECT_EQ(ranges.find(address("10.2.0.1")), 1U);
}

TEST(AddressRanges, AllAddressesOfBothFamiliesCanBeCovered) {
  const AddressRanges ranges = build({{"0.0.0.0/0", 1}, {"::/0", 2}, {"ffff::/16", 3}});
  EXPECT_EQ(ranges.find(address("0.0.0.0")), 1U);
  EXPECT_EQ(ranges.find(address("255.255.255.255")), 1U);
  EXPECT_EQ(ranges.find(address("::")), 2U);
  EXPECT_EQ(ranges.find(address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")), 3U);
}

TEST(AddressRanges, TheLastAddressesAreNotTakenForTheFirst) {
  EXPECT_EQ(build({{"::/64", 1}}).find(address("ffff:ffff:ffff:ffff::")), 0U);
  EXPECT_EQ(build({{"0.0.0.0/24", 1}}).find(address("255.255.255.255")), 0U);
  EXPECT_EQ(build({{"255.255.255.255", 1}}).find(address("255.255.255.255")), 1U);
  EXPECT_EQ(build({{"255.255.255.255", 1}}).find(address("255.255.255.254")), 0U);
}

TEST(AddressRanges, NeighboursOfOneNumberAreOneRange) {
  AddressRanges::Builder builder;
  for (std::uint32_t i = 0; i < 256; ++i) {
    builder.add_next({IpAddress::from_ipv4(10U << 24U | i << 16U), 16}, 7);
  }
  const AddressRanges ranges = builder.build();
  EXPECT_EQ(ranges.size(), 1U);
  EXPECT_EQ(ranges.find(address("10.255.255.255")), 7U);
  EXPECT_EQ(ranges.find(address("11.0.0.0")), 0U);
}

TEST(AddressRanges, CombinedRangesAnswerAsBothDo) {
  const AddressRanges a = build({{"10.0.0.0/8", 1}, {"10.1.0.0/16", 2}, {"2001:db8::/32", 3}});
  const AddressRanges b = build({{"10.1.128.0/17", 10}, {"11.0.0.0/8", 20}, {"::/0", 30}});
  const AddressRanges both =
      AddressRanges::combine(a, b, [](Id first, Id second) { return first + second; });
  EXPECT_EQ(both.find(address("10.0.0.1")), 1U);
  EXPECT_EQ(both.find(address("10.1.0.1")), 2U);
  EXPECT_EQ(both.find(address("10.1.128.1")), 12U);
  EXPECT_EQ(both.find(address("10.2.0.0")), 1U);
  EXPECT_EQ(both.find(address("11.2.0.0")), 20U);
  EXPECT_EQ(both.find(address("12.0.0.0")), 0U);
  EXPECT_EQ(both.find(address("2001:db8::1")), 33U);
  EXPECT_EQ(both.find(address("2001:db9::1")), 30U);
}

TEST(AddressRanges, AgreeWithLookingAtAllPrefixes) {
  std::mt19937 random(1);
  for (int round = 0; round < 30; ++round) {
    // Few bits vary in some rounds, so that prefixes nest and meet, and many in others.
    const unsigned free = 4 + static_cast<unsigned>(round) % 29;
    const auto any = [&](bool ipv4) {
      const auto bits =
          static_cast<std::uint32_t>(std::uint64_t{random()} << (32 - free) & 0xffffffff);
      IpAddress made = IpAddress::from_ipv4(bits);
      if (!ipv4) {
        const unsigned at = round % 2 == 0 ? 6 : 10;  // on both sides of the 64th bit
        const IpAddress low = made;
        made = address("2001:db8::");
        std::copy(low.bytes.begin() + 12, low.bytes.end(), made.bytes.begin() + at);
      }
      return made;
    };
    AddressRanges::Builder builder;
    Prefixes prefixes;
    for (Id id = 1; id <= 300; ++id) {
      const bool ipv4 = random() % 2 == 0;
      const auto length = static_cast<unsigned>(ipv4 ? random() % 33 : 40 + random() % 89);
      const IpNetwork network{any(ipv4).masked(length), static_cast<std::uint8_t>(length)};
      builder.add(network, id);
      prefixes.emplace_back(network, id);
    }
    const AddressRanges ranges = builder.build();
    for (int i = 0; i < 1000; ++i) {
      const IpAddress asked = any(i % 2 == 0);
      ASSERT_EQ(ranges.find(asked), longest(prefixes, asked)) << asked.to_string();
    }
    std::vector<IpAddress> many;
    for (int i = 0; i < 500; ++i) {
      many.push_back(any(random() % 2 == 0));
    }
    std::vector<Id> ids(many.size());
    ranges.find_all(many, ids.data());
    for (std::size_t i = 0; i < many.size(); ++i) {
      ASSERT_EQ(ids[i], ranges.find(many[i]));
    }
    for (const auto& [network, id] : prefixes) {
      ASSERT_EQ(ranges.find(network.address), longest(prefixes, network.address));
    }
  }
}

}  // namespace
}  // namespace weir
