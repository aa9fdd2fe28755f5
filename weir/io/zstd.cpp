#include "weir/io/zstd.hpp"

#include <zstd.h>

namespace weir {

std::optional<std::size_t> zstd_decompress(std::string_view in, std::span<char> out) {
  if (in.empty()) {
    return std::nullopt;  // no frame; the library takes it for zero of them
  }
  const std::size_t made = ZSTD_decompress(out.data(), out.size(), in.data(), in.size());
  return ZSTD_isError(made) != 0 ? std::nullopt : std::optional(made);
}

}  // namespace weir
