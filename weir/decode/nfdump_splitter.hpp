#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/decode/nfdump_format.hpp"

namespace weir {

/// Takes the lines of `-o fmt:` and `-o csv` apart. The columns are slices of the line and live as
/// long as it and as long as `split` is not called again.
class NfdumpSplitter {
 public:
  /// Of `-o fmt:`.
  explicit NfdumpSplitter(const NfdumpFormat& format);
  /// Of `-o csv`: `columns` texts with commas between them.
  explicit NfdumpSplitter(std::span<const NfdumpColumn> columns);

  /// False if the line has not the format's separators, or more of them.
  bool split(std::string_view line);

  /// The columns of the last line that could be split, stripped as Python does, `first_seen` not.
  [[nodiscard]] std::span<const std::string_view> columns() const { return columns_; }

 private:
  struct Part {
    std::string separator;  ///< after the column
    unsigned words = 1;     ///< how many the column has, if the separator is blank
    bool blank = false;
    bool raw = false;            ///< not stripped
    bool may_scale = false;      ///< a unit after a blank belongs to the number before it
    bool may_have_days = false;  ///< of a duration: a word that ends in `d` before the rest
  };

  static Part part_of(const NfdumpColumn& column);
  static const char* column_end(const Part& part, const char* at, const char* end);
  void finish_setup();
  [[nodiscard]] bool has_more_columns(const char* at, const char* end) const;
  void take(std::size_t index, const char* from, const char* to);

  std::vector<Part> parts_;
  Part tail_;  ///< the last column, if the separator before it stood after it too
  std::string before_, after_;
  std::vector<std::string_view> columns_;
  bool last_is_free_ = false;  ///< the last column may hold the separator before it
};

}  // namespace weir
