#include "weir/decode/nfcapd_layout2.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/nfcapd_writer.hpp"
#include "tests/support/rows.hpp"
#include "weir/decode/nfcapd_copy.hpp"

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class NfcapdLayout2Test : public ::testing::Test {
 protected:
  std::string row(const NfcapdFlow& flow) { return row(layout_, flow.bytes()); }
  std::string row(const std::string& record) { return row(layout_, record); }
  /// What an element says, without what every record says.
  std::string element(unsigned id, const NfcapdBytes& data) {
    return row(sparse_, NfcapdFlow().element(id, data).bytes());
  }

  static FieldSet without_usual() {
    FieldSet fields = all_fields();
    for (const FieldId id : {field("flows"), field("sampled"), field("anonymized")}) {
      fields.remove(id);
    }
    return fields;
  }
  std::string row(NfcapdLayout2& layout, const std::string& record) {
    const NfcapdPlan* const plan = layout.plan(record);
    if (plan == nullptr) {
      return "refused";
    }
    Flow flow;
    copy_record(*plan, record.data(), {.context = context_, .texts = texts_}, flow);
    return row_text(flow);
  }

  NfcapdLayout2 layout_{all_fields()};
  NfcapdLayout2 sparse_{without_usual()};
  NfcapdContext context_;
  TextArena texts_;
};

TEST_F(NfcapdLayout2Test, TheGenericElementAndBothFamilies) {
  EXPECT_EQ(row(NfcapdFlow(2).generic(3, 400, 1024, 443).addresses("192.0.2.1", "198.51.100.2")),
            "bytes=400 packets=3 flows=1 src_addr=192.0.2.1 dst_addr=198.51.100.2 src_port=1024 "
            "dst_port=443 proto=6 tcp_flags=27 tos=8 first_seen=2023-11-14T22:13:20Z "
            "last_seen=2023-11-14T22:13:21.500Z received=2023-11-14T22:13:22Z "
            "forwarding_status=64 total_bytes=400 total_packets=3 sampled=1 anonymized=0");
  EXPECT_THAT(row(NfcapdFlow(4).addresses("2001:db8::1", "2001:db8:ffff::2")),
              HasSubstr("src_addr=2001:db8::1 dst_addr=2001:db8:ffff::2"));
  EXPECT_THAT(row(NfcapdFlow(4).generic(1, 1)), HasSubstr("sampled=0 anonymized=1"));
}

TEST_F(NfcapdLayout2Test, BothDirectionsAreFieldsAndSums) {
  const NfcapdBytes out = NfcapdBytes().u64(5).u64(20).u64(3000);
  EXPECT_EQ(element(5, out), "out_bytes=3000 out_packets=20 total_bytes=3000 total_packets=20");
  EXPECT_THAT(row(NfcapdFlow().generic(3, 400).element(5, out)),
              HasSubstr("total_bytes=3400 total_packets=23"));
  EXPECT_THAT(row(NfcapdFlow().element(5, out).generic(3, 400)),
              HasSubstr("total_bytes=3400 total_packets=23"));
  EXPECT_THAT(row(NfcapdFlow().generic(3, ~std::uint64_t{0}).element(5, out)),
              HasSubstr("total_bytes=18446744073709551615 total_packets=23"));
  EXPECT_THAT(row(NfcapdFlow().element(5, out)), HasSubstr("flows=5"));
  EXPECT_THAT(row(NfcapdFlow().element(5, NfcapdBytes().u64(0).u64(1).u64(1))),
              HasSubstr("flows=1"));
}

