#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

/// TCP's control bits as flow records carry them: FIN 0x01, SYN 0x02, RST 0x04, PSH 0x08, ACK 0x10,
/// URG 0x20, ECE 0x40, CWR 0x80 (RFC 9293 3.1), NS 0x100 (RFC 3540), and what is reserved above it.

/// Names (`SYN,ACK`, also separated by blanks or `|`), letters (`SA`, in nfdump's form `...A..S.`),
/// or a number (`18`, `0x12`) up to 0xffff; case-insensitive. Nothing if it is none of them.
std::optional<std::uint16_t> parse_tcp_flags(std::string_view text);

}  // namespace weir
