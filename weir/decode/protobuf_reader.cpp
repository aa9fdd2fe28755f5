#include "weir/decode/protobuf_reader.hpp"

#include <fmt/format.h>

#include <iterator>

#include "weir/base/time.hpp"
#include "weir/base/utf8.hpp"
#include "weir/decode/json_number.hpp"

namespace weir {
namespace {

using Action = ProtobufStep::Action;

/// What sFlow agents send for a VLAN that they do not know; goflow2 passes it on.
constexpr std::uint64_t kUnknownVlan = 0xffffffff;

void store_address(Flow& row, FieldId id, std::string_view bytes) {
  IpAddress address;
  if (bytes.size() == 4) {
    address.bytes[10] = 0xff;
    address.bytes[11] = 0xff;
    std::memcpy(address.bytes.data() + 12, bytes.data(), 4);
  } else if (bytes.size() == 16) {
    std::memcpy(address.bytes.data(), bytes.data(), 16);
  } else {
    row.present.remove(id);
    return;
  }
  set(row, id, address);
}

void append_item(std::string& list, std::uint64_t item) {
  if (!list.empty()) {
    list += ' ';
  }
  fmt::format_to(std::back_inserter(list), "{}", item);
}

/// goflow2's names; of the first goflow's numbers for the same. Empty where there is none.
std::string_view type_name(std::uint64_t type, bool v1) {
  switch (type) {
    case 0:
      return "FLOWUNKNOWN";
    case 1:
      return "SFLOW_5";
    case 2:
      return "NETFLOW_V5";
    case 3:
      return "NETFLOW_V9";
    case 4:
      return "IPFIX";
    case 5:
      return v1 ? "SFLOW_5" : "";
    case 9:
      return v1 ? "NETFLOW_V9" : "";
    case 10:
      return v1 ? "IPFIX" : "";
    default:
      return "";
  }
}

}  // namespace

std::optional<Refused> ProtobufReader::read(std::string_view body, Flow& row, TextArena& texts) {
  if (body.empty()) {
    return Refused::empty;
  }
  begin(row);
  const ProtobufEnd ending = walk_protobuf(body, [this, &row](const ProtobufField& found) {
    const ProtobufStep& step = plan_.step(found.number);
    if (step.action != Action::skip) {
      take(found, step, row);
    }
  });
  if (ending != ProtobufEnd::whole) {
    return ending == ProtobufEnd::truncated ? Refused::truncated : Refused::not_protobuf;
  }
  if (plan_.has_late() || has_lists_) {
    settle(row, texts);
  }
  return refused_;
}

void ProtobufReader::begin(Flow& row) {
  for (const FieldId id : plan_.defaults()) {
    if (storage_of(info(id).kind) == Storage::text) {
      set(row, id, std::string_view());
    } else {
      set(row, id, std::uint64_t{0});
    }
  }
  refused_.reset();
  seen_ = 0;
  texts_ = {};
  if (has_lists_) {
    has_lists_ = false;
    for (std::string& list : lists_) {
      list.clear();
    }
  }
}

void ProtobufReader::take(const ProtobufField& found, const ProtobufStep& step, Flow& row) {
  if (found.wire == ProtobufWire::bytes) {
    take_bytes({found.value, found.size}, step, row);
    return;
  }
  if (found.wire != ProtobufWire::varint || step.action == Action::address) {
    refuse(Refused::wrong_type);
    return;
  }
  std::uint64_t value = varint_value(found.value, found.size);
  switch (step.action) {
    case Action::late:
      late_[step.slot] = value;
      seen_ |= 1U << step.slot;
      return;
    case Action::list:
      append_item(lists_[step.slot], value);
      has_lists_ = true;
      return;
    case Action::text:
      return;  // in goflow2 before version 2 custom numbers had these field numbers
    case Action::mac:
      value &= step.largest;
      break;
    default:
      break;
  }
  set(row, step.field, value);
  if ((step.action == Action::vlan && value == kUnknownVlan) ||
      (step.action == Action::etype && value == 0)) {
    row.present.remove(step.field);
  } else if (value > step.largest) {
    refuse(Refused::out_of_range);
  }
}

void ProtobufReader::take_bytes(std::string_view bytes, const ProtobufStep& step, Flow& row) {
  switch (step.action) {
    case Action::address:
      store_address(row, step.field, bytes);
      break;
    case Action::text:
      texts_[step.slot] = bytes;
      break;
    case Action::list:
      take_list(bytes, step.slot);
      break;
    default:
      refuse(Refused::wrong_type);
  }
}

/// A list may be packed: its numbers after one another, behind one length.
void ProtobufReader::take_list(std::string_view bytes, std::size_t slot) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at < end) {
    std::uint64_t item = 0;
    at = read_varint(at, item);
    if (at == nullptr || at > end) {
      refuse(Refused::not_protobuf);
      return;
    }
    append_item(lists_[slot], item);
    has_lists_ = true;
  }
}

bool ProtobufReader::is_v1() const {
  if (numbering_ != ProtobufNumbering::by_record) {
    return numbering_ == ProtobufNumbering::v1;
  }
  return !seen(LateField::received_ns) &&
         (seen(LateField::received_s) || seen(LateField::last_seen_s));
}