TEST_F(NfcapdLayout2Test, EachElementFillsItsFields) {
  const auto v6 = [](std::string_view text) { return NfcapdBytes().address(text); };
  EXPECT_EQ(element(4, NfcapdBytes().u32(7).u32(70000).u8(24).u8(20).u8(1).u8(8).u32(0)),
            "in_if=7 out_if=70000 src_mask=24 dst_mask=20 dst_tos=8 direction=1");
  EXPECT_EQ(element(6, NfcapdBytes().u32(100).u32(200)), "src_vlan=100 dst_vlan=200");
  EXPECT_EQ(element(7, NfcapdBytes().u32(64500).u32(4'200'000'000U)),
            "src_as=64500 dst_as=4200000000");
  EXPECT_EQ(element(8, v6("192.0.2.8")), "bgp_next_hop=192.0.2.8");
  EXPECT_EQ(element(9, v6("2001:db8::9")), "bgp_next_hop=2001:db8::9");
  EXPECT_EQ(element(10, v6("192.0.2.10")), "next_hop=192.0.2.10");
  EXPECT_EQ(element(11, v6("2001:db8::11")), "next_hop=2001:db8::11");
  EXPECT_EQ(element(12, v6("192.0.2.12")), "exporter=192.0.2.12");
  EXPECT_EQ(element(13, v6("2001:db8::13")), "exporter=2001:db8::13");
  EXPECT_EQ(element(16, NfcapdBytes().u32(1).u32(2)), "src_peer_as=2 dst_peer_as=1");
  EXPECT_EQ(element(17, NfcapdBytes().u64(1).u64(2).u64(3)),
            "client_latency=1 server_latency=2 app_latency=3");
  EXPECT_EQ(element(28, NfcapdBytes().text("a label", 12)), "label=a label");
  EXPECT_EQ(element(33, NfcapdBytes().u64(5).u32(6)), "observation_domain=6");
  EXPECT_EQ(element(36, NfcapdBytes().u32(3).u32(4)), "in_vrf=4 out_vrf=3");
  EXPECT_EQ(element(39, NfcapdBytes().u64(99)), "flow_id=99");
  EXPECT_EQ(element(38, NfcapdBytes().u16(1).u16(2).u16(3).u16(4).u64(0).u64(5001).u16(0x800)),
            "etype=2048 vlan_id=1 src_customer_vlan=2 dst_customer_vlan=4 vxlan=5001");
  EXPECT_EQ(element(31, NfcapdBytes().address("192.0.2.1").address("192.0.2.2").u32(47)),
            "tunnel_src_addr=192.0.2.1 tunnel_dst_addr=192.0.2.2 tunnel_proto=47");
  EXPECT_EQ(element(32, NfcapdBytes().address("2001:db8::1").address("2001:db8::2").u32(41)),
            "tunnel_src_addr=2001:db8::1 tunnel_dst_addr=2001:db8::2 tunnel_proto=41");
}

TEST_F(NfcapdLayout2Test, EventsAndTranslations) {
  EXPECT_EQ(element(19, NfcapdBytes().u64(1'700'000'000'001).u32(4711).u16(2001).u8(2).u8(0)),
            "fw_event=2 event_time=2023-11-14T22:13:20.001Z ext_event=2001 connection_id=4711");
  EXPECT_EQ(element(20, NfcapdBytes().address("192.0.2.1").address("192.0.2.2")),
            "post_nat_src_addr=192.0.2.1 post_nat_dst_addr=192.0.2.2");
  EXPECT_EQ(element(21, NfcapdBytes().address("2001:db8::1").address("2001:db8::2")),
            "post_nat_src_addr=2001:db8::1 post_nat_dst_addr=2001:db8::2");
  EXPECT_EQ(element(22, NfcapdBytes().u16(1).u16(2)), "post_nat_src_port=1 post_nat_dst_port=2");
  EXPECT_EQ(element(24, NfcapdBytes().text("alice", 68)), "user_name=alice");
}

TEST_F(NfcapdLayout2Test, ElementsThatChangedAreToldApartByTheirLength) {
  const NfcapdBytes now = NfcapdBytes().u64(1'700'000'000'000).u32(9).u8(1).u8(0).u16(0);
  EXPECT_EQ(element(25, now), "nat_event=1 event_time=2023-11-14T22:13:20Z");
  const NfcapdBytes old =
      NfcapdBytes().u64(1'700'000'000'000).u32(11).u32(12).u32(9).u8(2).u8(0).u16(0);
  EXPECT_EQ(element(25, old), "nat_event=2 in_vrf=12 out_vrf=11 event_time=2023-11-14T22:13:20Z");

  EXPECT_EQ(element(18, NfcapdBytes().u32(5).u32(1000).u16(1).u16(0)), "sampling_rate=1000");
  context_.learn(NfcapdContext::kSampler, nfcapd_sampler(0, 77, 1, 511));
  EXPECT_EQ(element(18, NfcapdBytes().u64(77).u16(0).u16(0).u32(0)), "sampling_rate=512");
  EXPECT_THAT(element(18, NfcapdBytes().u64(78).u16(0).u16(0).u32(0)),
              Not(HasSubstr("sampling_rate")));
}

TEST_F(NfcapdLayout2Test, AnElementThatIsTooShortHasOnlyWhatFits) {
  EXPECT_EQ(element(7, NfcapdBytes().u32(64500)), "src_as=64500");
  EXPECT_EQ(element(7, NfcapdBytes().u16(1)), "");
  EXPECT_EQ(element(14, NfcapdBytes().u32(0)), "");
}

TEST_F(NfcapdLayout2Test, ElementsThatAreNotKnownArePassedOver) {
  EXPECT_THAT(row(NfcapdFlow().element(30, NfcapdBytes().text("payload", 9)).as(1, 2)),
              HasSubstr("src_as=1 dst_as=2"));
  EXPECT_THAT(row(NfcapdFlow().element(999, {}).as(1, 2)), HasSubstr("src_as=1 dst_as=2"));
}

TEST_F(NfcapdLayout2Test, NetworksFollowFromAddressAndMask) {
  const NfcapdBytes masks = NfcapdBytes().u32(0).u32(0).u8(24).u8(200).u8(0).u8(0).u32(0);
  EXPECT_THAT(row(NfcapdFlow().addresses("192.0.2.77", "198.51.100.3").element(4, masks)),
              HasSubstr("src_net=192.0.2.0 dst_net=198.51.100.3"));
  EXPECT_THAT(row(NfcapdFlow().element(4, masks).addresses("2001:db8::1", "2001:db8::2")),
              HasSubstr("src_net=2001:d00:: dst_net=2001:db8::2"));
}

TEST_F(NfcapdLayout2Test, OfTwoFamiliesIpv4CountsUnlessItIsEmpty) {
  NfcapdFlow both;
  both.addresses("192.0.2.1", "0.0.0.0").addresses("2001:db8::1", "2001:db8::2");
  EXPECT_THAT(row(both), HasSubstr("src_addr=192.0.2.1 dst_addr=2001:db8::2"));
  NfcapdFlow turned;
  turned.addresses("2001:db8::1", "2001:db8::2").addresses("192.0.2.1", "0.0.0.0");
  EXPECT_THAT(row(turned), HasSubstr("src_addr=192.0.2.1 dst_addr=2001:db8::2"));
}

TEST_F(NfcapdLayout2Test, TheDestinationsMacIsThatGoingOutOrElseComingIn) {
  const auto macs = [](std::uint64_t out, std::uint64_t in) {
    return NfcapdBytes().u64(0x020000000001).u64(out).u64(in).u64(0);
  };
  EXPECT_EQ(element(15, macs(2, 3)), "src_mac=02:00:00:00:00:01 dst_mac=00:00:00:00:00:02");
  EXPECT_EQ(element(15, macs(0, 3)), "src_mac=02:00:00:00:00:01 dst_mac=00:00:00:00:00:03");
}

TEST_F(NfcapdLayout2Test, RecordsWhoseElementsDoNotFitAreRefused) {
  const std::string good = NfcapdFlow().generic(1, 2).as(3, 4).bytes();
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(row(good.substr(0, size)), "refused") << size;
  }
  std::string more = good;
  more[4] = 3;  // elements
  EXPECT_EQ(row(more), "refused");
  // Less than an element's header, in the last one's.
  for (const char length : {'\0', '\1', '\2', '\3'}) {
    std::string less = good;
    less[good.size() - 10] = length;
    EXPECT_EQ(row(less), "refused") << int{length};
  }
}

TEST_F(NfcapdLayout2Test, ManyLayoutsDoNotMixUp) {
  for (int round = 0; round < 2; ++round) {
    for (unsigned size = 0; size < 5000; ++size) {
      // Of one total size and number of elements, with the AS numbers elsewhere.
      const unsigned before = size % 2500;
      NfcapdFlow flow;
      flow.element(500 + size / 2500, NfcapdBytes().text("", before));
      flow.as(size, 7).element(600, NfcapdBytes().text("", 2500 - before));
      ASSERT_THAT(row(flow), HasSubstr(fmt::format("src_as={} dst_as=7", size)));
    }
  }
}

}  // namespace
}  // namespace weir
