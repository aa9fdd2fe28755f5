#include "weir/decode/nfcapd_plan.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

/// An operation that changes what another has filled.
bool builds_upon(NfcapdOp op) {
  return op == NfcapdOp::add32 || op == NfcapdOp::add64 || op == NfcapdOp::mac_if_zero ||
         op == NfcapdOp::ipv6_if_zero;
}

}  // namespace

std::size_t NfcapdPlanBuilder::width(NfcapdOp op) {
  switch (op) {
    case NfcapdOp::copy8:
      return 1;
    case NfcapdOp::copy16:
      return 2;
    case NfcapdOp::copy64:
    case NfcapdOp::count64:
    case NfcapdOp::mac:
    case NfcapdOp::milliseconds:
      return 8;
    case NfcapdOp::ipv6:
      return 16;
    case NfcapdOp::mpls_labels:
    case NfcapdOp::mpls_top:
    case NfcapdOp::mpls_bottom:
      return 40;
    case NfcapdOp::text:
    case NfcapdOp::application:
      return 1;
    default:
      return 4;
  }
}

/// Texts go to the end of their extension.
std::size_t NfcapdPlanBuilder::rest(NfcapdOp op, std::size_t size) {
  return op == NfcapdOp::text || op == NfcapdOp::application ? size : 0;
}

void NfcapdPlanBuilder::set_exporter(std::size_t at, bool wide) {
  plan_.exporter = static_cast<std::uint16_t>(at);
  plan_.wide_exporter = wide;
}

void NfcapdPlanBuilder::add(FieldId field, NfcapdOp op, std::size_t from, std::size_t other) {
  // Exporters may send both families in one record. IPv4 counts, as for nfdump, unless it is empty.
  const std::optional<Place> before = places_[field];
  if (op == NfcapdOp::ipv6 && before && before->op == NfcapdOp::ipv4) {
    push(field, NfcapdOp::ipv6_if_zero, from);
    return;
  }
  places_[field] = {op, from};
  push(field, op, from, other);
  if (op == NfcapdOp::ipv4 && before && before->op == NfcapdOp::ipv6) {
    push(field, NfcapdOp::ipv6_if_zero, before->from);
  }
}

void NfcapdPlanBuilder::push(FieldId field, NfcapdOp op, std::size_t from, std::size_t other) {
  if (!wanted_.has(field)) {
    return;
  }
  if (!builds_upon(op)) {
    std::erase_if(plan_.copies, [field](const NfcapdCopy& copy) { return copy.field == field; });
  }
  plan_.copies.push_back({.op = op,
                          .field = field,
                          .from = static_cast<std::uint16_t>(from),
                          .other = static_cast<std::uint16_t>(other),
                          .to = info(field).offset});
  plan_.present.add(field);
}

void NfcapdPlanBuilder::add_total(FieldId total, FieldId in, FieldId out) {
  if (const auto& place = places_[in]) {
    push(total, place->op, place->from);
  }
  if (const auto& place = places_[out]) {
    const bool alone = !places_[in];
    const NfcapdOp adding = place->op == NfcapdOp::copy32 ? NfcapdOp::add32 : NfcapdOp::add64;
    push(total, alone ? place->op : adding, place->from);
  }
}

void NfcapdPlanBuilder::add_net(FieldId net, FieldId address, FieldId mask) {
  if (places_[address] && places_[mask]) {
    push(net, places_[address]->op == NfcapdOp::ipv4 ? NfcapdOp::net4 : NfcapdOp::net6,
         places_[address]->from, places_[mask]->from);
  }
}

void NfcapdPlanBuilder::add_default(FieldId field, NfcapdOp op) {
  if (!places_[field]) {
    push(field, op, 0);
  }
}

NfcapdPlan NfcapdPlanBuilder::finish(std::size_t size) {
  add_total(field("total_bytes"), field("bytes"), field("out_bytes"));
  add_total(field("total_packets"), field("packets"), field("out_packets"));
  add_net(field("src_net"), field("src_addr"), field("src_mask"));
  add_net(field("dst_net"), field("dst_addr"), field("dst_mask"));
  if (incoming_mac_ != 0) {
    push(field("dst_mac"), places_[field("dst_mac")] ? NfcapdOp::mac_if_zero : NfcapdOp::mac,
         incoming_mac_);
  }
  add_default(field("flows"), NfcapdOp::one);
  add_default(field("exporter"), NfcapdOp::exporter);
  add_default(field("observation_domain"), NfcapdOp::domain);
  if (!places_[field("sampling_rate")]) {
    push(field("sampling_rate"), NfcapdOp::sampling, sampler_);
  }
  // In the order of the row, so that its cache lines are written one after the other; what adds to
  // a field stays behind what fills it.
  std::stable_sort(plan_.copies.begin(), plan_.copies.end(),
                   [](const NfcapdCopy& a, const NfcapdCopy& b) { return a.to < b.to; });
  plan_.size = static_cast<std::uint16_t>(size);
  return std::move(plan_);
}

}  // namespace weir