void ProtobufReader::settle(Flow& row, TextArena& texts) {
  const bool v1 = is_v1();
  if (plan_.wanted().has(field("flow_type"))) {
    settle_type(row, texts, v1);
  }
  settle_network(row, LateField::src_net, field("src_addr"), field("src_net"), field("src_mask"));
  settle_network(row, LateField::dst_net, field("dst_addr"), field("dst_net"), field("dst_mask"));
  if (v1) {
    settle_v1(row, texts);
  } else {
    settle_v2(row);
  }
  if (has_lists_) {
    settle_lists(row, texts);
  }
  row.present &= plan_.wanted();
}

void ProtobufReader::settle_type(Flow& row, TextArena& texts, bool v1) {
  const std::uint64_t type = late(LateField::type);
  const std::string_view name = type_name(type, v1);
  set(row, field("flow_type"), name.empty() ? texts.copy(fmt::format("{}", type)) : name);
}

void ProtobufReader::settle_network(Flow& row, LateField length, FieldId address, FieldId network,
                                    FieldId mask) {
  if (!row.present.has(address) || (!plan_.wanted().has(network) && !plan_.wanted().has(mask))) {
    return;
  }
  const IpAddress host = get_address(row, address);
  const std::uint64_t bits = late(length);
  if (bits > (host.is_ipv4() ? 32U : 128U)) {
    return;  // goflow2 calls this an invalid prefix, and takes the record all the same
  }
  set(row, network, host.masked(static_cast<unsigned>(bits)));
  set(row, mask, bits);
}

void ProtobufReader::store(Flow& row, FieldId id, std::uint64_t value) {
  if (!plan_.wanted().has(id)) {
    return;
  }
  if (value > largest_number(id)) {
    refuse(Refused::out_of_range);
  }
  set(row, id, value);
}

void ProtobufReader::store_text(Flow& row, FieldId id, std::string_view text, TextArena& texts) {
  if (plan_.wanted().has(id)) {
    set(row, id, texts.copy(text));
  }
}

void ProtobufReader::settle_v2(Flow& row) {
  store(row, field("received"), late(LateField::received_ns));
  store(row, field("first_seen"), late(LateField::first_seen_ns));
  store(row, field("last_seen"), late(LateField::last_seen_ns));
  store(row, field("ip_flags"), late(LateField::ip_flags_or_first_seen_s));
  if (seen(LateField::direction)) {
    store(row, field("direction"), late(LateField::direction));
  }
}

/// The milliseconds say the same as the seconds, and more. Cloudflare's goflow has other things in
/// their place, all of them small.
void ProtobufReader::store_seconds(Flow& row, FieldId id, std::uint64_t seconds,
                                   std::uint64_t millis) {
  constexpr std::uint64_t kLeastMillis = std::uint64_t{1} << 32;  // February 1970
  const bool fine = millis >= kLeastMillis;
  std::uint64_t nanos = 0;
  if (__builtin_mul_overflow(fine ? millis : seconds,
                             fine ? kNanosPerSecond / 1000 : kNanosPerSecond, &nanos) &&
      plan_.wanted().has(id)) {
    refuse(Refused::out_of_range);
  }
  store(row, id, nanos);
}

void ProtobufReader::settle_v1(Flow& row, TextArena& texts) {
  store_seconds(row, field("received"), late(LateField::received_s), 0);
  store_seconds(row, field("first_seen"), late(LateField::ip_flags_or_first_seen_s),
                late(LateField::first_seen_ms));
  store_seconds(row, field("last_seen"), late(LateField::last_seen_s),
                late(LateField::last_seen_ms));
  store(row, field("direction"), late(LateField::direction));
  store_text(row, field("in_vrf"), fmt::format("{}", late(LateField::in_vrf)), texts);
  store_text(row, field("out_vrf"), fmt::format("{}", late(LateField::out_vrf)), texts);
  settle_v1_labels(row);
  for (std::size_t i = 0; i < kProtobufTexts.size(); ++i) {
    if (!texts_[i].empty()) {
      std::string mended;
      append_mended(mended, texts_[i]);
      store_text(row, kProtobufTexts[i], mended, texts);
    }
  }
}

void ProtobufReader::settle_v1_labels(Flow& row) {
  if (!seen(LateField::mpls_first)) {
    return;
  }
  store(row, field("mpls_label_top"), late(LateField::mpls_first));
  store(row, field("mpls_label_bottom"), late(LateField::mpls_last));
  for (const LateField label :
       {LateField::mpls_first, LateField::mpls_second, LateField::mpls_third}) {
    if (seen(label)) {
      append_item(lists_[2], late(label));
      has_lists_ = true;
    }
  }
}

void ProtobufReader::settle_lists(Flow& row, TextArena& texts) {
  for (std::size_t i = 0; i < kProtobufLists.size(); ++i) {
    if (!lists_[i].empty()) {
      set(row, kProtobufLists[i], texts.copy(lists_[i]));
    }
  }
}

}  // namespace weir
