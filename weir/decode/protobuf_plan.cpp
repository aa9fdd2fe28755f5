#include "weir/decode/protobuf_plan.hpp"

#include <algorithm>

#include "weir/decode/json_number.hpp"

namespace weir {
namespace {

using Action = ProtobufStep::Action;

/// Fields whose FlowMessage number in the field table is read late.
constexpr std::array kSettledLate = {field("flow_type"), field("src_net"),    field("dst_net"),
                                     field("received"),  field("first_seen"), field("last_seen"),
                                     field("ip_flags")};

Action direct_action(FieldId id) {
  if (id == field("src_vlan") || id == field("dst_vlan")) {
    return Action::vlan;
  }
  switch (info(id).kind) {
    case Kind::mac:
      return Action::mac;
    case Kind::etype:
      return Action::etype;
    case Kind::address:
      return Action::address;
    default:
      return Action::number;
  }
}

}  // namespace

ProtobufPlan::ProtobufPlan(const FieldSet& wanted) : wanted_(wanted) {
  wanted_.add(field("bytes"));
  for (std::size_t i = 0; i < kNamedFields.size(); ++i) {
    const auto id = static_cast<FieldId>(i);
    if (!wanted_.has(id) || info(id).goflow2_number == 0 ||
        std::find(kSettledLate.begin(), kSettledLate.end(), id) != kSettledLate.end()) {
      continue;
    }
    if (info(id).kind == Kind::list) {
      add_list(id);
    } else {
      add_direct(id);
    }
  }
  add_late();
}

void ProtobufPlan::add_direct(FieldId id) {
  const Action action = direct_action(id);
  steps_[info(id).goflow2_number] = {action, id, 0, largest_number(id)};
  if (action != Action::address && action != Action::etype) {
    defaults_.push_back(id);
  }
}

void ProtobufPlan::add_list(FieldId id) {
  const auto* const list = std::find(kProtobufLists.begin(), kProtobufLists.end(), id);
  const auto slot = static_cast<std::uint8_t>(list - kProtobufLists.begin());
  steps_[info(id).goflow2_number] = {Action::list, id, slot, ~std::uint64_t{0}};
  defaults_.push_back(id);
}

void ProtobufPlan::late(std::uint32_t number, LateField field) {
  steps_[number] = {Action::late, 0, static_cast<std::uint8_t>(field), ~std::uint64_t{0}};
  has_late_ = true;
}

void ProtobufPlan::add_late() {
  const auto wants = [this](std::initializer_list<FieldId> fields) {
    return std::any_of(fields.begin(), fields.end(),
                       [this](FieldId id) { return wanted_.has(id); });
  };
  if (wants({field("flow_type")})) {
    // Goflow's numbers of the types are others, and what tells its records has to be there.
    late(1, LateField::type);
    late(2, LateField::received_s);
    late(5, LateField::last_seen_s);
    late(110, LateField::received_ns);
  }
  // A network is an address and the length of its prefix.
  if (wants({field("src_net"), field("src_mask")})) {
    late(16, LateField::src_net);
    steps_[6] = {Action::address, field("src_addr"), 0, 0};
  }
  if (wants({field("dst_net"), field("dst_mask")})) {
    late(17, LateField::dst_net);
    steps_[7] = {Action::address, field("dst_addr"), 0, 0};
  }
  if (!wants({field("received"), field("first_seen"), field("last_seen"), field("ip_flags"),
              field("direction"), field("in_vrf"), field("out_vrf"), field("mpls_labels"),
              field("mpls_label_top"), field("mpls_label_bottom"), field("src_country"),
              field("dst_country")})) {
    return;
  }
  late(110, LateField::received_ns);
  late(111, LateField::first_seen_ns);
  late(112, LateField::last_seen_ns);
  late(2, LateField::received_s);
  late(5, LateField::last_seen_s);
  late(38, LateField::ip_flags_or_first_seen_s);
  late(63, LateField::first_seen_ms);
  late(64, LateField::last_seen_ms);
  late(39, LateField::in_vrf);
  late(40, LateField::out_vrf);
  late(42, LateField::direction);
  late(56, LateField::mpls_first);
  late(58, LateField::mpls_second);
  late(60, LateField::mpls_third);
  late(62, LateField::mpls_last);
  for (std::size_t i = 0; i < kProtobufTexts.size(); ++i) {
    if (wanted_.has(kProtobufTexts[i])) {
      steps_[kNumbers + i] = {Action::text, kProtobufTexts[i], static_cast<std::uint8_t>(i), 0};
    }
  }
}

}  // namespace weir
