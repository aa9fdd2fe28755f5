#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace weir {

/// Decompresses one Zstandard frame, into `out`. The number of bytes made;
/// nothing where it is damaged or does not fit.
[[nodiscard]] std::optional<std::size_t> zstd_decompress(std::string_view in, std::span<char> out);

}  // namespace weir
