#include "weir/flow/filter_values.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "weir/base/time.hpp"
#include "weir/flow/protocols.hpp"
#include "weir/flow/tcp_flags.hpp"

namespace weir {
namespace {

using Integers = FilterRange<std::uint64_t>;
using Addresses = FilterRange<IpAddress>;

std::uint64_t limit(const FieldInfo& field) {
  return field.bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << field.bits) - 1;
}

template <typename Number, typename... Base>
std::optional<Number> whole(std::string_view text, Base... base) {
  Number number{};
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, base...);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

std::optional<std::uint64_t> hexadecimal(std::string_view text) {
  if (text.size() < 3 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X')) {
    return std::nullopt;
  }
  return whole<std::uint64_t>(text.substr(2), 16);
}

/// Takes the unit off the end of the text; 1 when there is none.
std::uint64_t take_unit(std::string_view& text) {
  if (text.empty()) {
    return 1;
  }
  const char unit = text.back();
  const std::uint64_t factor = unit == 'k' || unit == 'K' ? 1'000
                               : unit == 'M'              ? 1'000'000
                               : unit == 'G'              ? 1'000'000'000
                                                          : 1;
  text.remove_suffix(factor == 1 ? 0 : 1);
  return factor;
}

/// `1500`, `0x5dc`, `1.5k`; the result must be whole.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (const auto number = hexadecimal(text)) {
    return number;
  }
  const std::uint64_t unit = take_unit(text);
  const std::size_t dot = text.find('.');
  const auto integral = whole<std::uint64_t>(text.substr(0, dot));
  std::uint64_t total = 0;
  if (!integral || __builtin_mul_overflow(*integral, unit, &total)) {
    return std::nullopt;
  }
  if (dot == std::string_view::npos) {
    return total;
  }
  std::uint64_t place = unit;
  for (const char c : text.substr(dot + 1)) {
    if (c < '0' || c > '9' || (c != '0' && (place == 0 || place % 10 != 0))) {
      return std::nullopt;
    }
    place /= 10;
    if (__builtin_add_overflow(total, place * static_cast<std::uint64_t>(c - '0'), &total)) {
      return std::nullopt;
    }
  }
  return dot + 1 < text.size() ? std::optional(total) : std::nullopt;
}

/// Records show EtherTypes in hexadecimal, while numbers in filters are decimal: digits alone are
/// refused, because `8847` could mean either.
std::optional<std::uint64_t> parse_etype(std::string_view text, bool quoted) {
  constexpr auto kNames = std::to_array<std::pair<std::string_view, std::uint64_t>>({
      {"ipv4", 0x0800},
      {"arp", 0x0806},
      {"vlan", 0x8100},
      {"ipv6", 0x86dd},
      {"mpls", 0x8847},
  });
  for (const auto& [name, number] : kNames) {
    if (name == text) {
      return number;
    }
  }
  if (const auto number = hexadecimal(text)) {
    return number;
  }
  const bool digits_alone = text.find_first_not_of("0123456789") == std::string_view::npos;
  return digits_alone && !quoted ? std::nullopt : whole<std::uint64_t>(text, 16);
}

std::optional<std::uint64_t> parse_integer(const FieldInfo& field, std::string_view text,
                                           bool quoted) {
  switch (field.kind) {
    case Kind::time:
      return parse_time(text);
    case Kind::mac:
      return parse_mac(text);
    case Kind::etype:
      return parse_etype(text, quoted);
    case Kind::proto:
      if (const auto number = parse_protocol(text)) {
        return *number;
      }
      return hexadecimal(text);
    case Kind::tcp_flags:
      if (const auto flags = parse_tcp_flags(text)) {
        return *flags;
      }
      return std::nullopt;
    default:
      return quoted ? std::nullopt : parse_number(text);
  }
}

