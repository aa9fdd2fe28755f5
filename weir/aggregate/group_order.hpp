#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "weir/aggregate/group_layout.hpp"

namespace weir {

/// In which order groups come out, and how many.
struct GroupOrder {
  /// A field of the key, a merged or a derived one; groups that are equal in it follow by their
  /// keys, ascending. Without it the order is none.
  std::optional<std::variant<FieldId, Derived>> by = std::nullopt;
  bool descending = true;
  /// So many groups at most, 0 for all; the others are merged into one (`Grouping::other`).
  std::size_t top = 0;
  bool totals = false;  ///< `Grouping::totals` is wanted
};

/// A column by its name in the output, or by its field, followed by `:asc` or `:desc` where it is
/// not to be descending (numbers, derived) or ascending (what is in the key). Throws Error::usage
/// where there is no such column.
GroupOrder parse_group_order(std::string_view word, const GroupSpec& spec);

/// Compares groups.
class GroupComparator {
 public:
  /// What is to be sorted: whatever decides mostly, and the group.
  struct Entry {
    std::uint64_t rank;
    const std::uint64_t* words;
  };

  /// `layout` must outlive it. Throws std::logic_error where the column is not in it.
  GroupComparator(const GroupLayout& layout, const GroupOrder& order);

  [[nodiscard]] Entry entry(const std::uint64_t* words) const { return {rank(words), words}; }
  /// Whether the first one comes first; two groups are never equal.
  [[nodiscard]] bool operator()(const Entry& a, const Entry& b) const {
    return a.rank != b.rank ? a.rank < b.rank : before(a.words, b.words);
  }

 private:
  [[nodiscard]] std::uint64_t rank(const std::uint64_t* words) const;
  [[nodiscard]] std::uint64_t ascending_rank(const std::uint64_t* words) const;
  [[nodiscard]] bool before(const std::uint64_t* a, const std::uint64_t* b) const;

  const GroupLayout* layout_;
  bool descending_;
  // What it sorts by: one of them, or nothing.
  std::optional<std::size_t> part_;
  std::optional<std::size_t> value_;
  std::optional<Derived> derived_;
};

}  // namespace weir
