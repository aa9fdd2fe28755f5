#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "weir/aggregate/group_layout.hpp"
#include "weir/flow/flow.hpp"

namespace weir {

/// Reads a group, or a row's image, by its layout. Both must outlive it.
class GroupView {
 public:
  GroupView(const GroupLayout& layout, const std::uint64_t* words)
      : layout_(&layout), words_(words) {}

  [[nodiscard]] std::string_view text(const GroupLayout::Part& part) const {
    return {std::bit_cast<const char*>(words_[part.text]), size_of_text(part)};
  }
  [[nodiscard]] std::uint32_t size_of_text(const GroupLayout::Part& part) const {
    std::uint32_t size = 0;
    std::memcpy(&size, bytes() + part.at, sizeof size);
    return size;
  }
  [[nodiscard]] std::uint64_t integer(const GroupLayout::Part& part) const {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes() + part.at, part.width);
    return value;
  }
  [[nodiscard]] std::uint64_t value(std::size_t i) const {
    return words_[layout_->key_words() + i];
  }

  /// Below 0, 0 or above 0: by value, addresses by their bytes, texts by theirs. Both parts must be
  /// of one kind; numbers that are none come last.
  [[nodiscard]] int compare_parts(std::size_t part, const GroupView& other,
                                  std::size_t other_part) const;
  /// All parts of the key, in the order in which they were asked for.
  [[nodiscard]] int compare_keys(const GroupView& other) const;

  /// Sets the fields of key and values. An address of zeros, an empty text and a time that no row
  /// had are absent.
  void to_flow(Flow& row) const;
  /// `src_as=1, dst_as=2`, for messages.
  [[nodiscard]] std::string describe_key() const;

 private:
  [[nodiscard]] const char* bytes() const { return reinterpret_cast<const char*>(words_); }

  const GroupLayout* layout_;
  const std::uint64_t* words_;
};

/// Throws Error that names a sum beyond 64 bits and `whose` it is; for after GroupLayout::merge has
/// failed. Both are values, of which `from` was added to `into`.
[[noreturn]] void throw_overflow(const GroupLayout& layout, const std::uint64_t* into,
                                 const std::uint64_t* from, const std::string& whose);

}  // namespace weir
