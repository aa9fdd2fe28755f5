#include "weir/decode/json_keys.hpp"

#include <algorithm>
#include <array>

#include "weir/base/flat_map.hpp"
#include "weir/decode/json_path.hpp"

namespace weir {
namespace {

struct Spelling {
  std::string_view key;
  FieldId field;
  JsonReading reading = JsonReading::usual;
};

constexpr auto kDecimal = JsonReading::decimal;
constexpr auto kNanos = JsonReading::nanoseconds;
constexpr auto kNotZero = JsonReading::not_zero;
constexpr auto kPlace = JsonReading::place;

/// What the field table does not have: other names in use for its fields.
// clang-format off
constexpr auto kSpellings = std::to_array<Spelling>({
    // pmacct with nfacctd_stitching: the first and last time of what it merged.
    {"timestamp_min", field("first_seen")}, {"timestamp_max", field("last_seen")},

    // goflow (Cloudflare's, all values texts, SrcNet a mask's length) and goflow2 before version 2,
    // which writes some of them in another case.
    {"Type", field("flow_type")},
    {"TimeReceived", field("received")}, {"TimeReceivedNs", field("received"), kNanos},
    {"TimeFlowStart", field("first_seen")}, {"TimeFlowEnd", field("last_seen")},
    // goflow2 prints seconds, and milliseconds behind them, which sFlow leaves at 0.
    {"TimeFlowStartMs", field("first_seen"), kNotZero},
    {"TimeFlowEndMs", field("last_seen"), kNotZero},
    {"TimeFlowStartNs", field("first_seen"), kNanos},
    {"TimeFlowEndNs", field("last_seen"), kNanos},
    {"SequenceNum", field("export_sequence")}, {"SamplingRate", field("sampling_rate")},
    {"SamplerAddress", field("exporter")}, {"FlowDirection", field("direction")},
    {"Bytes", field("bytes")}, {"Packets", field("packets")},
    {"SrcAddr", field("src_addr")}, {"DstAddr", field("dst_addr")},
    {"Etype", field("etype"), kDecimal}, {"Proto", field("proto")},
    {"SrcPort", field("src_port")}, {"DstPort", field("dst_port")},
    {"InIf", field("in_if")}, {"OutIf", field("out_if")},
    {"SrcMac", field("src_mac")}, {"DstMac", field("dst_mac")},
    {"SrcVlan", field("src_vlan")}, {"DstVlan", field("dst_vlan")}, {"VlanId", field("vlan_id")},
    {"IngressVrfID", field("in_vrf")}, {"EgressVrfID", field("out_vrf")},
    {"IngressVrfId", field("in_vrf")}, {"EgressVrfId", field("out_vrf")},
    {"IPTos", field("tos")}, {"IpTos", field("tos")},
    {"ForwardingStatus", field("forwarding_status")},
    {"IPTTL", field("ip_ttl")}, {"IpTtl", field("ip_ttl")}, {"IpFlags", field("ip_flags")},
    {"TCPFlags", field("tcp_flags")}, {"TcpFlags", field("tcp_flags")},
    {"IcmpType", field("icmp_type")}, {"IcmpCode", field("icmp_code")},
    {"IPv6FlowLabel", field("flow_label")}, {"Ipv6FlowLabel", field("flow_label")},
    {"FragmentId", field("fragment_id")}, {"FragmentOffset", field("fragment_offset")},
    {"SrcAS", field("src_as")}, {"DstAS", field("dst_as")},
    {"SrcAs", field("src_as")}, {"DstAs", field("dst_as")},
    {"NextHop", field("next_hop")},
    {"NextHopAS", field("dst_peer_as")}, {"NextHopAs", field("dst_peer_as")},
    {"SrcNet", field("src_net")}, {"DstNet", field("dst_net")},
    {"BgpNextHop", field("bgp_next_hop")}, {"BgpCommunities", field("communities")},
    {"ASPath", field("as_path")}, {"AsPath", field("as_path")},
    {"ObservationDomainId", field("observation_domain")},
    {"ObservationPointId", field("observation_point")},
    // The same with `-format.tag json`.
    {"time_received", field("received")},
    {"time_flow_start", field("first_seen")}, {"time_flow_end", field("last_seen")},
    {"time_flow_start_ms", field("first_seen"), kNotZero},
    {"time_flow_end_ms", field("last_seen"), kNotZero},
    {"flow_direction", field("direction")},
    {"ingress_vrf_id", field("in_vrf")}, {"egress_vrf_id", field("out_vrf")},

    // nfdump's -o json and ndjson, and columns of `weir stream` that are named after its tokens.
    {"first", field("first_seen")}, {"last", field("last_seen")},
    {"t_first", field("first_seen")}, {"t_last", field("last_seen")},
    {"t_received", field("received")},
    {"first_seen_utc", field("first_seen")}, {"last_seen_utc", field("last_seen")},
    {"first_seen_unix", field("first_seen")}, {"last_seen_unix", field("last_seen")},
    {"received_utc", field("received")}, {"received_unix", field("received")},
    {"in_packets", field("packets")}, {"in_bytes", field("bytes")}, {"aggr_flows", field("flows")},
    {"src4_addr", field("src_addr")}, {"dst4_addr", field("dst_addr")},
    {"src6_addr", field("src_addr")}, {"dst6_addr", field("dst_addr")},
    {"src4_geo", field("src_country"), kPlace}, {"dst4_geo", field("dst_country"), kPlace},
    {"src6_geo", field("src_country"), kPlace}, {"dst6_geo", field("dst_country"), kPlace},
    {"src_ctr", field("src_country_numeric")}, {"dst_ctr", field("dst_country_numeric")},
    {"src_tos", field("tos")},
    {"input_snmp", field("in_if")}, {"output_snmp", field("out_if")},
    {"next_as", field("dst_peer_as")}, {"prev_as", field("src_peer_as")},
    {"ip4_next_hop", field("next_hop")}, {"ip6_next_hop", field("next_hop")},
    {"bgp4_next_hop", field("bgp_next_hop")}, {"bgp6_next_hop", field("bgp_next_hop")},
    {"ip4_router", field("exporter")}, {"ip6_router", field("exporter")},
    {"in_src_mac", field("src_mac")}, {"out_dst_mac", field("dst_mac")},
    {"cli_latency", field("client_latency")}, {"srv_latency", field("server_latency")},
    {"tun_proto", field("tunnel_proto")},
    {"src4_tun_ip", field("tunnel_src_addr")}, {"dst4_tun_ip", field("tunnel_dst_addr")},
    {"src6_tun_ip", field("tunnel_src_addr")}, {"dst6_tun_ip", field("tunnel_dst_addr")},
    {"observationDomainID", field("observation_domain")},
    {"observationPointID", field("observation_point")},
    {"ingress_vrf", field("in_vrf")}, {"egress_vrf", field("out_vrf")},
    {"vlanID", field("vlan_id")}, {"cust_vlanID", field("src_customer_vlan")},
    {"post_cust_vlanID", field("dst_customer_vlan")},
    {"ethertype", field("etype")}, {"flowID", field("flow_id")},
    {"connect_id", field("connection_id")}, {"t_event", field("event_time")},
    {"event_id", field("fw_event")}, {"nat_event_id", field("nat_event")},
    {"xevent_id", field("ext_event")},
    {"src4_xlt_ip", field("post_nat_src_addr")}, {"dst4_xlt_ip", field("post_nat_dst_addr")},
    {"src6_xlt_ip", field("post_nat_src_addr")}, {"dst6_xlt_ip", field("post_nat_dst_addr")},
    {"src_xlt_port", field("post_nat_src_port")}, {"dst_xlt_port", field("post_nat_dst_port")},
});
// clang-format on

using Names = FlatMap<std::string, JsonName>;

Names make_names() {
  Names names;
  for (std::size_t i = 0; i < kNamedFields.size(); ++i) {
    const auto id = static_cast<FieldId>(i);
    for (const std::string_view key : {kFields[i].pmacct, kFields[i].goflow2, kFields[i].name}) {
      if (!key.empty()) {
        const bool nanos = key.ends_with("_ns");
        names.try_emplace(std::string(key), JsonName{id, nanos ? kNanos : JsonReading::usual});
      }
    }
  }
  for (const Spelling& spelling : kSpellings) {
    names.try_emplace(std::string(spelling.key), JsonName{spelling.field, spelling.reading});
  }
  return names;
}

const Names& all_names() {
  static const Names names = make_names();
  return names;
}

/// A field's value may say what another one is: then both are to be read for the other.
struct Source {
  FieldId of;
  FieldId from;
};
constexpr auto kSources = std::to_array<Source>({
    {field("src_mask"), field("src_net")},
    {field("dst_mask"), field("dst_net")},
    {field("src_net"), field("src_mask")},
    {field("dst_net"), field("dst_mask")},
    {field("src_net"), field("src_addr")},
    {field("dst_net"), field("dst_addr")},
    {field("src_mask"), field("src_addr")},
    {field("dst_mask"), field("dst_addr")},
    {field("src_country"), field("src_country_numeric")},
    {field("dst_country"), field("dst_country_numeric")},
});

/// The network of one side, from its address and mask, for a row that has none: some dialects tell
/// the mask's length alone. One beyond the address' own length is none, as it is in protobuf.
void complete_network(Flow& row, FieldId net, FieldId address, FieldId mask) {
  if (row.present.has(net) || !row.present.has(address) || !row.present.has(mask)) {
    return;
  }
  const IpAddress host = get_address(row, address);
  const std::uint64_t length = get_integer(row, mask);
  if (length <= (host.is_ipv4() ? 32 : 128)) {
    set(row, net, host.masked(static_cast<unsigned>(length)));
  } else {
    row.present.remove(mask);
  }
}

FieldSet with_bytes(FieldSet wanted) {
  wanted.add(field("bytes"));
  return wanted;
}

FieldSet with_sources(const FieldSet& wanted) {
  FieldSet read = wanted;
  for (const Source& source : kSources) {
    if (wanted.has(source.of)) {
      read.add(source.from);
    }
  }
  return read;
}

}  // namespace

std::optional<JsonName> json_key(std::string_view key) {
  const Names& names = all_names();
  const auto found = names.find(key);
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

JsonMembers::Member& JsonMembers::make(std::string_view name) {
  if (const Member* const known = find(name)) {
    return const_cast<Member&>(*known);
  }
  entries_.push_back({std::string(name), {}});
  if (entries_.size() * 4 > slots_.size()) {
    slots_.assign(slots_.size() * 8, Slot{});
    mask_ = slots_.size() - 1;
    for (std::size_t i = 0; i + 1 < entries_.size(); ++i) {
      insert(hash_of(entries_[i].name), i);
    }
  }
  insert(hash_of(name), entries_.size() - 1);
  return entries_.back().member;
}

void JsonMembers::insert(std::uint64_t hash, std::size_t entry) {
  std::size_t at = hash & mask_;
  while (slots_[at].entry != 0) {
    at = (at + 1) & mask_;
  }
  slots_[at] = {tag_of(hash), static_cast<std::uint16_t>(entry + 1)};
}

JsonKeys::JsonKeys(const DecoderOptions& options)
    : wanted_(with_bytes(options.wanted)),
      read_(with_sources(wanted_)),
      derives_(read_ != wanted_ || wanted_.has(field("src_net")) || wanted_.has(field("dst_net"))) {
  for (std::size_t i = 0; i < options.mapping.size(); ++i) {
    add_path(options.mapping[i], static_cast<std::uint16_t>(std::min<std::size_t>(i, 0xfffe)));
  }
  add_names();
}

void JsonKeys::derive(Flow& row) const {
  complete_network(row, field("src_net"), field("src_addr"), field("src_mask"));
  complete_network(row, field("dst_net"), field("dst_addr"), field("dst_mask"));
  row.present &= wanted_;
}

void JsonKeys::add_names() {
  for (const auto& [key, name] : all_names()) {
    if (!read_.has(name.field)) {
      continue;
    }
    JsonTarget target{name.field, name.reading};
    const auto slot = std::find(slots_.begin(), slots_.end(), name.field);
    if (slot != slots_.end()) {
      target.slot = static_cast<std::uint16_t>(slot - slots_.begin());
    }
    members_.make(key).targets.push_back(target);
  }
}

void JsonKeys::add_path(const MappedValue& mapped, std::uint16_t rank) {
  const std::vector<std::string> names = parse_json_path(mapped.path);
  if (!read_.has(mapped.field)) {
    return;
  }
  auto slot = std::find(slots_.begin(), slots_.end(), mapped.field);
  if (slot == slots_.end()) {
    slot = slots_.insert(slots_.end(), mapped.field);
  }
  JsonMembers* inside = &members_;
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    auto& members = inside->make(names[i]).inside;
    if (members == nullptr) {
      members = std::make_unique<JsonMembers>();
    }
    inside = members.get();
  }
  inside->make(names.back())
      .targets.push_back({mapped.field, JsonReading::usual, rank,
                          static_cast<std::uint16_t>(slot - slots_.begin())});
}

}  // namespace weir
