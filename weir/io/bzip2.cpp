#include "weir/io/bzip2.hpp"

#include <bzlib.h>

#include <climits>

namespace weir {

std::optional<std::size_t> bzip2_decompress(std::string_view in, std::span<char> out) {
  if (in.size() > UINT_MAX || out.size() > UINT_MAX) {
    return std::nullopt;
  }
  auto made = static_cast<unsigned>(out.size());
  // The library only reads its input; its API merely lacks the const.
  const int status = BZ2_bzBuffToBuffDecompress(out.data(), &made, const_cast<char*>(in.data()),
                                                static_cast<unsigned>(in.size()), 0, 0);
  return status == BZ_OK ? std::optional(std::size_t{made}) : std::nullopt;
}

}  // namespace weir
