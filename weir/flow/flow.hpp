#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "weir/base/ip.hpp"
#include "weir/flow/field_set.hpp"

namespace weir {

/// One flow record: every field that any dialect carries and weir understands, decoded.
///
/// A row is never zeroed as a whole. `present` says which members hold a value; all others hold
/// rubbish, so read through the accessors, for which an absent field is 0 or empty. Texts and lists
/// are slices into the batch the row came from and live as long as it does. Fields that most
/// programs touch stand first, so that they share cache lines.
struct Flow {
  FieldSet present;

  std::uint64_t bytes, packets, flows, src_as, dst_as;
  std::string_view label;
  IpAddress src_addr, dst_addr;
  std::uint64_t src_port, dst_port, proto, tcp_flags, tos, in_if, out_if, sampling_rate;
  IpAddress exporter;
  std::uint64_t first_seen, last_seen, received, exported, bin_start, bin_updated;
  std::uint64_t out_bytes, out_packets;
  std::uint64_t src_mask, dst_mask, etype, flow_label, forwarding_status;
  IpAddress src_net, dst_net, next_hop, bgp_next_hop;
  std::uint64_t tag, tag2;
  std::string_view application;
  std::uint64_t src_mac, dst_mac, vlan_id, src_vlan, dst_vlan, src_customer_vlan, dst_customer_vlan;
  std::uint64_t cos;
  std::string_view communities, ext_communities, large_communities, as_path;
  std::uint64_t local_pref, med;
  std::string_view roa;
  std::uint64_t src_peer_as, dst_peer_as;
  std::string_view src_communities, src_ext_communities, src_large_communities, src_as_path;
  std::uint64_t src_local_pref, src_med;
  std::string_view src_roa;
  std::string_view mpls_vpn_rd, mpls_vpn_rd_origin;
  std::uint64_t mpls_pw_id, mpls_label_top, mpls_label_bottom;
  std::string_view mpls_labels, srv6_segments;
  std::uint64_t path_delay_avg, path_delay_min, path_delay_max;
  std::string_view src_country, dst_country, src_postal_code, dst_postal_code;
  double src_lat, src_lon, dst_lat, dst_lon;
  std::string_view sampling_direction;
  IpAddress post_nat_src_addr, post_nat_dst_addr;
  std::uint64_t post_nat_src_port, post_nat_dst_port, nat_event, fw_event;
  std::uint64_t tunnel_src_mac, tunnel_dst_mac;
  IpAddress tunnel_src_addr, tunnel_dst_addr;
  std::uint64_t tunnel_proto, tunnel_tos, tunnel_flow_label, tunnel_src_port, tunnel_dst_port;
  std::uint64_t tunnel_tcp_flags, vxlan, nvgre;
  std::uint64_t export_sequence, export_version, observation_domain;
  std::string_view vrf_name, in_vrf, out_vrf, in_if_name, out_if_name, writer;
  std::uint64_t total_bytes, total_packets, sampled, anonymized;
  std::uint64_t dst_tos, direction, event_time, ext_event, connection_id, flow_id;
  std::uint64_t client_latency, server_latency, app_latency;
  std::string_view user_name;
  std::string_view flow_type;
  std::uint64_t ip_ttl, ip_flags, icmp_type, icmp_code, fragment_id, fragment_offset;
  std::uint64_t observation_point;
  std::uint64_t src_country_numeric, dst_country_numeric;
  std::string_view exporter_name, src_network, dst_network, src_customer, dst_customer;
  std::string_view in_if_description, out_if_description;
  std::uint64_t in_if_speed, out_if_speed;

