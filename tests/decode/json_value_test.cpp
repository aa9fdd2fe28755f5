#include "weir/decode/json_value.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/decode_json.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::Pair;

Decoded decode_value(std::string_view key, std::string_view json) {
  return decode_json({fmt::format(R"({{"{}": {}, "bytes": 0}})", key, json)});
}

/// What a field holds after reading `json` into it; "-" if nothing, or why it is refused.
std::string read(std::string_view key, std::string_view json) {
  const Decoded decoded = decode_value(key, json);
  if (decoded.rows.size() != 1) {
    return decoded.others.empty() ? "?" : decoded.others.front().first;
  }
  const std::string& row = decoded.rows.front();
  const std::size_t value = row.find('=', row.find(' '));
  return value == std::string::npos || row == "bytes=0" ? "-" : row.substr(value + 1);
}

struct Example {
  std::string_view key;
  std::string_view json;
  std::string_view field;
  std::string_view text;
};

/// Every key that pmacct prints and weir has a field for, with a value as pmacct prints it.
constexpr Example kPmacct[] = {
    {"tag", "100", "tag", "100"},
    {"tag2", "18446744073709551615", "tag2", "18446744073709551615"},
    {"label", R"("bdr1")", "label", "bdr1"},
    {"class", R"("dns")", "application", "dns"},
    {"mac_src", R"("24:6e:96:90:7a:50")", "src_mac", "24:6e:96:90:7a:50"},
    {"mac_dst", R"("01:00:5E:2A:AA:04")", "dst_mac", "01:00:5e:2a:aa:04"},
    {"vlan", "701", "vlan_id", "701"},
    {"vlan_in", "10", "src_vlan", "10"},
    {"vlan_out", "11", "dst_vlan", "11"},
    {"cvlan_in", "12", "src_customer_vlan", "12"},
    {"cvlan_out", "13", "dst_customer_vlan", "13"},
    {"cos", "5", "cos", "5"},
    {"etype", R"("86dd")", "etype", "34525"},
    {"as_src", "4294967295", "src_as", "4294967295"},
    {"as_dst", "15169", "dst_as", "15169"},
    {"comms", R"("64510:1_64510:2")", "communities", "64510:1 64510:2"},
    {"ecomms", R"("RT:64510:1")", "ext_communities", "RT:64510:1"},
    {"lcomms", R"("64510:1:2_64510:3:4")", "large_communities", "64510:1:2 64510:3:4"},
    {"as_path", R"("64510_64511_15169")", "as_path", "64510 64511 15169"},
    {"local_pref", "100", "local_pref", "100"},
    {"med", "20", "med", "20"},
    {"roa_dst", R"("v")", "roa", "v"},
    {"peer_as_src", "3320", "src_peer_as", "3320"},
    {"peer_as_dst", "6939", "dst_peer_as", "6939"},
    {"peer_ip_src", R"("192.0.2.100")", "exporter", "192.0.2.100"},
    {"peer_ip_dst", R"("2001:db8::1")", "bgp_next_hop", "2001:db8::1"},
    {"comms_src", R"("1:2")", "src_communities", "1:2"},
    {"ecomms_src", R"("RT:1:2")", "src_ext_communities", "RT:1:2"},
    {"lcomms_src", R"("1:2:3")", "src_large_communities", "1:2:3"},
    {"as_path_src", R"("1_2")", "src_as_path", "1 2"},
    {"local_pref_src", "1", "src_local_pref", "1"},
    {"med_src", "2", "src_med", "2"},
    {"roa_src", R"("i")", "src_roa", "i"},
    {"iface_in", "1073741823", "in_if", "1073741823"},
    {"iface_out", "450", "out_if", "450"},
    {"mpls_vpn_rd", R"("0:64510:1")", "mpls_vpn_rd", "0:64510:1"},
    {"mpls_vpn_rd_origin", R"("bgp")", "mpls_vpn_rd_origin", "bgp"},
    {"mpls_pw_id", "7", "mpls_pw_id", "7"},
    {"ip_src", R"("198.38.121.178")", "src_addr", "198.38.121.178"},
    {"net_src", R"("198.38.121.0")", "src_net", "198.38.121.0"},
    {"ip_dst", R"("2a0c:8880:2:0:185:21:130:39")", "dst_addr", "2a0c:8880:2:0:185:21:130:39"},
    {"net_dst", R"("::")", "dst_net", "::"},
    {"mask_src", "24", "src_mask", "24"},
    {"mask_dst", "128", "dst_mask", "128"},
    {"port_src", "65535", "src_port", "65535"},
    {"port_dst", "443", "dst_port", "443"},
    {"country_ip_src", R"("DE")", "src_country", "DE"},
    {"country_ip_dst", R"("US")", "dst_country", "US"},
    {"pocode_ip_src", R"("10115")", "src_postal_code", "10115"},
    {"pocode_ip_dst", R"("94043")", "dst_postal_code", "94043"},
    {"lat_ip_src", "52.5", "src_lat", "52.5"},
    {"lon_ip_src", "-13.25", "src_lon", "-13.25"},
    {"lat_ip_dst", "0", "dst_lat", "0"},
    {"lon_ip_dst", R"("-122.5")", "dst_lon", "-122.5"},
    {"tcp_flags", R"("27")", "tcp_flags", "27"},
    {"fwd_status", R"("64")", "forwarding_status", "64"},
    {"mpls_label_stack", R"("1000_2000")", "mpls_labels", "1000 2000"},
    {"srv6_seg_ipv6_list", R"("2001:db8::1_2001:db8::2")", "srv6_segments",
     "2001:db8::1 2001:db8::2"},
    {"path_delay_avg_usec", "3", "path_delay_avg", "3"},
    {"path_delay_min_usec", "1", "path_delay_min", "1"},
    {"path_delay_max_usec", "9", "path_delay_max", "9"},
    {"ip_proto", R"("ipv6-icmp")", "proto", "58"},
    {"tos", "184", "tos", "184"},
    {"flow_label", "1048575", "flow_label", "1048575"},
    {"sampling_rate", "30000", "sampling_rate", "30000"},
    {"sampling_direction", R"("i")", "sampling_direction", "i"},
    {"post_nat_ip_src", R"("192.0.2.1")", "post_nat_src_addr", "192.0.2.1"},
    {"post_nat_ip_dst", R"("192.0.2.2")", "post_nat_dst_addr", "192.0.2.2"},
    {"post_nat_port_src", "1024", "post_nat_src_port", "1024"},
    {"post_nat_port_dst", "53", "post_nat_dst_port", "53"},
    {"nat_event", "1", "nat_event", "1"},
    {"fw_event", "2", "fw_event", "2"},
    {"mpls_label_top", "16065", "mpls_label_top", "16065"},
    {"mpls_label_bottom", "17", "mpls_label_bottom", "17"},
    {"tunnel_mac_src", R"("00:00:00:00:00:01")", "tunnel_src_mac", "00:00:00:00:00:01"},
    {"tunnel_mac_dst", R"("00:00:00:00:00:02")", "tunnel_dst_mac", "00:00:00:00:00:02"},
    {"tunnel_ip_src", R"("10.0.0.1")", "tunnel_src_addr", "10.0.0.1"},
    {"tunnel_ip_dst", R"("10.0.0.2")", "tunnel_dst_addr", "10.0.0.2"},
    {"tunnel_ip_proto", R"("gre")", "tunnel_proto", "47"},
    {"tunnel_tos", "8", "tunnel_tos", "8"},
    {"tunnel_flow_label", "77", "tunnel_flow_label", "77"},
    {"tunnel_port_src", "4789", "tunnel_src_port", "4789"},
    {"tunnel_port_dst", "4790", "tunnel_dst_port", "4790"},
    {"tunnel_tcp_flags", R"("18")", "tunnel_tcp_flags", "18"},
    {"vxlan", "5001", "vxlan", "5001"},
    {"nvgre", "5002", "nvgre", "5002"},
    {"timestamp_start", R"("2022-03-14 19:25:26.000000")", "first_seen", "2022-03-14T19:25:26Z"},
    {"timestamp_end", R"("2022-03-14 19:25:26.000001")", "last_seen",
     "2022-03-14T19:25:26.000001Z"},
    {"timestamp_arrival", R"("1647285926.250000")", "received", "2022-03-14T19:25:26.250Z"},
    {"timestamp_min", R"("2022-03-14 19:25:26")", "first_seen", "2022-03-14T19:25:26Z"},
    {"timestamp_max", R"("2022-03-14 19:25:27")", "last_seen", "2022-03-14T19:25:27Z"},
    {"export_proto_seqno", "4294967295", "export_sequence", "4294967295"},
    {"export_proto_version", "10", "export_version", "10"},
    {"export_proto_sysid", "256", "observation_domain", "256"},
    {"timestamp_export", R"("2022-03-14T19:25:26.5+01:00")", "exported",
     "2022-03-14T18:25:26.500Z"},
    {"stamp_inserted", R"("2026-11-21 18:33:00")", "bin_start", "2026-11-21T18:33:00Z"},
    {"stamp_updated", R"("2026-11-21 18:34:01")", "bin_updated", "2026-11-21T18:34:01Z"},
    {"flows", "3", "flows", "3"},
    {"vrf_name", R"("red")", "vrf_name", "red"},
    {"ingress_vrf_name", R"("green")", "in_vrf", "green"},
    {"egress_vrf_name", R"("blue")", "out_vrf", "blue"},
    {"iface_name_in", R"("xe-0/0/1")", "in_if_name", "xe-0/0/1"},
    {"iface_name_out", R"("ae1.100")", "out_if_name", "ae1.100"},
    {"packets", "12", "packets", "12"},
    {"writer_id", R"("default_kafka/1234")", "writer", "default_kafka/1234"},
};

