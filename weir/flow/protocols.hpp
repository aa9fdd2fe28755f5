#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

/// IANA's keyword of an IP protocol in lower case, as pmacct prints it (`tcp`, `ipv6-icmp`); empty
/// for a number without one. Source: IANA, Assigned Internet Protocol Numbers.
std::string_view protocol_name(std::uint8_t number);

/// A protocol's number by its keyword or a common other name (`icmp6`, `ospf`), case-insensitive,
/// or by the number 0–255 as text.
std::optional<std::uint8_t> parse_protocol(std::string_view text);

}  // namespace weir
