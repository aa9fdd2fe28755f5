#include "weir/io/checksum.hpp"

#include <isa-l/crc.h>

#include <cstddef>

namespace weir {

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
  constexpr std::size_t kMaxPiece = std::size_t{1} << 30;  // ISA-L takes an int
  std::uint32_t state = ~before;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kMaxPiece);
    // ISA-L only reads; its API merely lacks the const. It leaves both inversions to its caller.
    auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(piece.data()));
    state = crc32_iscsi(data, static_cast<int>(piece.size()), state);
    bytes.remove_prefix(piece.size());
  }
  return ~state;
}

}  // namespace weir
