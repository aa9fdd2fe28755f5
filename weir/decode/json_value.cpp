#include "weir/decode/json_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "weir/base/time.hpp"
#include "weir/decode/json_number.hpp"
#include "weir/decode/json_time.hpp"
#include "weir/flow/protocols.hpp"
#include "weir/flow/tcp_flags.hpp"

namespace weir {
namespace {

using Result = std::optional<Refused>;

struct JsonCompanion {
  FieldId of;
  FieldId companion;
};
constexpr Result kStored = std::nullopt;

Result store_proto(Flow& flow, FieldId id, std::string_view text) {
  if (const auto number = parse_protocol(text)) {
    return store_integer(flow, id, *number);
  }
  struct Named {
    std::string_view name;
    std::uint64_t value;
  };
  // goflow2's own names, where IANA has no keyword.
  static constexpr auto kNamed = std::to_array<Named>({{"any-host-internal-protocol", 61},
                                                       {"any-local-network", 63},
                                                       {"any-distributed-file-system", 68},
                                                       {"any-private-encryption-scheme", 99},
                                                       {"any-0-hop-protocol", 114},
                                                       {"ISIS over IPv4", 124}});
  for (const Named& named : kNamed) {
    if (named.name == text) {
      return store_integer(flow, id, named.value);
    }
  }
  // These stand for many numbers: which one it was goflow2 does not tell.
  if (text == "unassigned" || text == "experimental" || text == "reserved") {
    return kStored;
  }
  return store_digits(flow, id, text);
}

/// pmacct prints the EtherType as bare hexadecimal; goflow2 prints names.
Result store_etype(Flow& flow, FieldId id, std::string_view text) {
  struct Named {
    std::string_view name;
    std::uint64_t value;
  };
  static constexpr auto kNamed =
      std::to_array<Named>({{"IPv4", 0x0800}, {"IPv6", 0x86dd}, {"ARP", 0x0806}});
  for (const Named& named : kNamed) {
    if (named.name == text) {
      return store_integer(flow, id, named.value);
    }
  }
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
  }
  return store_digits(flow, id, text, 16);
}

Result store_tcp_flags(Flow& flow, FieldId id, std::string_view text) {
  if (const auto flags = parse_tcp_flags(text)) {
    return store_integer(flow, id, *flags);
  }
  return store_digits(flow, id, text);
}

Result store_time(Flow& flow, FieldId id, const JsonScalar& value) {
  std::optional<UnixNanos> time;
  Result refused = Refused::wrong_type;
  switch (value.shape) {
    case JsonScalar::Shape::integer:
      refused = read_time_number(value.integer, time);
      break;
    case JsonScalar::Shape::negative:
    case JsonScalar::Shape::real:
      refused = read_time_real(value.number, time);
      break;
    case JsonScalar::Shape::text:
      refused = read_time_text(value.text, time);
      break;
    case JsonScalar::Shape::boolean:
      break;
  }
  if (time) {
    set(flow, id, *time);
  }
  return refused;
}

/// A network's mask, and what names its country in letters, if the field is a network or a number
/// of a country.
constexpr auto kCompanions = std::to_array<JsonCompanion>({
    {field("src_net"), field("src_mask")},
    {field("dst_net"), field("dst_mask")},
    {field("src_country_numeric"), field("src_country")},
    {field("dst_country_numeric"), field("dst_country")},
});

Result store_network(Flow& flow, FieldId id, FieldId mask, std::string_view text) {
  const auto network = IpNetwork::parse(text);
  if (!network) {
    return Refused::wrong_type;
  }
  set(flow, id, network->address);
  if (text.find('/') != std::string_view::npos) {
    set(flow, mask, std::uint64_t{network->length});
  }
  return kStored;
}

Result store_address(Flow& flow, FieldId id, std::string_view text) {
  if (const auto mask = json_companion(id)) {
    return store_network(flow, id, *mask, text);
  }
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  // What was grouped by networks says 192.0.2.0/24 here, too.
  if (!address || (slash != std::string_view::npos && !IpNetwork::parse(text))) {
    return Refused::wrong_type;
  }
  set(flow, id, *address);
  return kStored;
}

Result store_mac(Flow& flow, FieldId id, std::string_view text) {
  const auto mac = parse_mac(text);
  if (!mac) {
    return Refused::wrong_type;
  }
  set(flow, id, *mac);
  return kStored;
}

/// pmacct joins the items of communities and AS paths by `_`.
Result store_list(Flow& flow, FieldId id, std::string_view text, TextArena& texts) {
  if (text.find('_') != std::string_view::npos) {
    char* const items = texts.allocate(text.size());
    std::replace_copy(text.begin(), text.end(), items, '_', ' ');
    text = {items, text.size()};
  }
  set(flow, id, text);
  return kStored;
}

Result store_as_text(Flow& flow, FieldId id, const JsonScalar& value, TextArena& texts) {
  switch (value.shape) {
    case JsonScalar::Shape::text:
      set(flow, id, value.text);
      break;
    case JsonScalar::Shape::integer:
      set(flow, id, texts.copy(fmt::format("{}", value.integer)));
      break;
    case JsonScalar::Shape::negative:
    case JsonScalar::Shape::real:
      set(flow, id, texts.copy(fmt::format("{}", value.number)));
      break;
    case JsonScalar::Shape::boolean:
      set(flow, id, std::string_view(value.integer != 0 ? "true" : "false"));
      break;
  }
  return kStored;
}

Result store_real(Flow& flow, FieldId id, const JsonScalar& value) {
  double number = value.number;
  switch (value.shape) {
    case JsonScalar::Shape::integer:
      number = static_cast<double>(value.integer);
      break;
    case JsonScalar::Shape::negative:
    case JsonScalar::Shape::real:
      break;
    case JsonScalar::Shape::boolean:
      return Refused::wrong_type;
    case JsonScalar::Shape::text: {
      const char* const end = value.text.data() + value.text.size();
      const auto [rest, error] = std::from_chars(value.text.data(), end, number);
      if (error != std::errc{} || rest != end || !std::isfinite(number)) {
        return Refused::wrong_type;
      }
    }
  }
  set(flow, id, number);
  return kStored;
}

Result store_from_text(Flow& flow, FieldId id, std::string_view text) {
  switch (info(id).kind) {
    case Kind::number:
      return store_digits(flow, id, text);
    case Kind::proto:
      return store_proto(flow, id, text);
    case Kind::etype:
      return store_etype(flow, id, text);
    case Kind::tcp_flags:
      return store_tcp_flags(flow, id, text);
    case Kind::mac:
      return store_mac(flow, id, text);
    case Kind::address:
      return store_address(flow, id, text);
    default:
      return Refused::wrong_type;
  }
}

bool is_latency(FieldId id) {
  return id == field("client_latency") || id == field("server_latency") ||
         id == field("app_latency");
}

/// nfdump prints latencies as milliseconds with six decimals; they are kept as microseconds.
Result store_milliseconds(Flow& flow, FieldId id, double value) {
  return store_real_as_integer(flow, id, std::round(value * 1000));
}

/// nfdump prints ICMP's type and code as `8.0` where TCP has its port.
Result store_type_and_code(Flow& flow, FieldId id, std::string_view text) {
  const char* const end = text.data() + text.size();
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  const auto [point, error] = std::from_chars(text.data(), end, type);
  if (error != std::errc{} || point == end || *point != '.') {
    return Refused::wrong_type;
  }
  const auto [rest, code_error] = std::from_chars(point + 1, end, code);
  if (code_error != std::errc{} || rest != end) {
    return Refused::wrong_type;
  }
  return store_integer(flow, id, std::uint64_t{type} * 256 + code);
}

/// Words where other dialects have a number; it is not told which ones they stand for.
Result store_word(Flow& flow, FieldId id, std::string_view text) {
  if (id != field("direction")) {
    return kStored;
  }
  if (text == "I" || text == "E") {
    return store_integer(flow, id, text == "E" ? 1 : 0);
  }
  return kStored;
}

bool is_letters(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

/// sFlow says so that it does not know a VLAN (its version 5, extended_switch), and goflow2 prints
/// it.
bool says_no_vlan(FieldId id, const JsonScalar& value) {
  constexpr std::uint64_t kUnknown = 0xffff'ffff;
  return (id == field("src_vlan") || id == field("dst_vlan")) &&
         (value.shape == JsonScalar::Shape::integer ? value.integer == kUnknown
                                                    : value.text == "4294967295");
}

/// A value that is not of the field's own kind: what another dialect means by it.
Result assign_by_shape(Flow& flow, FieldId id, const JsonScalar& value) {
  const bool is_text = value.shape == JsonScalar::Shape::text;
  switch (id) {
    case field("src_net"):
    case field("dst_net"): {
      // goflow's SrcNet is the mask's length.
      const FieldId mask = *json_companion(id);
      return is_text ? store_digits(flow, mask, value.text) : store_number(flow, mask, value);
    }
    case field("src_country_numeric"):
    case field("dst_country_numeric"):
      if (is_text && is_letters(value.text)) {
        set(flow, *json_companion(id), value.text);
        return kStored;
      }
      break;
    case field("src_port"):
    case field("dst_port"):
      return is_text ? store_type_and_code(flow, id, value.text) : Refused::wrong_type;
    case field("direction"):
    case field("fw_event"):
    case field("nat_event"):
    case field("ext_event"):
      return is_text && !value.text.empty() ? store_word(flow, id, value.text)
                                            : Refused::wrong_type;
    default:
      break;
  }
  if (is_latency(id) && is_text) {
    double number = 0;
    const char* const end = value.text.data() + value.text.size();
    const auto [rest, error] = std::from_chars(value.text.data(), end, number);
    const bool whole = !value.text.empty() && error == std::errc{} && rest == end;
    return whole && std::isfinite(number) ? store_milliseconds(flow, id, number)
                                          : Refused::wrong_type;
  }
  return Refused::wrong_type;
}

/// How goflow, and goflow2 as well, print an address or network that they do not have.
bool says_no_address(std::string_view text) {
  return text == "<nil>" || text == "invalid Prefix" || text == "invalid IP";
}

Result assign_as_kind(Flow& flow, FieldId id, const JsonScalar& value, TextArena& texts) {
  const Kind kind = info(id).kind;
  const bool is_text = value.shape == JsonScalar::Shape::text;
  switch (kind) {
    case Kind::text:
      return store_as_text(flow, id, value, texts);
    case Kind::list:
      return is_text ? store_list(flow, id, value.text, texts)
                     : store_as_text(flow, id, value, texts);
    case Kind::number:
      if (value.shape == JsonScalar::Shape::real && is_latency(id)) {
        return store_milliseconds(flow, id, value.number);
      }
      return is_text ? store_digits(flow, id, value.text) : store_number(flow, id, value);
    default:
      break;
  }
  if (is_text && (value.text.empty() || (kind == Kind::address && says_no_address(value.text)))) {
    return kStored;
  }
  if (kind == Kind::real) {
    return store_real(flow, id, value);
  }
  if (kind == Kind::time) {
    return store_time(flow, id, value);
  }
  if (is_text) {
    return store_from_text(flow, id, value.text);
  }
  if (storage_of(kind) == Storage::integer) {
    return store_number(flow, id, value);
  }
  return Refused::wrong_type;
}

}  // namespace

std::optional<FieldId> json_companion(FieldId id) {
  for (const JsonCompanion& pair : kCompanions) {
    if (pair.of == id) {
      return pair.companion;
    }
  }
  return std::nullopt;
}

std::optional<Refused> assign_json(Flow& flow, FieldId id, const JsonScalar& value,
                                   TextArena& texts) {
  const Result refused = assign_as_kind(flow, id, value, texts);
  if (refused == Refused::wrong_type) {
    return assign_by_shape(flow, id, value);
  }
  return refused && says_no_vlan(id, value) ? kStored : refused;
}

}  // namespace weir
