#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "weir/aggregate/group_layout.hpp"

namespace weir {

/// Texts that are kept, in blocks. The latest ones are remembered, since the same few texts are in
/// many keys.
class GroupTexts {
 public:
  /// The kept copy of a text; `word` is GroupHash::of_text of it.
  const char* keep(const char* text, std::uint64_t word);
  [[nodiscard]] std::size_t memory() const { return memory_; }

 private:
  static constexpr std::size_t kFirstBlock = 512;
  static constexpr std::size_t kLargestBlock = std::size_t{64} << 10;
  struct Recent {
    const char* text = nullptr;
    std::uint64_t word = 0;
  };

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_size_ = 0;
  std::size_t used_ = 0;
  std::size_t memory_ = 0;
  std::array<Recent, 16> recent_;
};

/// Groups by key: slots (open addressing) name cells, and cells, which never move but in the very
/// beginning, hold key and values as GroupLayout says. Growing touches only slots. All slots of a
/// cache line are probed before those of the next one: a line costs more to wait for than its slots
/// to look at.
///
/// Memory: a cell and 11 to 21 bytes a group. One thread.
class GroupTable {
 public:
  /// A cell's number + 1; 0 is none.
  using Cell = std::uint32_t;

  explicit GroupTable(const GroupLayout& layout) : words_(layout.words()) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Bytes it holds.
  [[nodiscard]] std::size_t memory() const {
    return lines_.size() * sizeof(Line) + cell_room_ * words_ * sizeof(std::uint64_t) +
           (texts_ ? texts_->memory() : 0);
  }
  [[nodiscard]] std::uint64_t* words(Cell cell) { return at(cell - 1); }
  [[nodiscard]] const std::uint64_t* words(Cell cell) const { return at(cell - 1); }

  /// Most keys are found in the first slots they can be in. These two look there, each after the
  /// memory was asked for by the one before, so that a batch's rows wait for it together.
  void prefetch(std::uint32_t hash) const { __builtin_prefetch(lines_.data() + line_of(hash)); }
  [[nodiscard]] Cell guess(std::uint32_t hash) const {
    if (lines_.empty()) {
      return 0;
    }
    const Line& line = lines_[line_of(hash)];
    // Without branches: which slot it is cannot be predicted.
    Cell cell = 0;
    for (std::uint32_t i = kGuessed; i-- > 0;) {
      const Slot slot = line.slots[(hash + i) % kLineSlots];
      cell = slot.hash == hash ? slot.cell : cell;
    }
    if (cell != 0) {
      const std::uint64_t* const words = at(cell - 1);
      __builtin_prefetch(words, 1);
      __builtin_prefetch(words + words_ - 1, 1);
    }
    return cell;
  }

  /// Whether a cell holds the key of an image. `Words` is the number of hashed words where there
  /// are no texts, else 0.
  template <std::size_t Words>
  [[nodiscard]] static bool same_key(const GroupLayout& layout, const std::uint64_t* cell,
                                     const std::uint64_t* image);

  struct Found {
    std::uint64_t* words;
    bool added;
  };
  /// The group of an image; a new one is a copy of it, its texts kept.
  template <std::size_t Words>
  Found find_or_add(const GroupLayout& layout, const std::uint64_t* image, std::uint32_t hash);

  /// Adds a group, whose key is new, so that it is found by `for_each` only.
  void append(const GroupLayout& layout, const std::uint64_t* words);

  /// Calls `each(words)` for all groups, in the order in which they came.
  template <typename Each>
  void for_each(Each&& each) const {
    for (std::size_t i = 0; i < size_; ++i) {
      each(at(i));
    }
  }
  /// Calls `each(words, count)` for groups that lie one after another, up to 256 at a time.
  template <typename Each>
  void for_each_block(Each&& each) const {
    static_assert(kChunkCells % kBlock == 0);
    for (std::size_t i = 0; i < size_; i += kBlock) {
      each(at(i), size_ - i < kBlock ? size_ - i : kBlock);
    }
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    Cell cell = 0;
  };
  static constexpr std::size_t kLineSlots = 8;
  struct alignas(64) Line {
    std::array<Slot, kLineSlots> slots{};
  };
  static_assert(sizeof(Line) == 64);
  struct Free {
    void operator()(std::uint64_t* cells) const;
  };
  using Chunk = std::unique_ptr<std::uint64_t[], Free>;

  static constexpr std::uint32_t kGuessed = 4;  ///< slots
  static constexpr std::size_t kBlock = 256;
  static constexpr std::size_t kFirstLines = 4;
  static constexpr std::size_t kFirstCells = 16;
  static constexpr std::size_t kChunkBits = 10;
  static constexpr std::size_t kChunkCells = std::size_t{1} << kChunkBits;

  [[nodiscard]] std::uint64_t* at(std::size_t i) const {
    return chunks_[i >> kChunkBits].get() + (i & (kChunkCells - 1)) * words_;
  }
  [[nodiscard]] std::size_t line_of(std::uint32_t hash) const {
    return hash / kLineSlots & line_mask_;
  }
  std::uint64_t* add_cell(const GroupLayout& layout, const std::uint64_t* image);
  void grow_cells();
  void grow_slots();
  static void put(std::vector<Line>& lines, Slot slot);
  static Chunk make_chunk(std::size_t words);
  static bool same_texts(const GroupLayout& layout, const std::uint64_t* cell,
                         const std::uint64_t* image);

  std::size_t words_;
  std::vector<Line> lines_;
  std::size_t line_mask_ = 0;
  std::vector<Chunk> chunks_;
  std::size_t size_ = 0;
  std::size_t cell_room_ = 0;
  std::unique_ptr<GroupTexts> texts_;
};

template <std::size_t Words>
bool GroupTable::same_key(const GroupLayout& layout, const std::uint64_t* cell,
                          const std::uint64_t* image) {
  std::uint64_t difference = 0;
  const std::size_t count = Words == 0 ? layout.hashed_words() : Words;
  for (std::size_t i = 0; i < count; ++i) {
    difference |= cell[i] ^ image[i];
  }
  if (difference != 0) {
    return false;
  }
  return Words != 0 || layout.texts() == 0 || same_texts(layout, cell, image);
}

template <std::size_t Words>
GroupTable::Found GroupTable::find_or_add(const GroupLayout& layout, const std::uint64_t* image,
                                          std::uint32_t hash) {
  // Probing stays short up to three quarters.
  if ((size_ + 1) * 4 > lines_.size() * kLineSlots * 3) {
    grow_slots();
  }
  for (std::size_t line = line_of(hash);; line = (line + 1) & line_mask_) {
    for (std::uint32_t i = 0; i < kLineSlots; ++i) {
      Slot& slot = lines_[line].slots[(hash + i) % kLineSlots];
      if (slot.cell == 0) {
        std::uint64_t* const added = add_cell(layout, image);
        slot = {hash, static_cast<Cell>(size_)};
        return {added, true};
      }
      if (slot.hash == hash) {
        std::uint64_t* const cell = at(slot.cell - 1);
        if (same_key<Words>(layout, cell, image)) {
          return {cell, false};
        }
      }
    }
  }
}

}  // namespace weir
