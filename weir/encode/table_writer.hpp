#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/encode/row_column.hpp"
#include "weir/encode/text_values.hpp"

namespace weir {

/// `1.2 M` for numbers from a million on, of thousands as nfdump counts them; smaller ones as they
/// are.
[[nodiscard]] std::string with_unit(std::uint64_t number);

/// Writes rows as a table for people: columns with their names above them, numbers to the right,
/// protocols and flags by their names, `-` for what a row does not have. Columns are as wide as the
/// first `kLookedAt` rows need; later ones may make them wider from there on. One thread.
class TableWriter {
 public:
  static constexpr std::size_t kLookedAt = 1000;

  /// With `units` sums and rates are written with_unit.
  TableWriter(std::vector<RowColumn> columns, bool units);

  void append(const Flow& row, TextBuffer& out);
  /// What so many groups that are not shown add up to.
  void append_other(const Flow& row, std::uint64_t groups, TextBuffer& out);
  /// Writes what is held back; for a table without rows the names.
  void finish(TextBuffer& out);

 private:
  struct Column {
    RowColumn what;
    Kind kind;
    bool right;
    bool unit;
    std::size_t width;  ///< in characters
  };

  void append_cells(TextBuffer& out);
  void write_line(const std::vector<std::string>& cells, TextBuffer& out);
  std::string cell(const Column& column, const Flow& row);

  std::vector<Column> columns_;
  std::vector<std::string> cells_;              ///< of one row
  std::vector<std::vector<std::string>> held_;  ///< rows whose columns' widths are looked for
  bool begun_ = false;
  TimeText times_;
};

}  // namespace weir
