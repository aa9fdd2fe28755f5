#include "weir/decode/protobuf_reader.hpp"

#include <gmock/gmock.h>

#include <string>

#include "tests/support/flow_message.hpp"
#include "tests/support/rows.hpp"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kAddress("\xc0\x00\x02\x0a", 4);  // 192.0.2.10
const std::string kNetwork("\x20\x01\x0d\xb8\x00\x01\x00\x02\x00\x00\x00\x00\x00\x00\x00\x05", 16);

FieldSet of(std::initializer_list<FieldId> fields) {
  FieldSet set;
  for (const FieldId id : fields) {
    set.add(id);
  }
  return set;
}

/// The row as text, or the reason of refusal.
std::string read(std::string body, const FieldSet& wanted,
                 ProtobufNumbering numbering = ProtobufNumbering::by_record) {
  const std::size_t size = body.size();
  body.append(kProtobufPadding, '\xff');
  ProtobufReader reader(wanted, numbering);
  FlowBatch rows;
  Flow& row = rows.next();
  if (const auto refused = reader.read({body.data(), size}, row, rows.texts())) {
    return std::string(kRefusedNames[static_cast<std::size_t>(*refused)]);
  }
  return row_text(row);
}
std::string read(const FlowMessage& message, const FieldSet& wanted,
                 ProtobufNumbering numbering = ProtobufNumbering::by_record) {
  return read(message.bare(), wanted, numbering);
}

TEST(ProtobufReader, ReadsEveryFieldOfGoflow2) {
  FlowMessage message;
  message.number(1, 4).number(3, 1000).number(4, 7).bytes(6, kAddress).bytes(7, kNetwork);
  message.number(9, 1500).number(10, 2).bytes(11, kNetwork).bytes(12, kAddress).number(13, 64500);
  message.number(14, 64501).number(15, 4200000000).number(16, 24).number(17, 48).number(18, 1);
  message.number(19, 2).number(20, 6).number(21, 443).number(22, 50000).number(23, 184);
  message.number(24, 64).number(25, 63).number(26, 27).number(27, 0x0a0b0c0d0e0f);
  message.number(28, 0xa0b0c0d0e0f0).number(29, 5).number(30, 0x86dd).number(31, 8).number(32, 1);
  message.number(33, 6).number(34, 7).number(35, 99).number(36, 100).number(37, 0xabcde);
  message.number(38, 2).number(70, 11).number(71, 12).packed(81, {16, 17}).bytes(100, kAddress);
  message.packed(101, {1, 4259840100}).packed(102, {64496, 64497});
  message.number(110, 1'795'000'000'123'456'789).number(111, 1'795'000'000'000'000'000);
  message.number(112, 1'795'000'001'000'000'000);
  EXPECT_EQ(read(message, all_fields()),
            "bytes=1500 packets=2 src_as=64501 dst_as=4200000000 src_addr=192.0.2.10 "
            "dst_addr=2001:db8:1:2::5 src_port=443 dst_port=50000 proto=6 tcp_flags=27 tos=184 "
            "in_if=1 out_if=2 sampling_rate=1000 exporter=2001:db8:1:2::5 "
            "first_seen=2026-11-18T11:06:40Z last_seen=2026-11-18T11:06:41Z "
            "received=2026-11-18T11:06:40.123456789Z src_mask=24 dst_mask=48 etype=34525 "
            "flow_label=703710 forwarding_status=64 src_net=192.0.2.0 dst_net=2001:db8:1:: "
            "next_hop=192.0.2.10 bgp_next_hop=192.0.2.10 src_mac=0a:0b:0c:0d:0e:0f "
            "dst_mac=a0:b0:c0:d0:e0:f0 vlan_id=5 src_vlan=6 dst_vlan=7 communities=1 4259840100 "
            "as_path=64496 64497 dst_peer_as=64500 mpls_labels=16 17 export_sequence=7 "
            "observation_domain=11 flow_type=IPFIX ip_ttl=63 ip_flags=2 icmp_type=8 icmp_code=1 "
            "fragment_id=99 fragment_offset=100 observation_point=12");
}

TEST(ProtobufReader, AbsentNumbersAre0AndAbsentAddressesAbsent) {
  EXPECT_EQ(read(FlowMessage().number(1, 1),
                 of({field("bytes"), field("src_as"), field("src_addr"), field("etype"),
                     field("as_path"), field("received"), field("src_net")})),
            "bytes=0 src_as=0 received=1970-01-01T00:00:00Z as_path=");
}

