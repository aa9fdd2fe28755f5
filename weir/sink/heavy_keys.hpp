#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace weir {

/// Finds the heaviest of any number of keys in memory for a few of them, and says of each how much
/// came at least.
///
/// Misra and Gries's counters with weights: a key is counted from its first weight on; when there
/// are too many, the median of all counts is taken off each of them, and those left with nothing
/// are forgotten. So a count is never more than what came, and less by no more than `error()`. That
/// is at most two parts in `keys` of all that was added, for whenever it grows by something, half
/// of the counts or more shrink by as much. Adding takes constant time on average.
///
/// Every `halve` makes what came before weigh half as much, the error too.
class HeavyKeys {
 public:
  struct Heavy {
    std::string_view key;  ///< until the next change
    std::uint32_t hash;
    std::uint64_t count;  ///< what came of it at least
  };

  /// Keys have about 112 bytes each; many that are longer share the room.
  explicit HeavyKeys(std::size_t keys);

  /// Keys are whole words of 8 bytes, at most 64 KiB of them; a key always has the same hash.
  void add(std::string_view key, std::uint32_t hash, std::uint64_t weight);
  /// What came of a key at least, 0 for one that is not there.
  [[nodiscard]] std::uint64_t count(std::string_view key, std::uint32_t hash) const;
  /// By how much counts may be too low: as much may have come of a key that is not there.
  [[nodiscard]] std::uint64_t error() const { return error_; }
  /// As if nothing had come of it.
  void remove(std::string_view key, std::uint32_t hash);
  void halve();
  /// Up to `most` keys, the heaviest first.
  [[nodiscard]] std::vector<Heavy> heaviest(std::size_t most) const;

  void prefetch(std::uint32_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }

 private:
  /// Where a key's words lie; 0: none.
  using Cell = std::uint32_t;
  struct Slot {
    std::uint32_t hash = 0;
    Cell cell = 0;
  };

  // What the words of a cell are. The hash shares its word with the key's size.
  static constexpr std::size_t kCount = 0;
  static constexpr std::size_t kHash = 1;
  static constexpr std::size_t kKey = 2;

  static constexpr std::size_t kMeanWords = 16;  ///< of a cell

  [[nodiscard]] bool holds(Cell cell, std::string_view key) const;
  [[nodiscard]] std::size_t slot_of(std::string_view key, std::uint32_t hash) const;
  [[nodiscard]] std::size_t size_of(std::size_t cell) const {
    return kKey + (words_[cell + kHash] >> 32) / sizeof(std::uint64_t);
  }
  void lighten();
  template <typename Next>
  void renew(Next&& next);

  std::size_t most_keys_;
  std::size_t room_;  ///< words
  std::vector<Slot> slots_;
  std::size_t mask_;
  std::unique_ptr<std::uint64_t[]> words_;  ///< cells, one behind the other
  std::size_t used_ = 1;                    ///< words; no cell is at 0
  std::size_t keys_ = 0;
  std::uint64_t error_ = 0;
  std::vector<std::uint64_t> counts_;  ///< scratch
};

}  // namespace weir
