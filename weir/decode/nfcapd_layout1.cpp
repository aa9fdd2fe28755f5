#include "weir/decode/nfcapd_layout1.hpp"

#include <array>
#include <cstddef>

namespace weir {
namespace {

using Op = NfcapdOp;

// Bits of a record's flags.
constexpr unsigned kIpv6 = 1;
constexpr unsigned kPackets64 = 2;
constexpr unsigned kBytes64 = 4;
constexpr unsigned kSampled = 128;
constexpr unsigned kSizes = kIpv6 | kPackets64 | kBytes64;

constexpr std::size_t kOldHeader = 28;  // type 1: the exporter in 8 bits, and no reserved bytes
constexpr std::size_t kHeader = 32;

/// How many bytes an extension has; 0 = not known, so that what follows it cannot be found.
constexpr std::size_t size_of(unsigned extension) {
  constexpr std::array<std::uint8_t, 49> kSizesOf = {
      0, 0, 0, 0, 4,  8,  4,  8, 4,  4,  16, 4,  16, 4,  4,  8,  // 4 to 15
      4, 8, 4, 8, 16, 16, 40, 4, 16, 4,  8,  8,  0,  0,  0,  0,  // 16 to 27
      0, 0, 0, 0, 0,  20, 4,  8, 32, 24, 24, 72, 0,  24, 12, 8,  // 37 to 47
      8};
  return extension < kSizesOf.size() ? kSizesOf[extension] : 0;
}

constexpr auto kSlots = std::to_array<NfcapdSlot>({
    {4, 0, field("in_if"), Op::copy16},
    {4, 2, field("out_if"), Op::copy16},
    {5, 0, field("in_if"), Op::copy32},
    {5, 4, field("out_if"), Op::copy32},
    {5, 0, field("in_if_name"), Op::interface_name},
    {5, 4, field("out_if_name"), Op::interface_name},
    {6, 0, field("src_as"), Op::copy16},
    {6, 2, field("dst_as"), Op::copy16},
    {7, 0, field("src_as"), Op::copy32},
    {7, 4, field("dst_as"), Op::copy32},
    {8, 0, field("dst_tos"), Op::copy8},
    {8, 1, field("direction"), Op::copy8},
    {8, 2, field("src_mask"), Op::copy8},
    {8, 3, field("dst_mask"), Op::copy8},
    {9, 0, field("next_hop"), Op::ipv4},
    {10, 0, field("next_hop"), Op::ipv6},
    {11, 0, field("bgp_next_hop"), Op::ipv4},
    {12, 0, field("bgp_next_hop"), Op::ipv6},
    {13, 0, field("src_vlan"), Op::copy16},
    {13, 2, field("dst_vlan"), Op::copy16},
    {14, 0, field("out_packets"), Op::copy32},
    {15, 0, field("out_packets"), Op::copy64},
    {16, 0, field("out_bytes"), Op::copy32},
    {17, 0, field("out_bytes"), Op::copy64},
    {18, 0, field("flows"), Op::count32},
    {19, 0, field("flows"), Op::count64},
    {20, 0, field("src_mac"), Op::mac},
    {20, 8, field("dst_mac"), Op::mac},
    {22, 0, field("mpls_labels"), Op::mpls_labels},
    {22, 0, field("mpls_label_top"), Op::mpls_top},
    {22, 0, field("mpls_label_bottom"), Op::mpls_bottom},
    {23, 0, field("exporter"), Op::ipv4},
    {24, 0, field("exporter"), Op::ipv6},
    {26, 0, field("dst_peer_as"), Op::copy32},
    {26, 4, field("src_peer_as"), Op::copy32},
    {27, 0, field("received"), Op::milliseconds},
    {37, 0, field("event_time"), Op::milliseconds},
    {37, 8, field("connection_id"), Op::copy32},
    {37, 14, field("fw_event"), Op::copy8},
    {37, 16, field("ext_event"), Op::copy16},
    {38, 0, field("post_nat_src_port"), Op::copy16},
    {38, 2, field("post_nat_dst_port"), Op::copy16},
    {39, 0, field("post_nat_src_addr"), Op::ipv4},
    {39, 4, field("post_nat_dst_addr"), Op::ipv4},
    {40, 0, field("post_nat_src_addr"), Op::ipv6},
    {40, 16, field("post_nat_dst_addr"), Op::ipv6},
    {42, 0, field("user_name"), Op::text},
    {43, 0, field("user_name"), Op::text},
    {45, 0, field("client_latency"), Op::copy64},
    {45, 8, field("server_latency"), Op::copy64},
    {45, 16, field("app_latency"), Op::copy64},
    {46, 0, field("nat_event"), Op::copy8},
    {46, 4, field("out_vrf"), Op::decimal},
    {46, 8, field("in_vrf"), Op::decimal},
});

}  // namespace

void NfcapdLayout1::clear(bool anonymized) {
  maps_.clear();
  anonymized_ = anonymized;
}

void NfcapdLayout1::learn_map(std::string_view record) {
  if (record.size() < 8) {
    return;
  }
  auto map = std::make_unique<Map>();
  for (std::size_t at = 8; at + 2 <= record.size(); at += 2) {
    const auto extension = load_number<std::uint16_t>(record.data() + at);
    if (extension == 0) {
      break;
    }
    map->extensions.push_back(extension);
  }
  const std::size_t number = load_number<std::uint16_t>(record.data() + 4);
  if (number >= maps_.size()) {
    maps_.resize(number + 1);
  }
  maps_[number] = std::move(map);
}

const NfcapdPlan* NfcapdLayout1::plan(unsigned type, std::string_view record) {
  if (record.size() < (type == kFlow ? kHeader : kOldHeader)) {
    return nullptr;
  }
  const std::size_t number = load_number<std::uint16_t>(record.data() + 6);
  if (number >= maps_.size() || !maps_[number]) {
    return nullptr;
  }
  Map& map = *maps_[number];
  const unsigned flags = load_number<std::uint8_t>(record.data() + 4) & kSizes;
  auto& plan = map.plans[flags + (type == kFlow ? kSizes + 1 : 0)];
  if (!plan) {
    plan = std::make_unique<NfcapdPlan>(make(map, type, flags));
  }
  return plan->size <= record.size() ? plan.get() : nullptr;
}

NfcapdPlan NfcapdLayout1::make(const Map& map, unsigned type, unsigned flags) const {
  NfcapdPlanBuilder builder(wanted_);
  builder.add(field("sampled"), Op::flag8, 4, kSampled);
  builder.add(field("anonymized"), anonymized_ ? Op::one : Op::flag8, 4, 0);
  builder.add(field("first_seen"), Op::seconds, 12, 8);
  builder.add(field("last_seen"), Op::seconds, 16, 10);
  builder.add(field("forwarding_status"), Op::copy8, 20);
  builder.add(field("tcp_flags"), Op::copy8, 21);
  builder.add(field("proto"), Op::copy8, 22);
  builder.add(field("tos"), Op::copy8, 23);
  builder.add(field("src_port"), Op::copy16, 24);
  builder.add(field("dst_port"), Op::copy16, 26);
  std::size_t at = type == kFlow ? kHeader : kOldHeader;
  builder.set_exporter(type == kFlow ? 28 : 5, type == kFlow);

  const bool ipv6 = (flags & kIpv6) != 0;
  const std::size_t address = ipv6 ? 16 : 4;
  builder.add(field("src_addr"), ipv6 ? Op::ipv6 : Op::ipv4, at);
  builder.add(field("dst_addr"), ipv6 ? Op::ipv6 : Op::ipv4, at + address);
  at += 2 * address;
  const bool packets = (flags & kPackets64) != 0;
  builder.add(field("packets"), packets ? Op::copy64 : Op::copy32, at);
  at += packets ? 8 : 4;
  const bool bytes = (flags & kBytes64) != 0;
  builder.add(field("bytes"), bytes ? Op::copy64 : Op::copy32, at);
  at += bytes ? 8 : 4;
  for (const std::uint16_t extension : map.extensions) {
    const std::size_t size = size_of(extension);
    if (size == 0 || at + size > 0xffff) {
      break;
    }
    builder.add_extension(kSlots, extension, at, size);
    if (extension == 21) {
      builder.add_incoming_mac(at);
    }
    at += size;
  }
  return builder.finish(at);
}

}  // namespace weir
