#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace weir {

/// Decompresses one LZO1X stream, as nfcapd -z writes one for each block, into `out`. The number of
/// bytes made; nothing where the stream is damaged, does not fit, or is followed by more bytes.
/// Reads and writes only within `in` and `out`, whatever the stream holds.
[[nodiscard]] std::optional<std::size_t> lzo_decompress(std::string_view in, std::span<char> out);

}  // namespace weir
