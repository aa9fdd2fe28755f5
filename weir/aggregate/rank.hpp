#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace weir {

// Numbers that are in the order of what they are made of, so that sorting mostly compares numbers.

/// Of the first 8 bytes of a text or an address.
inline std::uint64_t rank_of_bytes(std::string_view bytes) {
  std::uint64_t rank = 0;
  for (std::size_t i = 0; i < sizeof rank; ++i) {
    rank = rank << 8U | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
  }
  return rank;
}

/// What is no number comes last.
inline std::uint64_t rank_of_real(double value) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63U;
  if (std::isnan(value)) {
    return std::numeric_limits<std::uint64_t>::max();
  }
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

}  // namespace weir
