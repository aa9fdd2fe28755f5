#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/aggregate/group_spec.hpp"

namespace weir {

/// How a group lies in memory, in whole words: the key, then the merged values. The image of a row
/// has the same form, so a new group is a copy of the row that opened it.
///
/// The key's parts stand from wide to narrow, filled up with zeros. Of a text the key has a word of
/// its size and hash, and behind all words that are hashed, a pointer to its bytes.
class GroupLayout {
 public:
  struct Part {
    FieldId field;
    Storage storage;
    std::uint8_t width;    ///< bytes in the key; of a text's first word
    bool masked;           ///< an address that is cut
    std::uint16_t at;      ///< byte of the key
    std::uint16_t text;    ///< of a text: the word of the pointer
    std::uint16_t mirror;  ///< the part of the other direction, itself if none
    std::array<std::uint64_t, 2> v4_mask;
    std::array<std::uint64_t, 2> v6_mask;
  };
  struct Value {
    FieldId field;
    Merge merge;
  };

  explicit GroupLayout(const GroupSpec& spec);

  /// In the order of the spec's key.
  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  /// Sums first, then what takes the least, the greatest, all bits.
  [[nodiscard]] const std::vector<Value>& values() const { return values_; }

  [[nodiscard]] std::size_t hashed_words() const { return hashed_words_; }
  [[nodiscard]] std::size_t key_words() const { return hashed_words_ + texts_; }
  [[nodiscard]] std::size_t texts() const { return texts_; }
  [[nodiscard]] std::size_t words() const { return key_words() + values_.size(); }
  [[nodiscard]] bool bidirectional() const { return bidirectional_; }

  /// Adds one group's values to another's, or a row's image. False where a sum would wrap, which
  /// is then wrong.
  [[nodiscard]] bool merge(std::uint64_t* into, const std::uint64_t* from) const {
    bool wrapped = false;
    std::size_t i = 0;
    for (; i < sums_; ++i) {
      wrapped |= __builtin_add_overflow(into[i], from[i], &into[i]);
    }
    for (; i < mins_; ++i) {
      into[i] = from[i] < into[i] ? from[i] : into[i];
    }
    for (; i < maxs_; ++i) {
      into[i] = from[i] > into[i] ? from[i] : into[i];
    }
    for (; i < values_.size(); ++i) {
      into[i] |= from[i];
    }
    return !wrapped;
  }
  /// What an absent field counts as: nothing, except a flow.
  [[nodiscard]] static std::uint64_t absent_value(const Value& value);
  /// Words of no group at all: whatever is merged into them stays as it is.
  [[nodiscard]] std::vector<std::uint64_t> nothing() const;

 private:
  void place_parts(const GroupSpec& spec);
  void choose_values(const GroupSpec& spec);

  std::vector<Part> parts_;
  std::vector<Value> values_;
  std::size_t hashed_words_ = 0;
  std::size_t texts_ = 0;
  std::size_t sums_ = 0;  // ends of the kinds within values_
  std::size_t mins_ = 0;
  std::size_t maxs_ = 0;
  bool bidirectional_ = false;
};

}  // namespace weir
