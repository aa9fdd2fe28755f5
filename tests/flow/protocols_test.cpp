#include "weir/flow/protocols.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace weir {
namespace {

TEST(Protocols, NamesAreIanasKeywordsInLowerCase) {
  EXPECT_EQ(protocol_name(0), "hopopt");
  EXPECT_EQ(protocol_name(1), "icmp");
  EXPECT_EQ(protocol_name(6), "tcp");
  EXPECT_EQ(protocol_name(17), "udp");
  EXPECT_EQ(protocol_name(47), "gre");
  EXPECT_EQ(protocol_name(50), "esp");
  EXPECT_EQ(protocol_name(58), "ipv6-icmp");
  EXPECT_EQ(protocol_name(89), "ospfigp");
  EXPECT_EQ(protocol_name(103), "pim");
  EXPECT_EQ(protocol_name(112), "vrrp");
  EXPECT_EQ(protocol_name(115), "l2tp");
  EXPECT_EQ(protocol_name(132), "sctp");
  EXPECT_EQ(protocol_name(136), "udplite");
  EXPECT_EQ(protocol_name(143), "ethernet");
  EXPECT_EQ(protocol_name(145), "nsh");
}

TEST(Protocols, NumbersWithoutKeywordHaveNoName) {
  EXPECT_EQ(protocol_name(61), "");
  EXPECT_EQ(protocol_name(114), "");
  EXPECT_EQ(protocol_name(200), "");
  EXPECT_EQ(protocol_name(255), "");
}

TEST(Protocols, EveryNameAndNumberReadsBack) {
  for (unsigned i = 0; i < 256; ++i) {
    const auto number = static_cast<std::uint8_t>(i);
    EXPECT_EQ(parse_protocol(std::to_string(i)), number);
    if (!protocol_name(number).empty()) {
      EXPECT_EQ(parse_protocol(protocol_name(number)), number);
    }
  }
}

TEST(Protocols, ReadsWhatOtherProgramsWrite) {
  EXPECT_EQ(parse_protocol("TCP"), 6);
  EXPECT_EQ(parse_protocol("IPv6-ICMP"), 58);
  EXPECT_EQ(parse_protocol("ICMP6"), 58);
  EXPECT_EQ(parse_protocol("ICMPv6"), 58);
  EXPECT_EQ(parse_protocol("OSPF"), 89);
  EXPECT_EQ(parse_protocol("006"), 6);
  EXPECT_EQ(parse_protocol("HIP"), 139);
  EXPECT_EQ(parse_protocol("Shim6"), 140);
}

TEST(Protocols, RefusesEverythingElse) {
  for (const std::string_view text : {"", "256", "-1", "tcpp", "6 ", "0x6", "unassigned"}) {
    EXPECT_EQ(parse_protocol(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace weir
