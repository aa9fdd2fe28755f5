#include "weir/decode/nfcapd_layout2.hpp"

#include <cstddef>
#include <utility>

namespace weir {
namespace {

using Op = NfcapdOp;

// The record's header.
constexpr std::size_t kHeader = 12;
constexpr std::size_t kElementsAt = 4;
constexpr std::size_t kExporterAt = 8;
constexpr std::size_t kFlagsAt = 10;
constexpr unsigned kSampled = 2;
constexpr unsigned kAnonymized = 4;

constexpr std::size_t kElementHeader = 4;

// Elements whose content differs between versions, told apart by their length.
constexpr unsigned kSampler = 18;
constexpr std::size_t kSamplerOf171 = 12;  // number 32 bits, interval 32, mode 16, exporter 16
constexpr unsigned kNatEvent = 25;
constexpr std::size_t kNatEventWithVrf = 24;  // 1.7.0: two VRFs stand in the middle
constexpr unsigned kMacs = 15;

constexpr auto kSlots = std::to_array<NfcapdSlot>({
    {1, 0, field("first_seen"), Op::milliseconds},
    {1, 8, field("last_seen"), Op::milliseconds},
    {1, 16, field("received"), Op::milliseconds},
    {1, 24, field("packets"), Op::copy64},
    {1, 32, field("bytes"), Op::copy64},
    {1, 40, field("src_port"), Op::copy16},
    {1, 42, field("dst_port"), Op::copy16},
    {1, 44, field("proto"), Op::copy8},
    {1, 45, field("tcp_flags"), Op::copy8},
    {1, 46, field("forwarding_status"), Op::copy8},
    {1, 47, field("tos"), Op::copy8},
    {2, 0, field("src_addr"), Op::ipv4},
    {2, 4, field("dst_addr"), Op::ipv4},
    {3, 0, field("src_addr"), Op::ipv6},
    {3, 16, field("dst_addr"), Op::ipv6},
    {4, 0, field("in_if"), Op::copy32},
    {4, 4, field("out_if"), Op::copy32},
    {4, 0, field("in_if_name"), Op::interface_name},
    {4, 4, field("out_if_name"), Op::interface_name},
    {4, 8, field("src_mask"), Op::copy8},
    {4, 9, field("dst_mask"), Op::copy8},
    {4, 10, field("direction"), Op::copy8},
    {4, 11, field("dst_tos"), Op::copy8},
    {5, 0, field("flows"), Op::count64},
    {5, 8, field("out_packets"), Op::copy64},
    {5, 16, field("out_bytes"), Op::copy64},
    {6, 0, field("src_vlan"), Op::copy16},  // 32 bits, the low half first
    {6, 4, field("dst_vlan"), Op::copy16},
    {7, 0, field("src_as"), Op::copy32},
    {7, 4, field("dst_as"), Op::copy32},
    {8, 0, field("bgp_next_hop"), Op::ipv4},
    {9, 0, field("bgp_next_hop"), Op::ipv6},
    {10, 0, field("next_hop"), Op::ipv4},
    {11, 0, field("next_hop"), Op::ipv6},
    {12, 0, field("exporter"), Op::ipv4},
    {13, 0, field("exporter"), Op::ipv6},
    {14, 0, field("mpls_labels"), Op::mpls_labels},
    {14, 0, field("mpls_label_top"), Op::mpls_top},
    {14, 0, field("mpls_label_bottom"), Op::mpls_bottom},
    {15, 0, field("src_mac"), Op::mac},
    {15, 8, field("dst_mac"), Op::mac},
    {16, 0, field("dst_peer_as"), Op::copy32},
    {16, 4, field("src_peer_as"), Op::copy32},
    {17, 0, field("client_latency"), Op::copy64},
    {17, 8, field("server_latency"), Op::copy64},
    {17, 16, field("app_latency"), Op::copy64},
    {19, 0, field("event_time"), Op::milliseconds},
    {19, 8, field("connection_id"), Op::copy32},
    {19, 12, field("ext_event"), Op::copy16},
    {19, 14, field("fw_event"), Op::copy8},
    {20, 0, field("post_nat_src_addr"), Op::ipv4},
    {20, 4, field("post_nat_dst_addr"), Op::ipv4},
    {21, 0, field("post_nat_src_addr"), Op::ipv6},
    {21, 16, field("post_nat_dst_addr"), Op::ipv6},
    {22, 0, field("post_nat_src_port"), Op::copy16},
    {22, 2, field("post_nat_dst_port"), Op::copy16},
    {24, 0, field("user_name"), Op::text},
    {27, 0, field("application"), Op::application},
    {28, 0, field("label"), Op::text},
    {31, 0, field("tunnel_src_addr"), Op::ipv4},
    {31, 4, field("tunnel_dst_addr"), Op::ipv4},
    {31, 8, field("tunnel_proto"), Op::copy8},  // 32 bits, as the next
    {32, 0, field("tunnel_src_addr"), Op::ipv6},
    {32, 16, field("tunnel_dst_addr"), Op::ipv6},
    {32, 32, field("tunnel_proto"), Op::copy8},
    {33, 8, field("observation_domain"), Op::copy32},
    {36, 0, field("out_vrf"), Op::decimal},
    {36, 4, field("in_vrf"), Op::decimal},
    {38, 0, field("vlan_id"), Op::copy16},
    {38, 2, field("src_customer_vlan"), Op::copy16},
    {38, 6, field("dst_customer_vlan"), Op::copy16},
    {38, 16, field("vxlan"), Op::copy32},  // 64 bits
    {38, 24, field("etype"), Op::copy16},
    {39, 0, field("flow_id"), Op::copy64},
});

void add_nat_event(NfcapdPlanBuilder& builder, std::size_t from, std::size_t size) {
  if (size < 16) {
    return;
  }
  const bool with_vrf = size >= kNatEventWithVrf;
  builder.add(field("event_time"), Op::milliseconds, from);
  builder.add(field("nat_event"), Op::copy8, from + (with_vrf ? 20 : 12));
  if (with_vrf) {
    builder.add(field("out_vrf"), Op::decimal, from + 8);
    builder.add(field("in_vrf"), Op::decimal, from + 12);
  }
}

void add_element(NfcapdPlanBuilder& builder, unsigned id, std::size_t from, std::size_t size) {
  builder.add_extension(kSlots, id, from, size);
  if (id == kSampler && size == kSamplerOf171) {
    builder.add(field("sampling_rate"), Op::copy32, from + 4);
  } else if (id == kSampler && size > kSamplerOf171) {
    builder.add_sampler(from);
  } else if (id == kNatEvent) {
    add_nat_event(builder, from, size);
  } else if (id == kMacs && size >= 24) {
    builder.add_incoming_mac(from + 16);
  }
}

}  // namespace

bool NfcapdLayout2::Layout::fits(std::string_view record) const {
  if (record.size() != plan.size ||
      load_number<std::uint16_t>(record.data() + kElementsAt) != elements) {
    return false;
  }
  for (const ElementHeader& header : headers) {
    if (load_number<std::uint32_t>(record.data() + header.at) != header.bytes) {
      return false;
    }
  }
  return true;
}

const NfcapdPlan* NfcapdLayout2::plan(std::string_view record) {
  if (record.size() < kHeader + kElementHeader) {
    return nullptr;
  }
  const std::size_t elements = load_number<std::uint16_t>(record.data() + kElementsAt);
  const std::size_t first = load_number<std::uint32_t>(record.data() + kHeader);
  const std::size_t hash = (record.size() * 0x9e3779b1U) ^ (elements * 0x85ebca6bU) ^ first;
  const Layout*& seen = seen_[(hash ^ hash >> 16U) % seen_.size()];
  if (seen == nullptr || !seen->fits(record)) {
    seen = find(record);
  }
  return seen == nullptr ? nullptr : &seen->plan;
}

/// The layout that the record's element headers spell, made if it is a new one.
const NfcapdLayout2::Layout* NfcapdLayout2::find(std::string_view record) {
  std::vector<ElementHeader> headers;
  std::string key(record.substr(2, 4));  // size and number of elements
  std::size_t at = kHeader;
  for (unsigned left = load_number<std::uint16_t>(record.data() + kElementsAt); left != 0; --left) {
    if (record.size() - at < kElementHeader) {
      return nullptr;
    }
    const std::size_t length = load_number<std::uint16_t>(record.data() + at + 2);
    if (length < kElementHeader || length > record.size() - at) {
      return nullptr;
    }
    headers.push_back(
        {load_number<std::uint32_t>(record.data() + at), static_cast<std::uint32_t>(at)});
    key.append(record.substr(at, kElementHeader));
    at += length;
  }
  if (const auto known = layouts_.find(key); known != layouts_.end()) {
    return known->second.get();
  }
  if (layouts_.size() >= kMaxLayouts) {
    layouts_.clear();
    seen_.fill(nullptr);
  }
  return layouts_.try_emplace(std::move(key), make(std::move(headers), record.size()))
      .first->second.get();
}

std::unique_ptr<NfcapdLayout2::Layout> NfcapdLayout2::make(std::vector<ElementHeader> headers,
                                                           std::size_t size) const {
  NfcapdPlanBuilder builder(wanted_);
  builder.set_exporter(kExporterAt, true);
  builder.add(field("sampled"), Op::flag8, kFlagsAt, kSampled);
  builder.add(field("anonymized"), Op::flag8, kFlagsAt, kAnonymized);
  for (const ElementHeader& header : headers) {
    add_element(builder, header.bytes & 0xffffU, header.at + kElementHeader,
                (header.bytes >> 16U) - kElementHeader);
  }
  auto layout = std::make_unique<Layout>();
  layout->elements = static_cast<std::uint16_t>(headers.size());
  layout->headers = std::move(headers);
  layout->plan = builder.finish(size);
  return layout;
}

}  // namespace weir