TEST(JsonValue, ReadsEveryKeyOfPmacctIntoItsField) {
  FieldSet read_fields;
  read_fields.add(field("bytes"));
  for (const Example& example : kPmacct) {
    const auto id = json_key(example.key);
    ASSERT_TRUE(id) << example.key;
    EXPECT_EQ(info(id->field).name, example.field);
    read_fields.add(id->field);
    std::string expected = fmt::format("{}={}", example.field, example.text);
    const auto place = info(id->field).offset < info(field("bytes")).offset ? 0 : 1;
    expected = place == 0 ? expected + " bytes=0" : "bytes=0 " + expected;
    EXPECT_THAT(decode_value(example.key, example.json).rows, ElementsAre(expected));
  }
  // No field with a key of pmacct's is missing from the examples.
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    EXPECT_TRUE(kFields[i].pmacct.empty() || read_fields.has(static_cast<FieldId>(i)))
        << kFields[i].name;
  }
}

TEST(JsonValue, NumbersMayBeTextsForEveryNumericKey) {
  for (const Example& example : kPmacct) {
    const auto id = json_key(example.key);
    if (info(id->field).kind == Kind::number && !example.json.starts_with('"')) {
      EXPECT_EQ(read(example.key, fmt::format("\"{}\"", example.json)), example.text)
          << example.key;
    }
  }
}

