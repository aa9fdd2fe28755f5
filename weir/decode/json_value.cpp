#include "weir/decode/json_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "weir/base/flat_map.hpp"
#include "weir/base/time.hpp"
#include "weir/flow/protocols.hpp"
#include "weir/flow/tcp_flags.hpp"

namespace weir {
namespace {

using Result = std::optional<Refused>;
constexpr Result kStored = std::nullopt;

Result store_integer(Flow& flow, FieldId id, std::uint64_t value) {
  if (value > largest_number(id)) {
    return Refused::out_of_range;
  }
  set(flow, id, value);
  return kStored;
}

/// A JSON number with a fraction or exponent stands for an integer when it is one.
Result store_real_as_integer(Flow& flow, FieldId id, double value) {
  if (std::floor(value) != value) {
    return Refused::wrong_type;
  }
  constexpr double kTwoTo64 = 18446744073709551616.0;
  if (value < 0 || value >= kTwoTo64) {
    return Refused::out_of_range;
  }
  return store_integer(flow, id, static_cast<std::uint64_t>(value));
}

/// Decimal digits. `-` before digits is a number too, but none that a field can hold.
Result store_digits(Flow& flow, FieldId id, std::string_view text, int base = 10) {
  const bool negative = text.starts_with('-');
  if (negative) {
    text.remove_prefix(1);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || end != text.data() + text.size() || error == std::errc::invalid_argument) {
    return Refused::wrong_type;
  }
  if (error == std::errc::result_out_of_range || (negative && value != 0)) {
    return Refused::out_of_range;
  }
  return store_integer(flow, id, value);
}

Result store_number_shape(Flow& flow, FieldId id, const JsonScalar& value) {
  switch (value.shape) {
    case JsonScalar::Shape::integer:
      return store_integer(flow, id, value.integer);
    case JsonScalar::Shape::negative:
    case JsonScalar::Shape::real:
      return store_real_as_integer(flow, id, value.number);
    default:
      return Refused::wrong_type;
  }
}

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

/// A bare integer's unit follows from its size: up to the year 5138 in seconds, and so on.
constexpr std::uint64_t kSecondsBelow = 100'000'000'000;

Result store_time_number(Flow& flow, FieldId id, std::uint64_t value) {
  std::uint64_t scale = 1;
  if (value < kSecondsBelow) {
    scale = kNanosPerSecond;
  } else if (value < kSecondsBelow * 1000) {
    scale = 1'000'000;
  } else if (value < kSecondsBelow * 1'000'000) {
    scale = 1000;
  }
  std::uint64_t nanos = 0;
  if (__builtin_mul_overflow(value, scale, &nanos)) {
    return Refused::out_of_range;
  }
  set(flow, id, nanos);
  return kStored;
}

Result store_time_real(Flow& flow, FieldId id, double value) {
  constexpr double kTwoTo64 = 18446744073709551616.0;
  if (value < 0 || value >= kTwoTo64) {
    return Refused::out_of_range;
  }
  if (std::floor(value) == value) {
    return store_time_number(flow, id, static_cast<std::uint64_t>(value));
  }
  if (value >= static_cast<double>(kSecondsBelow)) {
    return Refused::wrong_type;
  }
  // A double holds today's seconds to a quarter of a microsecond.
  const double micros = std::round(value * 1e6);
  if (micros * 1000 >= kTwoTo64) {
    return Refused::out_of_range;
  }
  set(flow, id, static_cast<std::uint64_t>(micros) * 1000);
  return kStored;
}

Result store_time_shape(Flow& flow, FieldId id, const JsonScalar& value) {
  switch (value.shape) {
    case JsonScalar::Shape::integer:
      return store_time_number(flow, id, value.integer);
    case JsonScalar::Shape::negative:
    case JsonScalar::Shape::real:
      return store_time_real(flow, id, value.number);
    default:
      return Refused::wrong_type;
  }
}

Result store_time(Flow& flow, FieldId id, std::string_view text) {
  // This is how pmacct prints that it knows no time.
  if (text.starts_with("0000-00-00")) {
    return kStored;
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end == text.data() + text.size()) {
    return error == std::errc{} ? store_time_number(flow, id, number) : Refused::out_of_range;
  }
  // RFC 9557 lets the name of the zone follow, `[Europe/Berlin]`; the offset before it says it all.
  if (text.ends_with(']')) {
    text = text.substr(0, text.find('['));
  }
  const auto time = parse_time(text);
  if (!time) {
    return Refused::wrong_type;
  }
  set(flow, id, *time);
  return kStored;
}

Result store_address(Flow& flow, FieldId id, std::string_view text) {
  const auto network = IpNetwork::parse(text);
  if (!network) {
    return Refused::wrong_type;
  }
  set(flow, id, network->address);
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
    case Kind::time:
      return store_time(flow, id, text);
    case Kind::mac:
      return store_mac(flow, id, text);
    case Kind::address:
      return store_address(flow, id, text);
    default:
      return Refused::wrong_type;
  }
}

FlatMap<std::string, FieldId> make_keys() {
  FlatMap<std::string, FieldId> keys;
  for (std::size_t i = 0; i < kNamedFields.size(); ++i) {
    const auto id = static_cast<FieldId>(i);
    for (const std::string_view key : {kFields[i].pmacct, kFields[i].goflow2, kFields[i].name}) {
      if (!key.empty()) {
        keys.try_emplace(std::string(key), id);
      }
    }
  }
  // With nfacctd_stitching pmacct adds the first and last time of what it merged.
  keys.try_emplace("timestamp_min", field("first_seen"));
  keys.try_emplace("timestamp_max", field("last_seen"));
  return keys;
}

}  // namespace

std::optional<FieldId> json_key_field(std::string_view key) {
  static const auto keys = make_keys();
  const auto found = keys.find(key);
  return found == keys.end() ? std::nullopt : std::optional(found->second);
}

std::uint64_t largest_number(FieldId id) {
  const unsigned bits = info(id).bits;
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

std::optional<Refused> assign_json(Flow& flow, FieldId id, const JsonScalar& value,
                                   TextArena& texts) {
  const Kind kind = info(id).kind;
  const bool is_text = value.shape == JsonScalar::Shape::text;
  switch (kind) {
    case Kind::text:
      return store_as_text(flow, id, value, texts);
    case Kind::list:
      return is_text ? store_list(flow, id, value.text, texts)
                     : store_as_text(flow, id, value, texts);
    case Kind::number:
      return is_text ? store_digits(flow, id, value.text) : store_number_shape(flow, id, value);
    default:
      break;
  }
  if (is_text && value.text.empty()) {
    return kStored;
  }
  if (kind == Kind::real) {
    return store_real(flow, id, value);
  }
  if (is_text) {
    return store_from_text(flow, id, value.text);
  }
  if (kind == Kind::time) {
    return store_time_shape(flow, id, value);
  }
  if (storage_of(kind) == Storage::integer) {
    return store_number_shape(flow, id, value);
  }
  return Refused::wrong_type;
}

}  // namespace weir
