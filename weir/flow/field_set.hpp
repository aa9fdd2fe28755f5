#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace weir {

/// A field's place in the field table.
using FieldId = std::uint8_t;

/// A set of fields, one bit each.
class FieldSet {
 public:
  static constexpr std::size_t kCapacity = 192;

  constexpr void clear() { words_ = {}; }
  constexpr void add(FieldId id) { words_[id / 64U] |= bit(id); }
  constexpr void remove(FieldId id) { words_[id / 64U] &= ~bit(id); }
  [[nodiscard]] constexpr bool has(FieldId id) const { return (words_[id / 64U] & bit(id)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return (words_[0] | words_[1] | words_[2]) == 0; }
  [[nodiscard]] constexpr std::size_t size() const {
    return static_cast<std::size_t>(std::popcount(words_[0]) + std::popcount(words_[1]) +
                                    std::popcount(words_[2]));
  }

  constexpr FieldSet& operator|=(const FieldSet& other) {
    words_[0] |= other.words_[0];
    words_[1] |= other.words_[1];
    words_[2] |= other.words_[2];
    return *this;
  }
  constexpr FieldSet& operator&=(const FieldSet& other) {
    words_[0] &= other.words_[0];
    words_[1] &= other.words_[1];
    words_[2] &= other.words_[2];
    return *this;
  }
  constexpr bool operator==(const FieldSet&) const = default;

 private:
  static constexpr std::uint64_t bit(FieldId id) { return std::uint64_t{1} << (id % 64U); }

  std::array<std::uint64_t, kCapacity / 64> words_{};
};

}  // namespace weir