TEST(ProtobufReader, OnlyWantedFieldsAreInTheRow) {
  const FlowMessage message =
      FlowMessage().number(1, 1).bytes(6, kAddress).number(9, 1).number(16, 16).number(21, 99999);
  EXPECT_EQ(read(message, {}), "bytes=1");
  EXPECT_EQ(read(message, of({field("src_net")})), "bytes=1 src_net=192.0.0.0");
  EXPECT_EQ(read(message, of({field("src_mask")})), "bytes=1 src_mask=16");
  EXPECT_EQ(read(message, of({field("src_port")})), "out_of_range");
}

TEST(ProtobufReader, TheLastOfEqualFieldsWinsInAnyOrder) {
  const FlowMessage message = FlowMessage().number(14, 1).number(9, 2).number(14, 3).number(1, 1);
  EXPECT_EQ(read(message, of({field("src_as")})), "bytes=2 src_as=3");
  EXPECT_EQ(read(FlowMessage().bytes(6, kAddress).bytes(6, "x"), of({field("src_addr")})),
            "bytes=0");
}

TEST(ProtobufReader, UnknownFieldsAreSkippedWhateverTheyAre) {
  std::string body = FlowMessage().number(50, 1).bytes(99, "abc").number(2000, 5).bare();
  body += FlowMessage().bytes(5000, std::string(1000, 'x')).number(9, 7).bare();
  body += std::string(
      "\xfd\x06"
      "1234");  // number 111, but 4 bytes
  EXPECT_EQ(read(body, of({field("bytes")})), "bytes=7");
}

TEST(ProtobufReader, ValuesOfTheWrongShapeAreRefused) {
  const FieldSet wanted = of({field("src_addr"), field("as_path"), field("src_as"),
                              field("first_seen"), field("src_net")});
  EXPECT_EQ(read(FlowMessage().number(6, 1), wanted), "wrong_type");
  EXPECT_EQ(read(FlowMessage().bytes(14, "1"), wanted), "wrong_type");
  EXPECT_EQ(read(FlowMessage().bytes(111, "1"), wanted), "wrong_type");
  EXPECT_EQ(read(FlowMessage().bytes(16, "1"), wanted), "wrong_type");
  EXPECT_EQ(read("\x75"
                 "1234",
                 wanted),
            "wrong_type");                                                      // 14, 4 bytes
  EXPECT_EQ(read(std::string("\xb1\x06") + "12345678", wanted), "wrong_type");  // 102, 8 bytes
  EXPECT_EQ(read(FlowMessage().bytes(102, "\x01\xff"), wanted), "not_protobuf");
}

