#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace weir {

/// How the blocks of a file are packed. The numbers are those of nfcapd's files.
enum class BlockCompression : std::uint8_t { none = 0, lzo = 1, bzip2 = 2, lz4 = 3, zstd = 4 };

/// The name of a compression, for messages.
[[nodiscard]] std::string_view name_of(BlockCompression compression);

/// Unpacks one block into `out`. The number of bytes made; nothing where the block is damaged or
/// does not fit. Must not be called with `none`.
[[nodiscard]] std::optional<std::size_t> decompress_block(BlockCompression compression,
                                                          std::string_view in, std::span<char> out);

}  // namespace weir
