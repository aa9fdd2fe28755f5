#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace weir {

/// Decompresses one LZ4 block (no frame), as nfcapd -y writes them, into `out`. The number of bytes
/// made; nothing where it is damaged or does not fit.
[[nodiscard]] std::optional<std::size_t> lz4_decompress(std::string_view in, std::span<char> out);

/// Packs one block into `out`. The number of bytes made; nothing where they do not fit.
[[nodiscard]] std::optional<std::size_t> lz4_compress(std::string_view in, std::span<char> out);

}  // namespace weir
