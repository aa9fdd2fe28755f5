#include "weir/flow/filter.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <string_view>

namespace weir {
namespace {

IpAddress address(std::string_view text) {
  return IpAddress::parse(text).value();
}

/// A TCP flow from 10.1.2.3 to 2001:db8::5 whose row was in use before.
class FilterTest : public testing::Test {
 protected:
  FilterTest() {
    std::memset(static_cast<void*>(&flow_), 0xa5, sizeof flow_);
    flow_.present.clear();
    set(flow_, field("bytes"), std::uint64_t{1'500'000});
    set(flow_, field("packets"), std::uint64_t{0});
    set(flow_, field("src_as"), std::uint64_t{64500});
    set(flow_, field("dst_as"), std::uint64_t{64501});
    set(flow_, field("src_addr"), address("10.1.2.3"));
    set(flow_, field("dst_addr"), address("2001:db8::5"));
    set(flow_, field("src_port"), std::uint64_t{50000});
    set(flow_, field("dst_port"), std::uint64_t{443});
    set(flow_, field("proto"), std::uint64_t{6});
    set(flow_, field("tcp_flags"), std::uint64_t{0x12});
    set(flow_, field("label"), std::string_view("edge's"));
    set(flow_, field("communities"), std::string_view("65000:1 65000:20"));
    set(flow_, field("src_lat"), -33.5);
    set(flow_, field("etype"), std::uint64_t{0x86dd});
    set(flow_, field("src_mac"), std::uint64_t{0x00005e005301});
    set(flow_, field("first_seen"), std::uint64_t{1'767'323'045'000'000'000});  // 03:04:05
    set(flow_, field("in_if"), std::uint64_t{3});
    set(flow_, field("src_net"), address("10.1.0.0"));
    set(flow_, field("roa"), std::string_view());
    set(flow_, field("next_hop"), address("0.0.0.0"));
  }

  [[nodiscard]] bool matches(std::string_view text) const {
    return Filter::compile(text).matches(flow_);
  }