std::optional<FilterItem> parse_network(std::string_view text) {
  const auto network = IpNetwork::parse(text);
  if (!network) {
    return std::nullopt;
  }
  Addresses range{network->address, network->address};
  const unsigned first_host_bit = network->length + (network->address.is_ipv4() ? 96U : 0U);
  for (unsigned bit = first_host_bit; bit < 128; ++bit) {
    range.high.bytes[bit / 8] |= static_cast<std::uint8_t>(0x80U >> (bit % 8));
  }
  return range;
}

}  // namespace

std::optional<FilterItem> parse_filter_value(const FieldInfo& field, std::string_view text,
                                             bool quoted) {
  switch (storage_of(field.kind)) {
    case Storage::text:
      return quoted ? std::optional<FilterItem>(std::string(text)) : std::nullopt;
    case Storage::address:
      return parse_network(text);
    case Storage::real: {
      const auto number = quoted ? std::nullopt : whole<double>(text);
      return number && std::isfinite(*number)
                 ? std::optional<FilterItem>(FilterRange<double>{*number, *number})
                 : std::nullopt;
    }
    case Storage::integer:
      break;
  }
  const auto number = parse_integer(field, text, quoted);
  return number && *number <= limit(field) ? std::optional<FilterItem>(Integers{*number, *number})
                                           : std::nullopt;
}

std::optional<FilterItem> join_filter_range(const FieldInfo& field, const FilterItem& low,
                                            const FilterItem& high) {
  if (field.kind == Kind::tcp_flags || is_range(low) || is_range(high)) {
    return std::nullopt;
  }
  if (const auto* from = std::get_if<Integers>(&low)) {
    return Integers{from->low, std::get<Integers>(high).low};
  }
  if (const auto* from = std::get_if<FilterRange<double>>(&low)) {
    return FilterRange<double>{from->low, std::get<FilterRange<double>>(high).low};
  }
  if (const auto* from = std::get_if<Addresses>(&low)) {
    const Addresses range{from->low, std::get<Addresses>(high).low};
    return range.low.is_ipv4() == range.high.is_ipv4() ? std::optional<FilterItem>(range)
                                                       : std::nullopt;
  }
  return std::nullopt;
}

std::optional<FilterItem> parse_filter_range(const FieldInfo& field, std::string_view text) {
  for (std::size_t dash = text.find('-', 1); dash < text.size(); dash = text.find('-', dash + 1)) {
    const auto low = parse_filter_value(field, text.substr(0, dash), false);
    const auto high = low ? parse_filter_value(field, text.substr(dash + 1), false) : std::nullopt;
    if (high) {
      return join_filter_range(field, *low, *high);
    }
  }
  return std::nullopt;
}

bool runs_backwards(const FilterItem& item) {
  return std::visit(
      [](const auto& value) {
        if constexpr (requires { value.low; }) {
          return value.high < value.low;
        } else {
          return false;
        }
      },
      item);
}

bool is_range(const FilterItem& item) {
  return std::visit(
      [](const auto& value) {
        if constexpr (requires { value.low; }) {
          return value.low != value.high;
        } else {
          return false;
        }
      },
      item);
}

std::string filter_value_hint(const FieldInfo& field) {
  switch (field.kind) {
    case Kind::number:
      return fmt::format("a whole number from 0 to {}, such as 80 or 10k", limit(field));
    case Kind::time:
      return "a time such as 2026-01-02T03:04:05Z or 2026-01-02";
    case Kind::mac:
      return "a MAC address such as 00:00:5e:00:53:01";
    case Kind::proto:
      return "a protocol's name or number from 0 to 255, such as tcp or 6";
    case Kind::etype:
      return "an EtherType in hexadecimal with 0x in front (0x800), or ipv4, ipv6, arp, mpls, vlan";
    case Kind::tcp_flags:
      return fmt::format("TCP flags such as SYN,ACK or SA, or a number from 0 to {}", limit(field));
    case Kind::real:
      return "a number such as 52.5";
    case Kind::address:
      return "an address or a network such as 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32";
    case Kind::text:
    case Kind::list:
      return fmt::format("a text in single quotes: {} == 'edge1'", field.name);
  }
  return "a value";
}

}  // namespace weir
