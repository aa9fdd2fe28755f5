#include "weir/io/lz4.hpp"

#include <lz4.h>

#include <climits>

namespace weir {

std::optional<std::size_t> lz4_decompress(std::string_view in, std::span<char> out) {
  if (in.size() > INT_MAX || out.size() > INT_MAX) {
    return std::nullopt;
  }
  const int made = LZ4_decompress_safe(in.data(), out.data(), static_cast<int>(in.size()),
                                       static_cast<int>(out.size()));
  return made < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(made));
}

std::optional<std::size_t> lz4_compress(std::string_view in, std::span<char> out) {
  if (in.size() > LZ4_MAX_INPUT_SIZE || out.size() > INT_MAX) {
    return std::nullopt;
  }
  const int made = LZ4_compress_default(in.data(), out.data(), static_cast<int>(in.size()),
                                        static_cast<int>(out.size()));
  return made <= 0 ? std::nullopt : std::optional(static_cast<std::size_t>(made));
}

}  // namespace weir