  Flow flow_;
};

TEST_F(FilterTest, WithoutConditionMatchesEverything) {
  const Filter filter;
  EXPECT_TRUE(filter.matches_all());
  EXPECT_TRUE(filter.matches(flow_));
  EXPECT_TRUE(filter.fields().empty());
  EXPECT_FALSE(Filter::compile("bytes").matches_all());
}

TEST_F(FilterTest, KnowsTheFieldsItReads) {
  FieldSet expected;
  for (const FieldId id : {field("src_port"), field("dst_port"), field("label")}) {
    expected.add(id);
  }
  EXPECT_EQ(Filter::compile("port == 5 or not label").fields(), expected);
}

TEST_F(FilterTest, ComparesNumbers) {
  EXPECT_TRUE(matches("src_as == 64500"));
  EXPECT_TRUE(matches("src_as = 64500"));
  EXPECT_FALSE(matches("src_as != 64500"));
  EXPECT_TRUE(matches("src_as < 64501"));
  EXPECT_FALSE(matches("src_as < 64500"));
  EXPECT_TRUE(matches("src_as <= 64500"));
  EXPECT_TRUE(matches("src_as > 64499"));
  EXPECT_FALSE(matches("src_as > 64500"));
  EXPECT_TRUE(matches("src_as >= 64500"));
  EXPECT_FALSE(matches("src_as >= 64501"));
  EXPECT_TRUE(matches("dst_port == 0x1bb"));
}

TEST_F(FilterTest, ComparesAtTheEndsOfTheRange) {
  EXPECT_FALSE(matches("packets < 0"));
  EXPECT_TRUE(matches("packets <= 0"));
  EXPECT_FALSE(matches("bytes > 18446744073709551615"));
  EXPECT_TRUE(matches("bytes >= 0"));
}

TEST_F(FilterTest, MultipliesByThousands) {
  EXPECT_TRUE(matches("bytes == 1500k"));
  EXPECT_TRUE(matches("bytes == 1500K"));
  EXPECT_TRUE(matches("bytes == 1.5M"));
  EXPECT_TRUE(matches("bytes == 0.0015G"));
  EXPECT_TRUE(matches("bytes == 1500000.0"));
}

TEST_F(FilterTest, FindsNumbersInLists) {
  EXPECT_TRUE(matches("src_as in [64500]"));
  EXPECT_TRUE(matches("src_as in [1, 64500]"));
  EXPECT_TRUE(matches("src_as in [64000-65000]"));
  EXPECT_TRUE(matches("src_as in [1, 64500 - 64510]"));
  EXPECT_FALSE(matches("src_as in [1, 2, 64499, 64501-70000]"));
}

TEST_F(FilterTest, FindsNumbersInLongLists) {
  std::string list = "src_port in [";
  for (int i = 1; i < 3000; ++i) {
    list += std::to_string(i * 20 + 1) + ",";
  }
  EXPECT_FALSE(matches(list + "2]"));
  EXPECT_TRUE(matches(list + "50000]"));
  EXPECT_TRUE(matches(list + "49999-50002, 49000-50010]"));
  EXPECT_FALSE(matches(list + "65000-65535, 0]"));
}

TEST_F(FilterTest, EqualTakesARangeToo) {
  EXPECT_TRUE(matches("src_port == 50000-50010"));
  EXPECT_FALSE(matches("src_port != 50000-50010"));
}

TEST_F(FilterTest, AbsentFieldMakesOnlyUnequalAndNotTrue) {
  EXPECT_FALSE(matches("tos == 0"));
  EXPECT_FALSE(matches("tos >= 0"));
  EXPECT_FALSE(matches("tos in [0-255]"));
  EXPECT_FALSE(matches("tos"));
  EXPECT_FALSE(matches("tunnel_tcp_flags has S"));
  EXPECT_FALSE(matches("dst_net in [::/0, 0.0.0.0/0]"));
  EXPECT_FALSE(matches("application == ''"));
  EXPECT_TRUE(matches("tos != 0"));
  EXPECT_TRUE(matches("not tos == 0"));
  EXPECT_TRUE(matches("not tos"));
  EXPECT_TRUE(matches("application != 'x'"));
}

TEST_F(FilterTest, BareFieldIsPresentAndNotZeroOrEmpty) {
  EXPECT_TRUE(matches("bytes"));
  EXPECT_FALSE(matches("packets"));
  EXPECT_TRUE(matches("label"));
  EXPECT_FALSE(matches("roa"));
  EXPECT_TRUE(matches("src_addr and dst_addr"));
  EXPECT_FALSE(matches("next_hop"));
  EXPECT_TRUE(matches("src_lat"));
  EXPECT_TRUE(matches("if"));
  EXPECT_FALSE(matches("vlan"));
}

TEST_F(FilterTest, BareAddressIsFalseForBothZeroAddresses) {
  set(flow_, field("next_hop"), address("::"));
  EXPECT_FALSE(matches("next_hop"));
  set(flow_, field("next_hop"), address("::1"));
  EXPECT_TRUE(matches("next_hop"));
  set(flow_, field("next_hop"), address("0.0.0.1"));
  EXPECT_TRUE(matches("next_hop"));
}

TEST_F(FilterTest, AddressEqualToANetworkMeansWithinIt) {
  EXPECT_TRUE(matches("src_addr == 10.1.2.3"));
  EXPECT_TRUE(matches("src_addr == '10.1.2.3'"));
  EXPECT_TRUE(matches("src_addr == 10.0.0.0/8"));
  EXPECT_FALSE(matches("src_addr != 10.0.0.0/8"));
  EXPECT_FALSE(matches("src_addr == 11.0.0.0/8"));
  EXPECT_TRUE(matches("src_addr in [10.1.2.0-10.1.2.3]"));
  EXPECT_TRUE(matches("dst_addr in [10.0.0.0/8, 2001:db8::/32]"));
  EXPECT_FALSE(matches("dst_addr == 2001:db9::/32"));
  EXPECT_TRUE(matches("src_net in [10.0.0.0/8]"));
}

TEST_F(FilterTest, NetworksOfOneFamilyDoNotHoldTheOther) {
  EXPECT_TRUE(matches("src_addr == 0.0.0.0/0"));
  EXPECT_FALSE(matches("src_addr == ::/0"));
  EXPECT_TRUE(matches("dst_addr == ::/0"));
  EXPECT_FALSE(matches("dst_addr == 0.0.0.0/0"));
  EXPECT_FALSE(matches("src_addr in [::-ffff::]"));
}

TEST_F(FilterTest, FindsAddressesInLongLists) {
  std::string list = "src_addr in [";
  for (int i = 0; i < 200; ++i) {
    list += "10." + std::to_string(i) + ".0.0/23,";
  }
  EXPECT_FALSE(matches(list + "192.0.2.1]"));
  EXPECT_TRUE(matches(list + "10.1.2.0/24]"));
}

TEST_F(FilterTest, EitherSideWordsLookAtBoth) {
  EXPECT_TRUE(matches("as == 64500"));
  EXPECT_TRUE(matches("as == 64501"));
  EXPECT_FALSE(matches("as == 5"));
  EXPECT_TRUE(matches("as in [1, 64501]"));
  EXPECT_TRUE(matches("port < 1024"));
  EXPECT_TRUE(matches("addr == 2001:db8::/32"));
  EXPECT_TRUE(matches("if == 3"));
}

TEST_F(FilterTest, EitherSideUnequalMeansNeitherSide) {
  EXPECT_TRUE(matches("as != 5"));
  EXPECT_FALSE(matches("as != 64500"));
  EXPECT_FALSE(matches("as != 64501"));
  EXPECT_TRUE(matches("vlan != 5"));
}

TEST_F(FilterTest, ProtocolsByNameOrNumber) {
  EXPECT_TRUE(matches("proto == tcp"));
  EXPECT_TRUE(matches("proto == 'TCP'"));
  EXPECT_TRUE(matches("proto == 6"));
  EXPECT_TRUE(matches("proto in [udp, tcp]"));
  EXPECT_FALSE(matches("proto in [udp, ipv6-icmp, 50-51]"));
  EXPECT_TRUE(matches("proto in [icmp-udp]"));
}

TEST_F(FilterTest, FlagsHasAsksForAllOfThem) {
  EXPECT_TRUE(matches("flags has SYN"));
  EXPECT_TRUE(matches("flags has SYN,ACK"));
  EXPECT_TRUE(matches("flags has syn, ack and bytes"));
  EXPECT_TRUE(matches("tcp_flags has SA"));
  EXPECT_TRUE(matches("flags has 0x12"));
  EXPECT_TRUE(matches("flags has 'SYN ACK'"));
  EXPECT_FALSE(matches("flags has SF"));
  EXPECT_FALSE(matches("flags has SYN,FIN"));
}

TEST_F(FilterTest, FlagsEqualAsksForExactlyThem) {
  EXPECT_TRUE(matches("flags == SA"));
  EXPECT_TRUE(matches("flags == SYN,ACK"));
  EXPECT_TRUE(matches("flags == 18"));
  EXPECT_FALSE(matches("flags == S"));
  EXPECT_TRUE(matches("flags in [S, SA]"));
}

TEST_F(FilterTest, TextsAreComparedWhole) {
  EXPECT_TRUE(matches("label == 'edge''s'"));
  EXPECT_FALSE(matches("label == 'edge'"));
  EXPECT_TRUE(matches("label in ['a', 'edge''s']"));
  EXPECT_TRUE(matches("label in ['a', 'b', 'c', 'd', 'edge''s', 'f']"));
  EXPECT_FALSE(matches("label in ['a', 'b', 'c', 'd', 'e', 'f']"));
  EXPECT_TRUE(matches("roa == ''"));
}

TEST_F(FilterTest, ListsMatchByItemOrWhole) {
  EXPECT_TRUE(matches("communities == '65000:1'"));
  EXPECT_TRUE(matches("communities == '65000:20'"));
  EXPECT_FALSE(matches("communities == '65000:2'"));
  EXPECT_TRUE(matches("communities == '65000:1 65000:20'"));
  EXPECT_TRUE(matches("communities in ['1:1', '65000:20']"));
  EXPECT_FALSE(matches("communities == ''"));
}

TEST_F(FilterTest, TimesAreRfc3339) {
  EXPECT_TRUE(matches("first_seen == 2026-01-02T03:04:05Z"));
  EXPECT_TRUE(matches("first_seen == 2026-01-02T04:04:05+01:00"));
  EXPECT_TRUE(matches("first_seen >= 2026-01-02"));
  EXPECT_TRUE(matches("first_seen < '2026-01-02 03:04:06'"));
  EXPECT_TRUE(matches("first_seen in [2026-01-02-2026-01-03]"));
  EXPECT_FALSE(matches("first_seen in [2026-01-02T00:00:00Z-2026-01-02T03:04:04.999Z]"));
}

TEST_F(FilterTest, RealNumbersMayBeNegative) {
  EXPECT_TRUE(matches("src_lat < -33"));
  EXPECT_FALSE(matches("src_lat > -33.5"));
  EXPECT_TRUE(matches("src_lat in [-40--30]"));
  EXPECT_TRUE(matches("src_lat == -33.5"));
  set(flow_, field("src_lat"), -0.0);
  EXPECT_TRUE(matches("src_lat == 0"));
  EXPECT_FALSE(matches("src_lat"));
  set(flow_, field("src_lat"), std::nan(""));
  EXPECT_FALSE(matches("src_lat > -1e300 or src_lat <= 0 or src_lat"));
}

TEST_F(FilterTest, EtherTypesAreHexadecimal) {
  EXPECT_TRUE(matches("etype == 0x86dd"));
  EXPECT_TRUE(matches("etype == 86dd"));
  EXPECT_TRUE(matches("etype == ipv6"));
  EXPECT_FALSE(matches("etype == '800'"));
}

TEST_F(FilterTest, MacAddresses) {
  EXPECT_TRUE(matches("src_mac == 00:00:5e:00:53:01"));
  EXPECT_TRUE(matches("src_mac in [00-00-5e-00-53-00-00-00-5e-00-53-ff]"));
}

TEST_F(FilterTest, NotBindsTighterThanAndAndThanOr) {
  EXPECT_TRUE(matches("not packets and bytes"));
  EXPECT_TRUE(matches("bytes or packets and packets"));
  EXPECT_FALSE(matches("(bytes or packets) and packets"));
  EXPECT_FALSE(matches("not (packets or bytes)"));
  EXPECT_TRUE(matches("not not bytes"));
}

TEST_F(FilterTest, KeywordsHaveOtherSpellings) {
  EXPECT_TRUE(matches("bytes && !packets || packets"));
  EXPECT_TRUE(matches("NOT packets AND bytes\n\tOr packets"));
  EXPECT_TRUE(matches("src_as IN [64500] and flags HAS S"));
}

TEST_F(FilterTest, LongChainsNeedNoDepth) {
  std::string text = "packets";
  for (int i = 0; i < 20'000; ++i) {
    text += " or not not packets";
  }
  EXPECT_FALSE(matches(text));
  EXPECT_TRUE(matches(text + " or bytes"));
}

}  // namespace
}  // namespace weir
