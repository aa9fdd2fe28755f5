#include "weir/decode/nfcapd_layout1.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/nfcapd_writer.hpp"
#include "tests/support/rows.hpp"
#include "weir/decode/nfcapd_copy.hpp"

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class NfcapdLayout1Test : public ::testing::Test {
 protected:
  std::string row(unsigned type, const std::string& record) {
    const NfcapdPlan* const plan = layout_.plan(type, record);
    if (plan == nullptr) {
      return "refused";
    }
    Flow flow;
    copy_record(*plan, record.data(), {.context = context_, .texts = texts_}, flow);
    return row_text(flow);
  }
  /// Addresses and counters of 32 bits.
  static NfcapdBytes plain() {
    return NfcapdBytes().address("192.0.2.1").address("198.51.100.2").u32(3).u32(400);
  }
  /// The row of a flow with one extension.
  std::string extension(unsigned id, const NfcapdBytes& data) {
    layout_.learn_map(nfcapd_map(1, {id}));
    NfcapdBytes rest = plain();
    rest.text(data.bytes(), data.bytes().size());
    return row(10, nfcapd_flow1(10, 0, 1, rest));
  }

  NfcapdLayout1 layout_{all_fields()};
  NfcapdContext context_;
  TextArena texts_;
};

constexpr std::string_view kPlain =
    "bytes=400 packets=3 flows=1 src_addr=192.0.2.1 dst_addr=198.51.100.2 src_port=1024 "
    "dst_port=443 proto=6 tcp_flags=27 tos=8 first_seen=2023-11-14T22:13:20.250Z "
    "last_seen=2023-11-14T22:13:30.750Z forwarding_status=64 total_bytes=400 total_packets=3 "
    "sampled=0 anonymized=0";

TEST_F(NfcapdLayout1Test, BothTypesOfFlowsHaveTheSameFields) {
  layout_.learn_map(nfcapd_map(5, {}));
  EXPECT_EQ(row(10, nfcapd_flow1(10, 0, 5, plain())), kPlain);
  EXPECT_EQ(row(1, nfcapd_flow1(1, 0, 5, plain())), kPlain);
}