  // Fields that only the configuration has a meaning and a name for: see FieldNames.
#define WEIR_USER(n)              \
  std::uint64_t user_number_##n;  \
  std::string_view user_text_##n; \
  IpAddress user_address_##n;
  // clang-format off
#define WEIR_USERS                                              \
  WEIR_USER(0) WEIR_USER(1) WEIR_USER(2) WEIR_USER(3)           \
  WEIR_USER(4) WEIR_USER(5) WEIR_USER(6) WEIR_USER(7)           \
  WEIR_USER(8) WEIR_USER(9) WEIR_USER(10) WEIR_USER(11)         \
  WEIR_USER(12) WEIR_USER(13) WEIR_USER(14) WEIR_USER(15)
  // clang-format on
  WEIR_USERS
#undef WEIR_USER
};

/// What a field's value means; it decides how texts are read, printed and compared.
enum class Kind : std::uint8_t {
  number,     ///< unsigned integer
  time,       ///< nanoseconds since 1970, UTC
  mac,        ///< 48 bits in the low end of an integer
  proto,      ///< IP protocol number; texts are IANA's keywords
  etype,      ///< EtherType; texts are hexadecimal
  tcp_flags,  ///< the flag byte, FIN = 1
  real,       ///< double
  address,    ///< IpAddress
  text,       ///< UTF-8 without NUL
  list,       ///< text whose items are separated by one blank
};

/// What grouping does with a field that is not part of the key.
enum class Merge : std::uint8_t { key, sum, min, max, bit_or };

/// One row of the field table. `name` is the label, the JSON key and the word of filters.
struct FieldInfo {
  std::string_view name;
  std::uint16_t offset = 0;  ///< of the member in Flow
  std::uint16_t size = 0;
  Kind kind = Kind::number;
  std::uint8_t bits = 64;  ///< a number above 2^bits-1 is out of range
  Merge merge = Merge::key;
  std::uint16_t element = 0;        ///< IANA IPFIX information element, 0 = none
  std::uint16_t element_v6 = 0;     ///< its IPv6 twin, 0 = none
  std::string_view pmacct;          ///< JSON key of pmacct's plugins
  std::string_view goflow2;         ///< JSON key of goflow2
  std::uint8_t goflow2_number = 0;  ///< field number in goflow2's FlowMessage, 0 = none
  std::string_view nfdump;          ///< token of nfdump's -o fmt:
};

/// The storage class follows from the member's C++ type: 8 = integer or double, 16 = text or
/// address.
#define WEIR_FIELD(member, ...)                                        \
  FieldInfo {                                                          \
    #member, offsetof(Flow, member), sizeof(Flow::member), __VA_ARGS__ \
  }

/// The only list of fields. A field's id is its place here; ids never leave the process.
// clang-format off
inline constexpr auto kFields = std::to_array<FieldInfo>({
    //         member             kind             bits merge       element v6   pmacct                 goflow2              nr   nfdump
    WEIR_FIELD(bytes,             Kind::number,    64, Merge::sum,     1,   0, "bytes",               "bytes",               9, "%byt"),
    WEIR_FIELD(packets,           Kind::number,    64, Merge::sum,     2,   0, "packets",             "packets",            10, "%pkt"),
    WEIR_FIELD(flows,             Kind::number,    64, Merge::sum,     3,   0, "flows",               "",                    0, "%fl"),
    WEIR_FIELD(src_as,            Kind::number,    32, Merge::key,    16,   0, "as_src",              "src_as",             14, "%sas"),
    WEIR_FIELD(dst_as,            Kind::number,    32, Merge::key,    17,   0, "as_dst",              "dst_as",             15, "%das"),
    WEIR_FIELD(label,             Kind::text,       0, Merge::key,     0,   0, "label",               "",                    0, "%lbl"),
    WEIR_FIELD(src_addr,          Kind::address,    0, Merge::key,     8,  27, "ip_src",              "src_addr",            6, "%sa"),
    WEIR_FIELD(dst_addr,          Kind::address,    0, Merge::key,    12,  28, "ip_dst",              "dst_addr",            7, "%da"),
    WEIR_FIELD(src_port,          Kind::number,    16, Merge::key,     7,   0, "port_src",            "src_port",           21, "%sp"),
    WEIR_FIELD(dst_port,          Kind::number,    16, Merge::key,    11,   0, "port_dst",            "dst_port",           22, "%dp"),
    WEIR_FIELD(proto,             Kind::proto,      8, Merge::key,     4,   0, "ip_proto",            "proto",              20, "%pr"),
    WEIR_FIELD(tcp_flags,         Kind::tcp_flags, 16, Merge::bit_or,  6,   0, "tcp_flags",           "tcp_flags",          26, "%flg"),
    WEIR_FIELD(tos,               Kind::number,     8, Merge::key,     5,   0, "tos",                 "ip_tos",             23, "%tos"),
    WEIR_FIELD(in_if,             Kind::number,    32, Merge::key,    10,   0, "iface_in",            "in_if",              18, "%in"),
    WEIR_FIELD(out_if,            Kind::number,    32, Merge::key,    14,   0, "iface_out",           "out_if",             19, "%out"),
    WEIR_FIELD(sampling_rate,     Kind::number,    32, Merge::max,    34,   0, "sampling_rate",       "sampling_rate",       3, ""),
    WEIR_FIELD(exporter,          Kind::address,    0, Merge::key,   130, 131, "peer_ip_src",         "sampler_address",    11, "%ra"),
    WEIR_FIELD(first_seen,        Kind::time,      64, Merge::min,   152,   0, "timestamp_start",     "time_flow_start_ns",111, "%ts"),
    WEIR_FIELD(last_seen,         Kind::time,      64, Merge::max,   153,   0, "timestamp_end",       "time_flow_end_ns",  112, "%te"),
    WEIR_FIELD(received,          Kind::time,      64, Merge::max,   258,   0, "timestamp_arrival",   "time_received_ns",  110, "%tr"),
    WEIR_FIELD(exported,          Kind::time,      64, Merge::max,     0,   0, "timestamp_export",    "",                    0, ""),
    WEIR_FIELD(bin_start,         Kind::time,      64, Merge::min,     0,   0, "stamp_inserted",      "",                    0, ""),
    WEIR_FIELD(bin_updated,       Kind::time,      64, Merge::max,     0,   0, "stamp_updated",       "",                    0, ""),
    WEIR_FIELD(out_bytes,         Kind::number,    64, Merge::sum,    23,   0, "",                    "",                    0, "%obyt"),
    WEIR_FIELD(out_packets,       Kind::number,    64, Merge::sum,    24,   0, "",                    "",                    0, "%opkt"),
    WEIR_FIELD(src_mask,          Kind::number,     8, Merge::key,     9,  29, "mask_src",            "",                    0, "%smk"),
    WEIR_FIELD(dst_mask,          Kind::number,     8, Merge::key,    13,  30, "mask_dst",            "",                    0, "%dmk"),
    WEIR_FIELD(etype,             Kind::etype,     16, Merge::key,   256,   0, "etype",               "etype",              30, ""),
    WEIR_FIELD(flow_label,        Kind::number,    32, Merge::key,    31,   0, "flow_label",          "ipv6_flow_label",    37, ""),
    WEIR_FIELD(forwarding_status, Kind::number,    32, Merge::key,    89,   0, "fwd_status",          "forwarding_status",  24, "%fwd"),
    WEIR_FIELD(src_net,           Kind::address,    0, Merge::key,    44, 169, "net_src",             "src_net",            16, "%sn"),
    WEIR_FIELD(dst_net,           Kind::address,    0, Merge::key,    45, 170, "net_dst",             "dst_net",            17, "%dn"),
    WEIR_FIELD(next_hop,          Kind::address,    0, Merge::key,    15,  62, "",                    "next_hop",           12, "%nh"),
    WEIR_FIELD(bgp_next_hop,      Kind::address,    0, Merge::key,    18,  63, "peer_ip_dst",         "bgp_next_hop",      100, "%nhb"),
    WEIR_FIELD(tag,               Kind::number,    64, Merge::key,     0,   0, "tag",                 "",                    0, ""),
    WEIR_FIELD(tag2,              Kind::number,    64, Merge::key,     0,   0, "tag2",                "",                    0, ""),
    WEIR_FIELD(application,       Kind::text,       0, Merge::key,    96,   0, "class",               "",                    0, "%nbar"),
    WEIR_FIELD(src_mac,           Kind::mac,       48, Merge::key,    56,   0, "mac_src",             "src_mac",            27, "%ismc"),
    WEIR_FIELD(dst_mac,           Kind::mac,       48, Merge::key,    80,   0, "mac_dst",             "dst_mac",            28, "%odmc"),
    WEIR_FIELD(vlan_id,           Kind::number,    16, Merge::key,   243,   0, "vlan",                "vlan_id",            29, ""),
    WEIR_FIELD(src_vlan,          Kind::number,    16, Merge::key,    58,   0, "vlan_in",             "src_vlan",           33, "%svln"),
    WEIR_FIELD(dst_vlan,          Kind::number,    16, Merge::key,    59,   0, "vlan_out",            "dst_vlan",           34, "%dvln"),
    WEIR_FIELD(src_customer_vlan, Kind::number,    16, Merge::key,   245,   0, "cvlan_in",            "",                    0, ""),
    WEIR_FIELD(dst_customer_vlan, Kind::number,    16, Merge::key,   255,   0, "cvlan_out",           "",                    0, ""),
    WEIR_FIELD(cos,               Kind::number,     8, Merge::key,   244,   0, "cos",                 "",                    0, ""),
    WEIR_FIELD(communities,       Kind::list,       0, Merge::key,   483,   0, "comms",               "bgp_communities",   101, ""),
    WEIR_FIELD(ext_communities,   Kind::list,       0, Merge::key,     0,   0, "ecomms",              "",                    0, ""),
    WEIR_FIELD(large_communities, Kind::list,       0, Merge::key,     0,   0, "lcomms",              "",                    0, ""),
    WEIR_FIELD(as_path,           Kind::list,       0, Merge::key,     0,   0, "as_path",             "as_path",           102, ""),
    WEIR_FIELD(local_pref,        Kind::number,    32, Merge::key,     0,   0, "local_pref",          "",                    0, ""),
    WEIR_FIELD(med,               Kind::number,    32, Merge::key,     0,   0, "med",                 "",                    0, ""),
    WEIR_FIELD(roa,               Kind::text,       0, Merge::key,     0,   0, "roa_dst",             "",                    0, ""),
    WEIR_FIELD(src_peer_as,       Kind::number,    32, Merge::key,   129,   0, "peer_as_src",         "",                    0, "%pas"),
    WEIR_FIELD(dst_peer_as,       Kind::number,    32, Merge::key,   128,   0, "peer_as_dst",         "next_hop_as",        13, "%nas"),
    WEIR_FIELD(src_communities,   Kind::list,       0, Merge::key,     0,   0, "comms_src",           "",                    0, ""),
    WEIR_FIELD(src_ext_communities,   Kind::list,   0, Merge::key,     0,   0, "ecomms_src",          "",                    0, ""),
    WEIR_FIELD(src_large_communities, Kind::list,   0, Merge::key,     0,   0, "lcomms_src",          "",                    0, ""),
    WEIR_FIELD(src_as_path,       Kind::list,       0, Merge::key,     0,   0, "as_path_src",         "",                    0, ""),
    WEIR_FIELD(src_local_pref,    Kind::number,    32, Merge::key,     0,   0, "local_pref_src",      "",                    0, ""),
    WEIR_FIELD(src_med,           Kind::number,    32, Merge::key,     0,   0, "med_src",             "",                    0, ""),
    WEIR_FIELD(src_roa,           Kind::text,       0, Merge::key,     0,   0, "roa_src",             "",                    0, ""),
    WEIR_FIELD(mpls_vpn_rd,       Kind::text,       0, Merge::key,    90,   0, "mpls_vpn_rd",         "",                    0, ""),
    WEIR_FIELD(mpls_vpn_rd_origin, Kind::text,      0, Merge::key,     0,   0, "mpls_vpn_rd_origin",  "",                    0, ""),
    WEIR_FIELD(mpls_pw_id,        Kind::number,    32, Merge::key,     0,   0, "mpls_pw_id",          "",                    0, ""),
    WEIR_FIELD(mpls_label_top,    Kind::number,    32, Merge::key,    70,   0, "mpls_label_top",      "",                    0, ""),
    WEIR_FIELD(mpls_label_bottom, Kind::number,    32, Merge::key,     0,   0, "mpls_label_bottom",   "",                    0, ""),
    WEIR_FIELD(mpls_labels,       Kind::list,       0, Merge::key,     0,   0, "mpls_label_stack",    "mpls_label",         81, "%mpls"),
    WEIR_FIELD(srv6_segments,     Kind::list,       0, Merge::key,     0,   0, "srv6_seg_ipv6_list",  "",                    0, ""),
    WEIR_FIELD(path_delay_avg,    Kind::number,    64, Merge::max,     0,   0, "path_delay_avg_usec", "",                    0, ""),
    WEIR_FIELD(path_delay_min,    Kind::number,    64, Merge::min,     0,   0, "path_delay_min_usec", "",                    0, ""),
    WEIR_FIELD(path_delay_max,    Kind::number,    64, Merge::max,     0,   0, "path_delay_max_usec", "",                    0, ""),
    WEIR_FIELD(src_country,       Kind::text,       0, Merge::key,     0,   0, "country_ip_src",      "",                    0, "%sc"),
    WEIR_FIELD(dst_country,       Kind::text,       0, Merge::key,     0,   0, "country_ip_dst",      "",                    0, "%dc"),
    WEIR_FIELD(src_postal_code,   Kind::text,       0, Merge::key,     0,   0, "pocode_ip_src",       "",                    0, ""),
    WEIR_FIELD(dst_postal_code,   Kind::text,       0, Merge::key,     0,   0, "pocode_ip_dst",       "",                    0, ""),
    WEIR_FIELD(src_lat,           Kind::real,       0, Merge::key,     0,   0, "lat_ip_src",          "",                    0, ""),
    WEIR_FIELD(src_lon,           Kind::real,       0, Merge::key,     0,   0, "lon_ip_src",          "",                    0, ""),
    WEIR_FIELD(dst_lat,           Kind::real,       0, Merge::key,     0,   0, "lat_ip_dst",          "",                    0, ""),
    WEIR_FIELD(dst_lon,           Kind::real,       0, Merge::key,     0,   0, "lon_ip_dst",          "",                    0, ""),
    WEIR_FIELD(sampling_direction, Kind::text,      0, Merge::key,     0,   0, "sampling_direction",  "",                    0, ""),
    WEIR_FIELD(post_nat_src_addr, Kind::address,    0, Merge::key,   225, 281, "post_nat_ip_src",     "",                    0, "%nsa"),
    WEIR_FIELD(post_nat_dst_addr, Kind::address,    0, Merge::key,   226, 282, "post_nat_ip_dst",     "",                    0, "%nda"),
    WEIR_FIELD(post_nat_src_port, Kind::number,    16, Merge::key,   227,   0, "post_nat_port_src",   "",                    0, "%nsp"),
    WEIR_FIELD(post_nat_dst_port, Kind::number,    16, Merge::key,   228,   0, "post_nat_port_dst",   "",                    0, "%ndp"),
    WEIR_FIELD(nat_event,         Kind::number,     8, Merge::key,   230,   0, "nat_event",           "",                    0, "%nevt"),
    WEIR_FIELD(fw_event,          Kind::number,     8, Merge::key,   233,   0, "fw_event",            "",                    0, "%evt"),
    WEIR_FIELD(tunnel_src_mac,    Kind::mac,       48, Merge::key,     0,   0, "tunnel_mac_src",      "",                    0, ""),
    WEIR_FIELD(tunnel_dst_mac,    Kind::mac,       48, Merge::key,     0,   0, "tunnel_mac_dst",      "",                    0, ""),
    WEIR_FIELD(tunnel_src_addr,   Kind::address,    0, Merge::key,     0,   0, "tunnel_ip_src",       "",                    0, ""),
    WEIR_FIELD(tunnel_dst_addr,   Kind::address,    0, Merge::key,     0,   0, "tunnel_ip_dst",       "",                    0, ""),
    WEIR_FIELD(tunnel_proto,      Kind::proto,      8, Merge::key,     0,   0, "tunnel_ip_proto",     "",                    0, ""),
    WEIR_FIELD(tunnel_tos,        Kind::number,     8, Merge::key,     0,   0, "tunnel_tos",          "",                    0, ""),
    WEIR_FIELD(tunnel_flow_label, Kind::number,    32, Merge::key,     0,   0, "tunnel_flow_label",   "",                    0, ""),
    WEIR_FIELD(tunnel_src_port,   Kind::number,    16, Merge::key,     0,   0, "tunnel_port_src",     "",                    0, ""),
    WEIR_FIELD(tunnel_dst_port,   Kind::number,    16, Merge::key,     0,   0, "tunnel_port_dst",     "",                    0, ""),
    WEIR_FIELD(tunnel_tcp_flags,  Kind::tcp_flags, 16, Merge::bit_or,  0,   0, "tunnel_tcp_flags",    "",                    0, ""),
    WEIR_FIELD(vxlan,             Kind::number,    32, Merge::key,     0,   0, "vxlan",               "",                    0, ""),
    WEIR_FIELD(nvgre,             Kind::number,    32, Merge::key,     0,   0, "nvgre",               "",                    0, ""),
    WEIR_FIELD(export_sequence,   Kind::number,    32, Merge::max,     0,   0, "export_proto_seqno",  "sequence_num",        4, ""),
    WEIR_FIELD(export_version,    Kind::number,    16, Merge::key,     0,   0, "export_proto_version", "",                   0, ""),
    WEIR_FIELD(observation_domain, Kind::number,   32, Merge::key,   149,   0, "export_proto_sysid",  "observation_domain_id", 70, ""),
    WEIR_FIELD(vrf_name,          Kind::text,       0, Merge::key,   236,   0, "vrf_name",            "",                    0, ""),
    WEIR_FIELD(in_vrf,            Kind::text,       0, Merge::key,     0,   0, "ingress_vrf_name",    "",                    0, "%ivrf"),
    WEIR_FIELD(out_vrf,           Kind::text,       0, Merge::key,     0,   0, "egress_vrf_name",     "",                    0, "%evrf"),
    WEIR_FIELD(in_if_name,        Kind::text,       0, Merge::key,     0,   0, "iface_name_in",       "",                    0, "%inam"),
    WEIR_FIELD(out_if_name,       Kind::text,       0, Merge::key,     0,   0, "iface_name_out",      "",                    0, "%onam"),
    WEIR_FIELD(writer,            Kind::text,       0, Merge::key,     0,   0, "writer_id",           "",                    0, ""),
    WEIR_FIELD(total_bytes,       Kind::number,    64, Merge::sum,     0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(total_packets,     Kind::number,    64, Merge::sum,     0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(sampled,           Kind::number,     8, Merge::bit_or,  0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(anonymized,        Kind::number,     8, Merge::bit_or,  0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(dst_tos,           Kind::number,     8, Merge::key,    55,   0, "",                    "",                    0, "%dtos"),
    WEIR_FIELD(direction,         Kind::number,     8, Merge::key,    61,   0, "",                    "",                    0, "%dir"),
    WEIR_FIELD(event_time,        Kind::time,      64, Merge::max,   323,   0, "",                    "",                    0, "%tevt"),
    WEIR_FIELD(ext_event,         Kind::number,    16, Merge::key,     0,   0, "",                    "",                    0, "%xevt"),
    WEIR_FIELD(connection_id,     Kind::number,    32, Merge::key,     0,   0, "",                    "",                    0, "%nfc"),
    WEIR_FIELD(flow_id,           Kind::number,    64, Merge::key,   148,   0, "",                    "",                    0, "%flid"),
    WEIR_FIELD(client_latency,    Kind::number,    64, Merge::max,     0,   0, "",                    "",                    0, "%cl"),
    WEIR_FIELD(server_latency,    Kind::number,    64, Merge::max,     0,   0, "",                    "",                    0, "%sl"),
    WEIR_FIELD(app_latency,       Kind::number,    64, Merge::max,     0,   0, "",                    "",                    0, "%al"),
    WEIR_FIELD(user_name,         Kind::text,       0, Merge::key,   371,   0, "",                    "",                    0, "%uname"),
    WEIR_FIELD(flow_type,         Kind::text,       0, Merge::key,     0,   0, "",                    "type",                1, ""),
    WEIR_FIELD(ip_ttl,            Kind::number,     8, Merge::key,   192,   0, "",                    "ip_ttl",             25, ""),
    WEIR_FIELD(ip_flags,          Kind::number,     8, Merge::key,   197,   0, "",                    "ip_flags",           38, ""),
    WEIR_FIELD(icmp_type,         Kind::number,     8, Merge::key,   176, 178, "",                    "icmp_type",          31, ""),
    WEIR_FIELD(icmp_code,         Kind::number,     8, Merge::key,   177, 179, "",                    "icmp_code",          32, ""),
    WEIR_FIELD(fragment_id,       Kind::number,    32, Merge::key,    54,   0, "",                    "fragment_id",        35, ""),
    WEIR_FIELD(fragment_offset,   Kind::number,    16, Merge::key,    88,   0, "",                    "fragment_offset",    36, ""),
    WEIR_FIELD(observation_point, Kind::number,    64, Merge::key,   138,   0, "",                    "observation_point_id", 71, ""),
    WEIR_FIELD(src_country_numeric, Kind::number,  16, Merge::key,     0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(dst_country_numeric, Kind::number,  16, Merge::key,     0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(exporter_name,     Kind::text,       0, Merge::key,     0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(src_network,       Kind::text,       0, Merge::key,     0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(dst_network,       Kind::text,       0, Merge::key,     0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(src_customer,      Kind::text,       0, Merge::key,     0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(dst_customer,      Kind::text,       0, Merge::key,     0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(in_if_description, Kind::text,       0, Merge::key,     0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(out_if_description, Kind::text,      0, Merge::key,     0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(in_if_speed,       Kind::number,    64, Merge::key,     0,   0, "",                    "",                    0, ""),
    WEIR_FIELD(out_if_speed,      Kind::number,    64, Merge::key,     0,   0, "",                    "",                    0, ""),
#define WEIR_USER(n)                                                                          \
    WEIR_FIELD(user_number_##n,   Kind::number,    64, Merge::key,     0,   0, "", "", 0, ""), \
    WEIR_FIELD(user_text_##n,     Kind::text,       0, Merge::key,     0,   0, "", "", 0, ""), \
    WEIR_FIELD(user_address_##n,  Kind::address,    0, Merge::key,     0,   0, "", "", 0, ""),
    WEIR_USERS
#undef WEIR_USER
#undef WEIR_USERS
});
// clang-format on
#undef WEIR_FIELD

inline constexpr std::size_t kFieldCount = kFields.size();
/// Of each of the three kinds of the user's own fields; together they are the last of the table.
inline constexpr std::size_t kUserFields = 16;
inline constexpr FieldId kFirstUserField = kFieldCount - 3 * kUserFields;
/// The fields that have a name of their own.
inline constexpr std::span<const FieldInfo> kNamedFields{kFields.data(), kFirstUserField};

namespace flow_detail {

/// Rows stand in the members' order and leave no gap, so a member without a row does not compile.
consteval bool table_covers_flow() {
  std::size_t at = sizeof(FieldSet);
  for (const FieldInfo& field : kFields) {
    if (field.offset != at) {
      return false;
    }
    at += field.size;
  }
  return at == sizeof(Flow);
}
static_assert(table_covers_flow(),
              "every member of Flow needs a row in kFields, in the same order");
static_assert(kFieldCount <= FieldSet::kCapacity);

}  // namespace flow_detail

/// The id of a field that is known when compiling: `field("src_as")`. A misspelt name does not
/// compile.
consteval FieldId field(std::string_view name) {
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    if (kFields[i].name == name) {
      return static_cast<FieldId>(i);
    }
  }
  throw "no such field";
}

/// The id of a named field, nothing if there is none.
std::optional<FieldId> find_field(std::string_view name);

constexpr const FieldInfo& info(FieldId id) {
  return kFields[id];
}

/// How a kind is stored in the row.
enum class Storage : std::uint8_t { integer, real, address, text };
constexpr Storage storage_of(Kind kind) {
  switch (kind) {
    case Kind::real:
      return Storage::real;
    case Kind::address:
      return Storage::address;
    case Kind::text:
    case Kind::list:
      return Storage::text;
    default:
      return Storage::integer;
  }
}

/// Access by id. Each `get_*` needs a field of that storage; absent reads as 0 or empty.
template <typename Value>
inline Value load(const Flow& flow, FieldId id) {
  Value value{};
  if (flow.present.has(id)) {
    std::memcpy(&value, reinterpret_cast<const char*>(&flow) + kFields[id].offset, sizeof value);
  }
  return value;
}
inline std::uint64_t get_integer(const Flow& flow, FieldId id) {
  return load<std::uint64_t>(flow, id);
}
inline double get_real(const Flow& flow, FieldId id) {
  return load<double>(flow, id);
}
inline IpAddress get_address(const Flow& flow, FieldId id) {
  return load<IpAddress>(flow, id);
}
inline std::string_view get_text(const Flow& flow, FieldId id) {
  return load<std::string_view>(flow, id);
}

/// Stores a value of the field's own storage type and marks it present.
template <typename Value>
inline void set(Flow& flow, FieldId id, const Value& value) {
  std::memcpy(reinterpret_cast<char*>(&flow) + kFields[id].offset, &value, sizeof value);
  flow.present.add(id);
}

}  // namespace weir