TEST(ProtobufReader, NumbersBeyondTheirFieldAreRefused) {
  const FieldSet wanted = all_fields();
  EXPECT_EQ(read(FlowMessage().number(21, 65536), wanted), "out_of_range");
  EXPECT_EQ(read(FlowMessage().number(20, 256), wanted), "out_of_range");
  EXPECT_EQ(read(FlowMessage().number(14, 1ULL << 32), wanted), "out_of_range");
  EXPECT_EQ(read(FlowMessage().number(38, 256), wanted), "out_of_range");
  EXPECT_EQ(read(FlowMessage().number(2, 20'000'000'000), wanted), "out_of_range");
  EXPECT_THAT(read(FlowMessage().number(9, ~0ULL), wanted),
              HasSubstr("bytes=18446744073709551615"));
}

TEST(ProtobufReader, AMessageIsJudgedAsAWholeBeforeItsValues) {
  const std::string body = FlowMessage().number(21, 65536).bare();
  EXPECT_EQ(read(body + '\x07', all_fields()), "not_protobuf");
  EXPECT_EQ(read(body + '\x08', all_fields()), "truncated");
  EXPECT_EQ(read("", all_fields()), "empty");
}

TEST(ProtobufReader, AMacHasItsLower48Bits) {
  EXPECT_EQ(read(FlowMessage().number(27, 0xffff0a0b0c0d0e0f), of({field("src_mac")})),
            "bytes=0 src_mac=0a:0b:0c:0d:0e:0f");
}

TEST(ProtobufReader, AVlanThatTheAgentDoesNotKnowIsAbsent) {
  const FieldSet wanted = of({field("src_vlan"), field("dst_vlan")});
  EXPECT_EQ(read(FlowMessage().number(33, 0xffffffff), wanted), "bytes=0 dst_vlan=0");
  EXPECT_EQ(read(FlowMessage().number(34, 0xfffffffe), wanted), "out_of_range");
}

TEST(ProtobufReader, AnEtherTypeOf0IsNone) {
  EXPECT_EQ(read(FlowMessage().number(30, 0), of({field("etype")})), "bytes=0");
}

TEST(ProtobufReader, AddressesOfOddLengthStandForNone) {
  for (const std::string bytes : {"", "1", "12345", "12345678901234567"}) {
    EXPECT_EQ(read(FlowMessage().bytes(6, bytes).number(16, 8),
                   of({field("src_addr"), field("src_net")})),
              "bytes=0");
  }
}

TEST(ProtobufReader, AnIpv4AddressInIpv6FormIsTheIpv4Address) {
  const std::string mapped = std::string(10, '\0') + "\xff\xff" + kAddress;
  EXPECT_EQ(read(FlowMessage().bytes(11, mapped), of({field("exporter")})),
            "bytes=0 exporter=192.0.2.10");
}

TEST(ProtobufReader, ANetworkThatCannotBeIsAbsent) {
  const FieldSet wanted = of({field("src_net"), field("src_mask")});
  EXPECT_EQ(read(FlowMessage().bytes(6, kAddress).number(16, 33), wanted), "bytes=0");
  EXPECT_EQ(read(FlowMessage().number(16, 24), wanted), "bytes=0");
  EXPECT_EQ(read(FlowMessage().bytes(6, kAddress), wanted), "bytes=0 src_mask=0 src_net=0.0.0.0");
  EXPECT_EQ(read(FlowMessage().bytes(6, kNetwork).number(16, 128), wanted),
            "bytes=0 src_mask=128 src_net=2001:db8:1:2::5");
}

TEST(ProtobufReader, ListsMayBePackedOrNotAndComeInPieces) {
  const FieldSet wanted = of({field("as_path"), field("communities")});
  EXPECT_EQ(read(FlowMessage().number(102, 1).packed(102, {2, 300}).number(102, 4), wanted),
            "bytes=0 communities= as_path=1 2 300 4");
  EXPECT_EQ(read(FlowMessage().packed(101, {1, 2}), wanted), "bytes=0 communities=1 2 as_path=");
}

TEST(ProtobufReader, ARowHasNothingOfTheRecordBefore) {
  ProtobufReader reader(all_fields(), ProtobufNumbering::by_record);
  FlowBatch rows;
  const auto read_next = [&](const FlowMessage& message) {
    const std::string body = message.bare() + std::string(kProtobufPadding, '\xff');
    Flow& row = rows.next();
    EXPECT_FALSE(reader.read({body.data(), message.bare().size()}, row, rows.texts()));
    return row_text(row);
  };
  const std::string first = read_next(FlowMessage().number(1, 1));
  const FlowMessage full = FlowMessage()
                               .number(2, 9)
                               .packed(102, {1})
                               .number(56, 5)
                               .number(58, 6)
                               .bytes(1000, "DE")
                               .number(42, 1)
                               .bytes(6, kAddress)
                               .number(16, 8);
  EXPECT_THAT(read_next(full), AllOf(HasSubstr("as_path=1"), HasSubstr("src_country=DE")));
  EXPECT_EQ(read_next(FlowMessage().number(1, 1)), first);
}

TEST(ProtobufReader, TypesHaveGoflow2sNames) {
  const FieldSet wanted = of({field("flow_type")});
  EXPECT_EQ(read(FlowMessage().number(9, 1), wanted), "bytes=1 flow_type=FLOWUNKNOWN");
  EXPECT_EQ(read(FlowMessage().number(1, 1), wanted), "bytes=0 flow_type=SFLOW_5");
  EXPECT_EQ(read(FlowMessage().number(1, 2), wanted), "bytes=0 flow_type=NETFLOW_V5");
  EXPECT_EQ(read(FlowMessage().number(1, 3), wanted), "bytes=0 flow_type=NETFLOW_V9");
  EXPECT_EQ(read(FlowMessage().number(1, 4), wanted), "bytes=0 flow_type=IPFIX");
  EXPECT_EQ(read(FlowMessage().number(1, 9), wanted), "bytes=0 flow_type=9");
  EXPECT_EQ(read(FlowMessage().number(1, 9), wanted, ProtobufNumbering::v1),
            "bytes=0 flow_type=NETFLOW_V9");
}

const FieldSet kTimes = of({field("first_seen"), field("last_seen"), field("received"),
                            field("ip_flags"), field("direction")});

TEST(ProtobufReader, OldTypesAreToldWhateverElseIsWanted) {
  const FieldSet wanted = of({field("flow_type")});
  EXPECT_EQ(read(FlowMessage().number(1, 5).number(2, 1'700'000'000), wanted),
            "bytes=0 flow_type=SFLOW_5");
  EXPECT_EQ(read(FlowMessage().number(1, 10).number(5, 1'700'000'000), wanted),
            "bytes=0 flow_type=IPFIX");
  EXPECT_EQ(read(FlowMessage().number(1, 5).number(2, 1).number(110, 1), wanted),
            "bytes=0 flow_type=5");
}

TEST(ProtobufReader, ADirectionThatIsMappedIsReadAndAbsentOtherwise) {
  const FieldSet wanted = of({field("direction")});
  EXPECT_EQ(read(FlowMessage().number(42, 1).number(110, 1), wanted), "bytes=0 direction=1");
  EXPECT_EQ(read(FlowMessage().number(42, 0).number(110, 1), wanted), "bytes=0 direction=0");
  EXPECT_EQ(read(FlowMessage().number(110, 1), wanted), "bytes=0");
  EXPECT_EQ(read(FlowMessage().number(42, 256).number(110, 1), wanted), "out_of_range");
}

TEST(ProtobufReader, OldTimesAreSeconds) {
  const FlowMessage message =
      FlowMessage().number(1, 3).number(2, 1000).number(5, 999).number(38, 998).number(42, 1);
  const std::string row =
      "bytes=0 first_seen=1970-01-01T00:16:38Z last_seen=1970-01-01T00:16:39Z "
      "received=1970-01-01T00:16:40Z direction=1";
  EXPECT_EQ(read(message, kTimes), row);
  EXPECT_EQ(read(message, kTimes, ProtobufNumbering::v1), row);
  EXPECT_EQ(read(message, of({field("ip_flags")})), "bytes=0");
}

TEST(ProtobufReader, OldMillisecondsSayMoreThanSeconds) {
  const FlowMessage message = FlowMessage()
                                  .number(2, 1'600'000'001)
                                  .number(5, 1'600'000'000)
                                  .number(38, 1'600'000'000)
                                  .number(63, 1'600'000'000'123)
                                  .number(64, 1'600'000'000'999);
  EXPECT_EQ(read(message, of({field("first_seen"), field("last_seen")})),
            "bytes=0 first_seen=2020-09-13T12:26:40.123Z last_seen=2020-09-13T12:26:40.999Z");
}

TEST(ProtobufReader, WhatCloudflareHasInThePlaceOfMillisecondsIsNoTime) {
  const FlowMessage message =
      FlowMessage().number(2, 1000).number(38, 998).number(63, 1).number(64, 0xff03);
  EXPECT_EQ(read(message, of({field("first_seen"), field("last_seen")})),
            "bytes=0 first_seen=1970-01-01T00:16:38Z last_seen=1970-01-01T00:00:00Z");
}

TEST(ProtobufReader, MillisecondsAreTakenForSuchFromWhereNothingElseIsSoLarge) {
  const auto seen = [](std::uint64_t millis) {
    return read(FlowMessage().number(2, 1000).number(5, 998).number(64, millis),
                of({field("last_seen")}));
  };
  EXPECT_EQ(seen(0xffffffff), "bytes=0 last_seen=1970-01-01T00:16:38Z");
  EXPECT_EQ(seen(0x100000000), "bytes=0 last_seen=1970-02-19T17:02:47.296Z");
}

TEST(ProtobufReader, NanosecondsTellTheNewNumberingAndAnythingElseIsTheNewOneToo) {
  const FlowMessage message = FlowMessage().number(2, 5).number(38, 2).number(110, 9'000'000'000);
  const std::string row =
      "bytes=0 first_seen=1970-01-01T00:00:00Z last_seen=1970-01-01T00:00:00Z "
      "received=1970-01-01T00:00:09Z ip_flags=2";
  EXPECT_EQ(read(message, kTimes), row);
  EXPECT_EQ(read(message, kTimes, ProtobufNumbering::v2), row);
  EXPECT_THAT(read(message, kTimes, ProtobufNumbering::v1), Not(HasSubstr("ip_flags")));
  EXPECT_THAT(read(FlowMessage().number(38, 2), kTimes), HasSubstr("ip_flags=2"));
}

TEST(ProtobufReader, OldRecordsHaveLabelsVrfsAndCountries) {
  FlowMessage message;
  message.number(2, 1).number(39, 7).number(53, 1).number(54, 2).number(56, 16).number(58, 17);
  message.number(62, 17).bytes(1000, "DE").bytes(1001, "C\xff");
  const FieldSet wanted =
      of({field("in_vrf"), field("out_vrf"), field("mpls_labels"), field("mpls_label_top"),
          field("mpls_label_bottom"), field("src_country"), field("dst_country")});
  EXPECT_EQ(read(message, wanted),
            "bytes=0 mpls_label_top=16 mpls_label_bottom=17 mpls_labels=16 17 src_country=DE "
            "dst_country=C\uFFFD in_vrf=7 out_vrf=0");
  EXPECT_EQ(read(message, wanted, ProtobufNumbering::v2), "bytes=0 mpls_labels=");
  // In goflow2 before version 2 itself a number of one's own has the enricher's place.
  EXPECT_EQ(read(FlowMessage().number(2, 1).number(1001, 5), of({field("dst_country")})),
            "bytes=0");
}

}  // namespace
}  // namespace weir