TEST_F(NfcapdLayout1Test, FlagsSayHowLargeAddressesAndCountersAre) {
  layout_.learn_map(nfcapd_map(5, {7}));
  const NfcapdBytes large = NfcapdBytes()
                                .address("2001:db8::1")
                                .address("2001:db8::2")
                                .u64(5'000'000'000)
                                .u64(6'000'000'000'000)
                                .u32(1)
                                .u32(2);
  const std::string text = row(10, nfcapd_flow1(10, 1 | 2 | 4 | 128, 5, large));
  EXPECT_THAT(text, HasSubstr("bytes=6000000000000 packets=5000000000 flows=1 src_as=1 dst_as=2 "
                              "src_addr=2001:db8::1 dst_addr=2001:db8::2"));
  EXPECT_THAT(text, HasSubstr("sampled=1"));
  const NfcapdBytes mixed = NfcapdBytes()
                                .address("192.0.2.1")
                                .address("198.51.100.2")
                                .u32(3)
                                .u64(6'000'000'000'000)
                                .u32(1)
                                .u32(2);
  EXPECT_THAT(row(1, nfcapd_flow1(1, 4, 5, mixed)),
              HasSubstr("bytes=6000000000000 packets=3 flows=1 src_as=1 dst_as=2"));
}

TEST_F(NfcapdLayout1Test, EachExtensionFillsItsFields) {
  const auto v = [] { return NfcapdBytes(); };
  EXPECT_THAT(extension(4, v().u16(7).u16(8)), HasSubstr("in_if=7 out_if=8"));
  EXPECT_THAT(extension(5, v().u32(70000).u32(8)), HasSubstr("in_if=70000 out_if=8"));
  EXPECT_THAT(extension(6, v().u16(1).u16(2)), HasSubstr("src_as=1 dst_as=2"));
  EXPECT_THAT(extension(7, v().u32(70000).u32(2)), HasSubstr("src_as=70000 dst_as=2"));
  EXPECT_THAT(extension(8, v().u8(1).u8(2).u8(24).u8(16)),
              HasSubstr("src_mask=24 dst_mask=16 forwarding_status=64 src_net=192.0.2.0 "
                        "dst_net=198.51.0.0"));
  EXPECT_THAT(extension(8, v().u8(1).u8(2).u8(24).u8(16)), HasSubstr("dst_tos=1 direction=2"));
  EXPECT_THAT(extension(9, v().address("192.0.2.9")), HasSubstr("next_hop=192.0.2.9"));
  EXPECT_THAT(extension(10, v().address("2001:db8::9")), HasSubstr("next_hop=2001:db8::9"));
  EXPECT_THAT(extension(11, v().address("192.0.2.9")), HasSubstr("bgp_next_hop=192.0.2.9"));
  EXPECT_THAT(extension(12, v().address("2001:db8::9")), HasSubstr("bgp_next_hop=2001:db8::9"));
  EXPECT_THAT(extension(13, v().u16(1).u16(2)), HasSubstr("src_vlan=1 dst_vlan=2"));
  EXPECT_THAT(extension(14, v().u32(5)), HasSubstr("out_packets=5 "));
  EXPECT_THAT(extension(15, v().u64(5)), HasSubstr("total_packets=8"));
  EXPECT_THAT(extension(16, v().u32(5)), HasSubstr("total_bytes=405"));
  EXPECT_THAT(extension(17, v().u64(5)), HasSubstr("out_bytes=5 "));
  EXPECT_THAT(extension(18, v().u32(9)), HasSubstr("flows=9"));
  EXPECT_THAT(extension(19, v().u64(9)), HasSubstr("flows=9"));
  EXPECT_THAT(extension(20, v().u64(1).u64(2)),
              HasSubstr("src_mac=00:00:00:00:00:01 dst_mac=00:00:00:00:00:02"));
  EXPECT_THAT(extension(21, v().u64(1).u64(2)), HasSubstr("dst_mac=00:00:00:00:00:01"));
  EXPECT_THAT(extension(23, v().address("192.0.2.9")), HasSubstr("exporter=192.0.2.9"));
  EXPECT_THAT(extension(24, v().address("2001:db8::9")), HasSubstr("exporter=2001:db8::9"));
  EXPECT_THAT(extension(26, v().u32(1).u32(2)), HasSubstr("src_peer_as=2 dst_peer_as=1"));
  EXPECT_THAT(extension(27, v().u64(1'700'000'000'000)),
              HasSubstr("received=2023-11-14T22:13:20Z"));
  EXPECT_THAT(extension(45, v().u64(1).u64(2).u64(3)),
              HasSubstr("client_latency=1 server_latency=2 app_latency=3"));
}

TEST_F(NfcapdLayout1Test, EventsAndTranslations) {
  const NfcapdBytes nsel =
      NfcapdBytes().u64(1'700'000'000'000).u32(4711).u16(0).u8(2).u8(0).u16(2001).u16(0);
  EXPECT_THAT(extension(37, nsel),
              HasSubstr("event_time=2023-11-14T22:13:20Z ext_event=2001 connection_id=4711"));
  EXPECT_THAT(extension(37, nsel), HasSubstr("fw_event=2"));
  EXPECT_THAT(extension(38, NfcapdBytes().u16(1).u16(2)),
              HasSubstr("post_nat_src_port=1 post_nat_dst_port=2"));
  EXPECT_THAT(extension(39, NfcapdBytes().address("192.0.2.5").address("192.0.2.6")),
              HasSubstr("post_nat_src_addr=192.0.2.5 post_nat_dst_addr=192.0.2.6"));
  EXPECT_THAT(extension(40, NfcapdBytes().address("2001:db8::5").address("2001:db8::6")),
              HasSubstr("post_nat_src_addr=2001:db8::5 post_nat_dst_addr=2001:db8::6"));
  EXPECT_THAT(extension(42, NfcapdBytes().text("alice", 24)), HasSubstr("user_name=alice"));
  EXPECT_THAT(extension(43, NfcapdBytes().text("bob", 72)), HasSubstr("user_name=bob"));
  EXPECT_THAT(extension(46, NfcapdBytes().u8(1).u8(0).u16(0).u32(3).u32(4)),
              HasSubstr("nat_event=1"));
  EXPECT_THAT(extension(46, NfcapdBytes().u8(1).u8(0).u16(0).u32(3).u32(4)),
              HasSubstr("in_vrf=4 out_vrf=3"));
}

TEST_F(NfcapdLayout1Test, ExtensionsFollowEachOtherInTheMapsOrder) {
  layout_.learn_map(nfcapd_map(1, {22, 41, 48, 25, 6}));
  NfcapdBytes rest = plain();
  for (const std::uint32_t label : {1000U << 4, 2000U << 4 | 1}) {
    rest.u32(label);
  }
  rest.text("", 32 + 24 + 8 + 4).u16(1).u16(2);
  EXPECT_THAT(row(10, nfcapd_flow1(10, 0, 1, rest)), HasSubstr("src_as=1 dst_as=2"));
  EXPECT_THAT(row(10, nfcapd_flow1(10, 0, 1, rest)),
              HasSubstr("mpls_label_top=1000 mpls_label_bottom=2000 mpls_labels=1000 2000"));
}

TEST_F(NfcapdLayout1Test, BehindAnUnknownExtensionNothingIsRead) {
  layout_.learn_map(nfcapd_map(1, {6, 30, 4}));
  NfcapdBytes rest = plain();
  rest.u16(1).u16(2).u64(0).u32(0);
  const std::string text = row(10, nfcapd_flow1(10, 0, 1, rest));
  EXPECT_THAT(text, HasSubstr("src_as=1 dst_as=2"));
  EXPECT_THAT(text, Not(HasSubstr("in_if")));
}

TEST_F(NfcapdLayout1Test, TheExportersNumberStandsElsewhereInTheOlderType) {
  context_.learn(NfcapdContext::kExporter, nfcapd_exporter(3, "192.0.2.33", 9));
  layout_.learn_map(nfcapd_map(5, {}));
  for (const unsigned type : {1U, 10U}) {
    EXPECT_THAT(row(type, nfcapd_flow1(type, 0, 5, plain(), 3)), HasSubstr("exporter=192.0.2.33"));
  }
}

TEST_F(NfcapdLayout1Test, RecordsThatAreTooShortAreRefused) {
  layout_.learn_map(nfcapd_map(5, {7}));
  NfcapdBytes rest = plain();
  rest.u32(1).u32(2);
  for (const unsigned type : {1U, 10U}) {
    const std::string good = nfcapd_flow1(type, 0, 5, rest);
    EXPECT_NE(row(type, good), "refused");
    for (std::size_t size = 4; size < good.size(); ++size) {
      EXPECT_EQ(row(type, good.substr(0, size)), "refused") << size;
    }
  }
}

TEST_F(NfcapdLayout1Test, MapsAreThoseOfAFileAndALaterOneCounts) {
  layout_.learn_map(nfcapd_map(5, {6}));
  NfcapdBytes rest = plain();
  rest.u16(1).u16(2);
  const std::string flow = nfcapd_flow1(10, 0, 5, rest);
  EXPECT_THAT(row(10, flow), HasSubstr("src_as=1"));
  layout_.learn_map(nfcapd_map(5, {4}));
  EXPECT_THAT(row(10, flow), HasSubstr("in_if=1"));
  layout_.learn_map("short");
  layout_.clear(true);
  EXPECT_EQ(row(10, flow), "refused");
  layout_.learn_map(nfcapd_map(5, {4}));
  EXPECT_THAT(row(10, flow), HasSubstr("anonymized=1"));
}

}  // namespace
}  // namespace weir
