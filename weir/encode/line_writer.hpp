#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/encode/row_column.hpp"
#include "weir/encode/text_values.hpp"

namespace weir {

/// Writes rows as lines of JSON (RFC 8259) or CSV (RFC 4180, lines ended by LF): exact numbers,
/// times in RFC 3339, texts. What a row does not have is left out of JSON and empty in CSV. One
/// thread; copies write the same.
class LineWriter {
 public:
  enum class Form : std::uint8_t { json, csv };

  LineWriter(Form form, const std::vector<RowColumn>& columns);

  /// The line in front of all rows; none for JSON.
  [[nodiscard]] std::string header() const;
  void append(const Flow& row, TextBuffer& out) { append_row(row, nullptr, out); }
  /// What so many groups that are not shown add up to: JSON has their number as `other` and no
  /// keys, CSV the word `other` in the first column of the key.
  void append_other(const Flow& row, std::uint64_t groups, TextBuffer& out) {
    append_row(row, &groups, out);
  }

 private:
  struct Column {
    RowColumn what;
    Kind kind;
    std::string before;  ///< what stands before its value, filled up to kStep
    std::size_t before_size;
  };
  static constexpr std::size_t kStep = 32;

  void append_row(const Flow& row, const std::uint64_t* others, TextBuffer& out);
  [[nodiscard]] std::size_t size_of_texts(const Flow& row) const;
  char* put_before(char* to, const Column& column) const;
  char* put_value(char* to, const Column& column, const Flow& row);
  char* put_text(char* to, std::string_view text);
  char* put_in_quotes(char* to, const Column& column, const Flow& row);

  Form form_;
  std::vector<Column> columns_;
  std::size_t most_ = 0;  ///< bytes of a row without its texts
  bool has_texts_ = false;
  std::size_t first_key_ = 0;
  TimeText times_;
  std::string scratch_;
};

}  // namespace weir
