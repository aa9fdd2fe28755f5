#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir {

static_assert(std::endian::native == std::endian::little, "keys are compared and cut in place");

/// Multiply and fold, keyed so that nobody outside can choose colliding flows. Every bit of the
/// result matters: the high ones choose partitions, the low 32 the slot in a table.
class GroupHash {
 public:
  explicit GroupHash(std::uint64_t seed)
      : seed_{(seed ^ 0x9e3779b97f4a7c15) | 1U, (seed * 0xd1b54a32d192ed03) | 1U} {}

  /// Of a key's hashed words; `Words` is their number where it is known, else 0.
  template <std::size_t Words>
  [[nodiscard]] std::uint64_t of_key(const std::uint64_t* words, std::size_t count) const {
    if constexpr (Words != 0) {
      count = Words;
    }
    std::uint64_t state = seed_[0];
    std::size_t i = 0;
    for (; i + 2 < count; i += 2) {
      state = fold(words[i] ^ seed_[1], words[i + 1] ^ state);
    }
    const std::uint64_t last = i + 1 < count ? words[i + 1] : 0;
    return finish(fold(words[i] ^ seed_[1], last ^ state));
  }

  /// The word that stands for a text in a key: 32 bits of its hash above its size.
  [[nodiscard]] std::uint64_t of_text(std::string_view text) const {
    std::uint64_t state = seed_[1] ^ text.size();
    const char* at = text.data();
    std::size_t left = text.size();
    for (; left >= 8; left -= 8, at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, sizeof word);
      state = fold(word ^ seed_[0], state);
    }
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < left; ++i) {
      word |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    }
    state = fold(word ^ seed_[0], state);
    return finish(state) << 32 | static_cast<std::uint32_t>(text.size());
  }

 private:
  static std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  /// A product of numbers that count up steps evenly; this spreads it.
  static std::uint64_t finish(std::uint64_t state) {
    state ^= state >> 32;
    state *= 0x9e3779b97f4a7c15;
    return state ^ state >> 32;
  }

  std::array<std::uint64_t, 2> seed_;
};

}  // namespace weir
