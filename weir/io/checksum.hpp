#pragma once

#include <cstdint>
#include <string_view>

namespace weir {

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), by the processor's own instruction where there is
/// one. Goes on from `before`, the checksum of the bytes in front of these; any other number in its
/// place makes it a checksum that nobody can forge who does not know that number.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace weir