TEST(JsonValue, TcpFlagsAreANumberATextOrAnArrayOfNames) {
  for (const std::string_view json :
       {"18", "\"18\"", "\"0x12\"", "\"SYN,ACK\"", "\"...A..S.\"", "[\"SYN\", \"ACK\"]"}) {
    EXPECT_EQ(read("tcp_flags", json), "18") << json;
  }
  EXPECT_EQ(read("tcp_flags", "[]"), "0");
  EXPECT_EQ(read("tcp_flags", "\"\""), "-");
  EXPECT_EQ(read("tcp_flags", "65536"), "out_of_range");
  EXPECT_EQ(read("tcp_flags", "\"65536\""), "out_of_range");
  EXPECT_EQ(read("tcp_flags", "[\"XYZ\"]"), "wrong_type");
  EXPECT_EQ(read("tcp_flags", "[1]"), "wrong_type");
  EXPECT_EQ(read("tcp_flags", "{}"), "wrong_type");
}

TEST(JsonValue, EtherTypesAreHexadecimalTextsNamesOrNumbers) {
  EXPECT_EQ(read("etype", "\"800\""), "2048");
  EXPECT_EQ(read("etype", "\"0x86DD\""), "34525");
  EXPECT_EQ(read("etype", "\"IPv6\""), "34525");
  EXPECT_EQ(read("etype", "\"ARP\""), "2054");
  EXPECT_EQ(read("etype", "2048"), "2048");
  EXPECT_EQ(read("etype", "\"0\""), "0");
  EXPECT_EQ(read("etype", "\"\""), "-");
  EXPECT_EQ(read("etype", "\"10000\""), "out_of_range");
  EXPECT_EQ(read("etype", "\"xyz\""), "wrong_type");
}

