#include "weir/io/block_compression.hpp"

#include "weir/io/bzip2.hpp"
#include "weir/io/lz4.hpp"
#include "weir/io/lzo.hpp"
#include "weir/io/zstd.hpp"

namespace weir {

std::string_view name_of(BlockCompression compression) {
  switch (compression) {
    case BlockCompression::lzo:
      return "LZO";
    case BlockCompression::bzip2:
      return "bzip2";
    case BlockCompression::lz4:
      return "LZ4";
    case BlockCompression::zstd:
      return "ZSTD";
    default:
      return "no compression";
  }
}

std::optional<std::size_t> decompress_block(BlockCompression compression, std::string_view in,
                                            std::span<char> out) {
  switch (compression) {
    case BlockCompression::lzo:
      return lzo_decompress(in, out);
    case BlockCompression::bzip2:
      return bzip2_decompress(in, out);
    case BlockCompression::lz4:
      return lz4_decompress(in, out);
    case BlockCompression::zstd:
      return zstd_decompress(in, out);
    default:
      return std::nullopt;
  }
}

}  // namespace weir
