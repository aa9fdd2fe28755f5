#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/flat_map.hpp"
#include "weir/decode/nfdump_token.hpp"

namespace weir {

/// Turns nfdump's JSON objects into rows. The keys of the first object are the columns, unless they
/// are given; a key that an object lacks is an empty text.
class NfdumpRecord {
 public:
  explicit NfdumpRecord(std::vector<NfdumpColumn> columns);

  /// Reads one object, which is all of `text`. False if it is none. Texts are unescaped; a
  /// backslash that escapes nothing stands for itself, since nfdump before 1.7.5 does not escape.
  /// Numbers, true and false are their own text, null is empty, objects and lists are as written.
  bool read(std::string_view text);

  /// Set once an object was read.
  [[nodiscard]] std::span<const NfdumpColumn> columns() const { return columns_; }
  /// Of the last object; slices of it and of this.
  [[nodiscard]] std::span<const std::string_view> values() const { return values_; }
  /// How many values had a key that is no column.
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 private:
  static constexpr std::size_t kNoColumn = std::numeric_limits<std::size_t>::max();

  const char* read_pair(const char* at, const char* end);
  const char* read_value(const char* at, const char* end, std::string_view& value, bool& escaped);
  std::size_t column_of(std::string_view key);
  std::size_t find_or_add(std::string_view key);
  void store(std::size_t column, std::string_view value, bool escaped);

  std::vector<NfdumpColumn> columns_;
  bool fixed_;  ///< no more columns
  std::vector<std::string_view> values_;
  std::deque<std::string> unescaped_;  ///< of each column; values_ point into it, so they stay put
  FlatMap<std::string, std::size_t> known_;
  std::uint64_t left_out_ = 0;
};

}  // namespace weir