TEST(JsonValue, ProtocolsAreNamesOrNumbers) {
  EXPECT_EQ(read("ip_proto", "\"tcp\""), "6");
  EXPECT_EQ(read("ip_proto", "\"UDP\""), "17");
  EXPECT_EQ(read("ip_proto", "\"253\""), "253");
  EXPECT_EQ(read("ip_proto", "6"), "6");
  EXPECT_EQ(read("ip_proto", "\"\""), "-");
  EXPECT_EQ(read("ip_proto", "256"), "out_of_range");
  EXPECT_EQ(read("ip_proto", "\"256\""), "out_of_range");
  EXPECT_EQ(read("ip_proto", "\"no such\""), "wrong_type");
}

TEST(JsonValue, ProtocolsWithoutAKeywordHaveNamesInGoflow2) {
  EXPECT_EQ(read("proto", "\"IPv6-ICMP\""), "58");
  EXPECT_EQ(read("proto", "\"any-local-network\""), "63");
  EXPECT_EQ(read("proto", "\"ISIS over IPv4\""), "124");
  for (const std::string_view json : {"\"unassigned\"", "\"experimental\"", "\"reserved\""}) {
    EXPECT_EQ(read("proto", json), "-") << json;
  }
}

TEST(JsonValue, TimesAreReadInEveryFormOfPmacct) {
  for (const std::string_view json :
       {"\"2026-11-21 20:41:00.250000\"", "\"2026-11-21T20:41:00.250000Z\"",
        "\"2026-11-21T21:41:00.25+01:00\"", "\"2026-11-21T21:41:00.25+01:00[Europe/Berlin]\"",
        "\"1795293660.250000\"", "1795293660.25", "1795293660250", "\"1795293660250\"",
        "1795293660250000", "1795293660250000000", "\"1795293660250000000\""}) {
    EXPECT_EQ(read("timestamp_start", json), "2026-11-21T20:41:00.250Z") << json;
  }
  for (const std::string_view json :
       {"\"2026-11-21 20:41:00\"", "1795293660", "\"1795293660\"", "1.79529366e9"}) {
    EXPECT_EQ(read("stamp_inserted", json), "2026-11-21T20:41:00Z") << json;
  }
  EXPECT_EQ(read("timestamp_end", "\"0000-00-00 00:00:00.000000\""), "-");
  EXPECT_EQ(read("timestamp_end", "\"\""), "-");
  EXPECT_EQ(read("timestamp_end", "0"), "1970-01-01T00:00:00Z");
  EXPECT_EQ(read("timestamp_end", "-1"), "out_of_range");
  EXPECT_EQ(read("timestamp_end", "18446744073709551616"), "out_of_range");
  EXPECT_EQ(read("timestamp_end", "99999999999"), "out_of_range");
  EXPECT_EQ(read("timestamp_end", "123456789012.5"), "wrong_type");
  EXPECT_EQ(read("timestamp_end", "\"yesterday\""), "wrong_type");
  EXPECT_EQ(read("timestamp_end", "\"]\""), "wrong_type");
  EXPECT_EQ(read("timestamp_end", "true"), "wrong_type");
}

TEST(JsonValue, ListsAreJoinedByBlanksHoweverTheyAreWritten) {
  EXPECT_EQ(read("comms", "\"1:2_3:4\""), "1:2 3:4");
  EXPECT_EQ(read("comms", "[\"1:2\", \"3:4\"]"), "1:2 3:4");
  EXPECT_EQ(read("as_path", "[64510, \"64511\"]"), "64510 64511");
  EXPECT_EQ(read("as_path", "[]"), "");
  EXPECT_EQ(read("as_path", "\"\""), "");
  EXPECT_EQ(read("as_path", "64510"), "64510");
  EXPECT_EQ(read("as_path", "[[1]]"), "wrong_type");
  EXPECT_EQ(read("as_path", "{}"), "wrong_type");
}

