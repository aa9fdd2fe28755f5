#pragma once

#include <cstdint>
#include <limits>

namespace weir {

/// The sum, or the greatest number there is where it would be beyond that.
constexpr std::uint64_t add_saturated(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::uint64_t>::max() : sum;
}

}  // namespace weir
