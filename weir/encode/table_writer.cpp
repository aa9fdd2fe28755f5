#include "weir/encode/table_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "weir/base/utf8.hpp"
#include "weir/flow/protocols.hpp"

namespace weir {
namespace {

/// As nfdump shows them, a place for each: CWR to FIN.
std::string flag_letters(std::uint64_t flags) {
  std::string text = "........";
  constexpr std::string_view kLetters = "CEUAPRSF";
  for (std::size_t i = 0; i < kLetters.size(); ++i) {
    if ((flags >> (kLetters.size() - 1 - i) & 1U) != 0) {
      text[i] = kLetters[i];
    }
  }
  return flags > 0xff ? fmt::format("0x{:x}", flags) : text;
}

std::string protocol_text(std::uint64_t number) {
  const std::string_view name =
      number > 0xff ? std::string_view() : protocol_name(static_cast<std::uint8_t>(number));
  return name.empty() ? fmt::format("{}", number) : std::string(name);
}

/// Text from outside must not move a terminal's cursor.
std::string printable(std::string_view text) {
  std::string shown;
  append_mended(shown, text);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto byte = static_cast<unsigned char>(shown[i]);
    const bool c1 = byte < 0xa0 && i != 0 && static_cast<unsigned char>(shown[i - 1]) == 0xc2;
    if (byte < 0x20 || byte == 0x7f) {
      shown[i] = '?';
    } else if (c1) {
      shown.replace(--i, 2, "?");
    }
  }
  return shown;
}

/// Characters of UTF-8.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

bool stands_right(Kind kind) {
  return kind == Kind::number || kind == Kind::real || kind == Kind::etype;
}

bool is_sum(const RowColumn& column, Kind kind) {
  return kind == Kind::number && !column.milliseconds &&
         (column.compute != nullptr || info(column.field).merge == Merge::sum);
}

}  // namespace

std::string with_unit(std::uint64_t number) {
  static constexpr std::array<std::pair<double, char>, 5> kUnits = {
      {{1e18, 'E'}, {1e15, 'P'}, {1e12, 'T'}, {1e9, 'G'}, {1e6, 'M'}}};
  for (const auto& [size, unit] : kUnits) {
    if (static_cast<double>(number) >= size) {
      return fmt::format("{:.1f} {}", static_cast<double>(number) / size, unit);
    }
  }
  return fmt::format("{}", number);
}

TableWriter::TableWriter(std::vector<RowColumn> columns, bool units) {
  for (RowColumn& column : columns) {
    const Kind kind = column.compute != nullptr ? Kind::number : info(column.field).kind;
    const std::size_t width = width_of(column.name);
    const bool unit = units && is_sum(column, kind);
    columns_.push_back({std::move(column), kind, stands_right(kind), unit, width});
  }
  cells_.resize(columns_.size());
}

void TableWriter::append(const Flow& row, TextBuffer& out) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    cells_[i] = cell(columns_[i], row);
  }
  append_cells(out);
}

void TableWriter::append_other(const Flow& row, std::uint64_t groups, TextBuffer& out) {
  bool named = false;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].what.key) {
      cells_[i] = named ? "" : fmt::format("other ({})", groups);
      named = true;
    } else {
      cells_[i] = cell(columns_[i], row);
    }
  }
  append_cells(out);
}

void TableWriter::append_cells(TextBuffer& out) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    columns_[i].width = std::max(columns_[i].width, width_of(cells_[i]));
  }
  if (begun_) {
    write_line(cells_, out);
    return;
  }
  held_.push_back(cells_);
  if (held_.size() == kLookedAt) {
    finish(out);
  }
}

void TableWriter::finish(TextBuffer& out) {
  if (begun_) {
    return;
  }
  begun_ = true;
  std::vector<std::string> names;
  names.reserve(columns_.size());
  for (const Column& column : columns_) {
    names.push_back(column.what.name);
  }
  write_line(names, out);
  for (const auto& cells : std::exchange(held_, {})) {
    write_line(cells, out);
  }
}

void TableWriter::write_line(const std::vector<std::string>& cells, TextBuffer& out) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    const std::string blanks(column.width - std::min(column.width, width_of(cells[i])), ' ');
    out.append(i == 0 ? "" : "  ");
    if (column.right) {
      out.append(blanks);
    }
    out.append(cells[i]);
    if (!column.right && i + 1 < columns_.size()) {
      out.append(blanks);
    }
  }
  out.append("\n");
}

std::string TableWriter::cell(const Column& column, const Flow& row) {
  const RowColumn& what = column.what;
  if (what.compute == nullptr && !row.present.has(what.field)) {
    return "-";
  }
  std::array<char, kLongestValue> text;
  char* end = text.data();
  switch (column.kind) {
    case Kind::proto:
      return protocol_text(get_integer(row, what.field));
    case Kind::tcp_flags:
      return flag_letters(get_integer(row, what.field));
    case Kind::etype:
      return fmt::format("0x{:04x}", get_integer(row, what.field));
    case Kind::text:
    case Kind::list:
      return printable(get_text(row, what.field));
    case Kind::address:
      end = put_address(end, get_address(row, what.field));
      break;
    case Kind::time:
      end = times_.put(end, get_integer(row, what.field));
      break;
    case Kind::mac:
      end = put_mac(end, get_integer(row, what.field));
      break;
    case Kind::real:
      end = put_real(end, get_real(row, what.field));
      break;
    case Kind::number: {
      const std::uint64_t value =
          what.compute != nullptr ? what.compute(row) : get_integer(row, what.field);
      if (column.unit) {
        return with_unit(value);
      }
      end = what.milliseconds ? put_seconds(end, value) : put_number(end, value);
    }
  }
  return {text.data(), end};
}

}  // namespace weir