TEST(JsonValue, AddressesThatAreEmptyAreAbsent) {
  EXPECT_EQ(read("peer_ip_dst", "\"\""), "-");
  EXPECT_EQ(read("ip_src", "\"0.0.0.0\""), "0.0.0.0");
  EXPECT_EQ(read("ip_src", "\"::ffff:192.0.2.1\""), "192.0.2.1");
  EXPECT_EQ(read("ip_src", "\"192.0.2\""), "wrong_type");
  EXPECT_EQ(read("ip_src", "\"192.0.2.1/24\""), "192.0.2.1");
  EXPECT_EQ(read("ip_src", "\"192.0.2.1/33\""), "wrong_type");
  EXPECT_EQ(read("ip_src", "1"), "wrong_type");
  EXPECT_EQ(read("mac_src", "\"\""), "-");
  EXPECT_EQ(read("mac_src", "\"1:2\""), "wrong_type");
  EXPECT_EQ(read("mac_src", "281474976710656"), "out_of_range");
}

TEST(JsonValue, RealsAreNumbersOrTexts) {
  EXPECT_EQ(read("lat_ip_src", "-1.25e1"), "-12.5");
  EXPECT_EQ(read("lat_ip_src", "7"), "7");
  EXPECT_EQ(read("lat_ip_src", "-7"), "-7");
  EXPECT_EQ(read("lat_ip_src", "\"\""), "-");
  EXPECT_EQ(read("lat_ip_src", "\"north\""), "wrong_type");
  EXPECT_EQ(read("lat_ip_src", "\"inf\""), "wrong_type");
  EXPECT_EQ(read("lat_ip_src", "\"1.5x\""), "wrong_type");
  EXPECT_EQ(read("lat_ip_src", "true"), "wrong_type");
}

TEST(JsonValue, GoflowWritesEveryValueAsAText) {
  EXPECT_EQ(read("Etype", "\"2048\""), "2048");
  EXPECT_EQ(read("Etype", "2048"), "2048");
  EXPECT_EQ(read("Etype", "\"IPv4\""), "2048");
  EXPECT_EQ(read("Etype", "\"65536\""), "out_of_range");
  EXPECT_EQ(read("Proto", "\"6\""), "6");
  EXPECT_EQ(read("TCPFlags", "\"18\""), "18");
  EXPECT_EQ(read("SrcMac", "\"00:00:00:00:00:01\""), "00:00:00:00:00:01");
  EXPECT_EQ(read("NextHop", "\"<nil>\""), "-");
  EXPECT_EQ(read("TimeReceived", "\"1795293660\""), "2026-11-21T20:41:00Z");
  EXPECT_EQ(read("Type", "\"SFLOW_5\""), "SFLOW_5");
}

TEST(JsonValue, ANetworkIsATextOrItsMasksLength) {
  EXPECT_THAT(decode_value("src_net", "\"192.0.2.0/24\"").rows,
              ElementsAre("bytes=0 src_mask=24 src_net=192.0.2.0"));
  EXPECT_THAT(decode_value("src_net", "\"::/0\"").rows,
              ElementsAre("bytes=0 src_mask=0 src_net=::"));
  EXPECT_THAT(decode_value("net_dst", "\"192.0.2.0\"").rows,
              ElementsAre("bytes=0 dst_net=192.0.2.0"));
  EXPECT_THAT(decode_value("DstNet", "24").rows, ElementsAre("bytes=0 dst_mask=24"));
  EXPECT_THAT(decode_value("DstNet", "\"24\"").rows, ElementsAre("bytes=0 dst_mask=24"));
  EXPECT_EQ(read("src_net", "\"invalid Prefix\""), "-");
  EXPECT_EQ(read("src_net", "\"\""), "-");
  EXPECT_EQ(read("src_net", "256"), "out_of_range");
  EXPECT_EQ(read("src_net", "\"192.0.2.0/33\""), "wrong_type");
  EXPECT_EQ(read("src_net", "true"), "wrong_type");
}

TEST(JsonValue, ACountryIsANumberOrLetters) {
  EXPECT_EQ(read("dst_ctr", "840"), "840");
  EXPECT_EQ(read("dst_ctr", "\"840\""), "840");
  EXPECT_THAT(decode_value("dst_ctr", "\"US\"").rows, ElementsAre("bytes=0 dst_country=US"));
  for (const std::string_view key : {"src4_geo", "src6_geo"}) {
    EXPECT_THAT(decode_value(key, R"("Europe/DE/Berlin long/lat: 13.40/52.52")").rows,
                ElementsAre("bytes=0 src_country=DE"));
    EXPECT_EQ(read(key, "\"\""), "-");
  }
  EXPECT_EQ(read("dst_ctr", "\"\""), "wrong_type");
  EXPECT_EQ(read("dst_ctr", "\"U.S.\""), "wrong_type");
}

