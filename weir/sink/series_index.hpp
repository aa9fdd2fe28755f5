#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "weir/base/flat_map.hpp"
#include "weir/sink/series_registry.hpp"

namespace weir {

/// One pipeline's map from series keys to series ids, with what is pending for each series. Owned
/// by the pipeline's thread.
///
/// Slots (open addressing, linear probing) name cells; a cell holds a series' id, its pending value
/// and its own copy of the key, one after another. So a record touches two places in memory, whose
/// addresses are known early, and not the registry's texts.
class SeriesIndex {
 public:
  /// Where a series' cell lies.
  using Cell = std::uint32_t;
  static constexpr Cell kOther = 0;  ///< the cell of SeriesRegistry::kOther, which no key leads to

  SeriesIndex();

  /// Keys are whole words, filled up with zeros.
  [[nodiscard]] std::uint32_t hash_of(std::string_view key) const;
  /// The cell of a key; kOther where there is none.
  [[nodiscard]] Cell find(std::string_view key, std::uint32_t hash) const;
  void insert(std::string_view key, SeriesId id);
  /// So many keys will be inserted.
  void reserve(std::size_t keys);
  /// Forgets the key; its cell stays as it is, for the series may come back.
  void erase(std::string_view key, SeriesId id);
  /// The series that was erased will not come back. It has nothing pending.
  void forget(SeriesId id);

  [[nodiscard]] SeriesId id(Cell cell) const { return static_cast<SeriesId>(words(cell)[kId]); }
  [[nodiscard]] std::uint64_t& pending(Cell cell) { return words(cell)[kPending]; }
  [[nodiscard]] std::uint64_t pending(Cell cell) const { return words(cell)[kPending]; }

  /// Most keys are found in the first slots they can be in. These three look there, each after the
  /// memory was asked for by the one before, so that a batch's rows wait for it together.
  void prefetch(std::uint32_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }
  [[nodiscard]] Cell guess(std::uint32_t hash) const {
    // Without branches: which slot it is cannot be predicted.
    Cell cell = kOther;
    for (std::uint32_t i = kGuessed; i-- > 0;) {
      const Slot slot = slots_[(hash + i) & mask_];
      cell = slot.hash == hash && slot.cell != kErased ? slot.cell : cell;
    }
    // A cell with a usual key often lies on two cache lines.
    __builtin_prefetch(words(cell), 1);
    __builtin_prefetch(words(cell) + kUsualCell, 1);
    return cell;
  }
  [[nodiscard]] bool holds(Cell cell, std::string_view key) const {
    const std::uint64_t* const at = words(cell);
    if (at[kId] >> 32 != key.size() || cell == kOther) {
      return false;
    }
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < key.size() / sizeof *at; ++i) {
      difference |= at[kKey + i] ^ word_at(key.data() + i * sizeof *at);
    }
    return difference == 0;
  }

 private:
  /// 0 is empty.
  struct Slot {
    std::uint32_t hash = 0;
    Cell cell = 0;
  };
  /// A slot whose series was retired, so that probing goes on behind it.
  static constexpr Cell kErased = ~Cell{0};

  static constexpr std::uint32_t kGuessed = 4;  ///< slots

  // What the words of a cell are. The id shares its word with the key's size.
  static constexpr std::size_t kPending = 0;
  static constexpr std::size_t kId = 1;
  static constexpr std::size_t kKey = 2;

  static constexpr std::size_t kUsualCell = 6;  ///< words: two numbers and a host name

  static constexpr std::size_t kChunkWords = std::size_t{1} << 16;

  static std::uint64_t word_at(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
  }
  static std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  [[nodiscard]] std::uint64_t* words(Cell cell) const {
    return chunks_[cell / kChunkWords].get() + cell % kChunkWords;
  }
  Cell make_cell(std::string_view key, SeriesId id);
  void fill_cell(Cell cell, std::string_view key, SeriesId id);
  void resize(std::size_t slots);

  std::array<std::uint64_t, 2> seed_;
  std::vector<Slot> slots_;
  std::size_t mask_;
  std::size_t used_ = 0;  ///< slots, with erased ones
  std::size_t live_ = 0;  ///< slots, without them
  std::vector<std::unique_ptr<std::uint64_t[]>> chunks_;
  std::size_t next_word_ = 0;
  FlatMap<SeriesId, Cell> retired_;
  FlatMap<std::size_t, std::vector<Cell>> free_;  ///< forgotten cells by their size in words
};

/// Multiply and fold, 16 bytes a step, keyed so that nobody outside can choose colliding labels.
inline std::uint32_t SeriesIndex::hash_of(std::string_view key) const {
  std::uint64_t state = seed_[0] ^ key.size();
  const char* at = key.data();
  std::size_t left = key.size();
  for (; left >= 16; left -= 16) {
    state = fold(word_at(at) ^ seed_[1], word_at(at + 8) ^ state);
    at += 16;
  }
  const std::uint64_t last = left == 0 ? 0 : word_at(at);
  // A product of numbers that count up steps evenly, which with an unlucky factor leaves most slots
  // empty; this makes every bit of it matter.
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;
  std::uint64_t mixed = fold(last ^ seed_[1], state);
  mixed ^= mixed >> 32;
  return static_cast<std::uint32_t>(mixed * kGolden >> 32);
}

}  // namespace weir
