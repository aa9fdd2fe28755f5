#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// An IPv4 or IPv6 address, 16 bytes in network order. IPv4 is kept in its IPv4-mapped form
/// (::ffff:a.b.c.d, RFC 4291 2.5.5.2), so both families compare, hash and mask by one rule, and an
/// IPv4-mapped text is the IPv4 address it means.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  static IpAddress from_ipv4(std::uint32_t host_order);
  /// Dotted quad or RFC 4291 text; nothing if it is neither.
  static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_ipv4() const;
  [[nodiscard]] std::string to_string() const;
  /// Clears the host bits. `length` counts from the family's own first bit (0–32 or 0–128).
  [[nodiscard]] IpAddress masked(unsigned length) const;

  auto operator<=>(const IpAddress&) const = default;
};

/// A network in CIDR notation; host bits are cleared.
struct IpNetwork {
  IpAddress address;
  std::uint8_t length = 0;  ///< within the address's own family

  /// `10.0.0.0/8`, `2001:db8::/32`, or a bare address (its full length).
  static std::optional<IpNetwork> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& candidate) const;
};

/// A MAC address's 48 bits as text, `aa:bb:cc:dd:ee:ff`.
std::string format_mac(std::uint64_t mac);
/// Six hexadecimal bytes separated by `:` or `-`, case-insensitive.
std::optional<std::uint64_t> parse_mac(std::string_view text);

}  // namespace weir