TEST(JsonValue, APortMayBeIcmpsTypeAndCode) {
  EXPECT_EQ(read("dst_port", "\"8.0\""), "2048");
  EXPECT_EQ(read("dst_port", "\"3.13\""), "781");
  for (const std::string_view json :
       {"\"3.\"", "\".3\"", "\"256.0\"", "\"3.256\"", "\"3.1.\"", "8.5", "\"\"", "\"x\""}) {
    EXPECT_EQ(read("dst_port", json), "wrong_type") << json;
  }
}

TEST(JsonValue, WordsForNumbersAreSkippedAsFarAsTheirMeaningIsNotKnown) {
  EXPECT_EQ(read("nat_event", "\"NAT44 session create\""), "-");
  EXPECT_EQ(read("nat_event", "\"4\""), "4");
  EXPECT_EQ(read("fw_event", "\"DELETE\""), "-");
  EXPECT_EQ(read("direction", "\"E\""), "1");
  EXPECT_EQ(read("direction", "\"I\""), "0");
  EXPECT_EQ(read("direction", "\"U\""), "-");
  EXPECT_EQ(read("direction", "\"\""), "wrong_type");
  EXPECT_EQ(read("direction", "true"), "wrong_type");
}

TEST(JsonValue, LatenciesWithDecimalsAreMilliseconds) {
  EXPECT_EQ(read("cli_latency", "2.000000"), "2000");
  EXPECT_EQ(read("srv_latency", "\"0.125000\""), "125");
  EXPECT_EQ(read("app_latency", "1500"), "1500");
  EXPECT_EQ(read("app_latency", "\"1500\""), "1500");
  EXPECT_EQ(read("app_latency", "-0.5"), "out_of_range");
  EXPECT_EQ(read("app_latency", "\"soon\""), "wrong_type");
}

TEST(JsonValue, AVlanThatSflowDoesNotKnowIsAbsent) {
  EXPECT_EQ(read("src_vlan", "4294967295"), "-");
  EXPECT_EQ(read("DstVlan", "\"4294967295\""), "-");
  EXPECT_EQ(read("src_vlan", "4294967294"), "out_of_range");
  EXPECT_EQ(read("src_port", "4294967295"), "out_of_range");
}

TEST(JsonValue, GoflowsNanosecondsAreNotToldByTheirSize) {
  for (const std::string_view key : {"time_flow_start_ns", "TimeFlowStartNs"}) {
    EXPECT_EQ(read(key, "1700000000"), "1970-01-01T00:00:01.700Z") << key;
    EXPECT_EQ(read(key, "1795293660250000000"), "2026-11-21T20:41:00.250Z") << key;
    EXPECT_EQ(read(key, "0"), "1970-01-01T00:00:00Z") << key;
  }
  EXPECT_EQ(read("time_flow_end_ns", "\"1700000000\""), "1970-01-01T00:00:01.700Z");
  EXPECT_EQ(read("time_received_ns", "99999999999"), "1970-01-01T00:01:39.999999999Z");
  EXPECT_EQ(read("TimeReceivedNs", "1"), "1970-01-01T00:00:00.000000001Z");
}

TEST(JsonValue, ThatARecordIsSampledMayBeTrueOrFalse) {
  EXPECT_EQ(read("sampled", "true"), "1");
  EXPECT_EQ(read("sampled", "false"), "0");
  EXPECT_EQ(read("sampled", "1"), "1");
  EXPECT_EQ(read("tos", "true"), "wrong_type");
}

TEST(JsonValue, AnyScalarCanBeAText) {
  EXPECT_EQ(read("label", "17"), "17");
  EXPECT_EQ(read("label", "-1.5"), "-1.5");
  EXPECT_EQ(read("label", "true"), "true");
  EXPECT_EQ(read("label", "false"), "false");
  EXPECT_EQ(read("label", std::string(30, '7')), std::string(30, '7'));
  EXPECT_EQ(read("label", "null"), "-");
}

}  // namespace
}  // namespace weir
