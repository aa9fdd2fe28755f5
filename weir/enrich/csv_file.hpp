#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Reads the lines of a table: cells separated by commas, in quotes where they contain any ("" is a
/// quote then; RFC 4180, but a cell ends with its line). Blanks around cells mean nothing, nor do
/// empty lines and those that begin with #. If the first line names the columns, it says in which
/// order they are, and columns of other names are passed over; else they are in the order expected.
class CsvReader {
 public:
  /// `text` and `columns` (lower-case) outlive the reader. The first column must be there.
  CsvReader(std::string_view text, std::span<const std::string_view> columns);

  /// Goes to the next row; false behind the last one. Throws a usage Error where a quote is not
  /// closed, or a row has more cells than there are columns, or more than 64 KiB.
  [[nodiscard]] bool next();

  /// A cell of this row, well-formed UTF-8 without NUL; empty where the row ends before it. Valid
  /// until `next`.
  [[nodiscard]] std::string_view cell(std::size_t column) const;

  /// A usage Error that names the line and what is wrong with its cell. `advice` says what to
  /// write.
  [[noreturn]] void refuse(std::size_t column, std::string_view advice) const;

 private:
  bool next_line(std::string_view& line);
  void split(std::string_view line);
  void take_quoted(std::string_view& line);
  bool take_header();
  void mend();
  [[noreturn]] void refuse_line(std::string_view why) const;

  std::string_view rest_;
  std::span<const std::string_view> columns_;
  std::vector<std::size_t> places_;  ///< of each column among the cells
  std::vector<std::string_view> cells_;
  std::vector<std::string> made_;  ///< cells that had quotes or broken UTF-8
  std::size_t line_ = 0;
  bool has_header_ = false;
};

}  // namespace weir
