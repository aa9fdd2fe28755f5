#include "weir/enrich/csv_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "weir/base/error.hpp"
#include "weir/base/utf8.hpp"

namespace weir {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
/// More is no line of a table, and its cells would take many times its bytes.
constexpr std::size_t kMaxLine = std::size_t{64} << 10U;
constexpr std::size_t kAbsent = std::numeric_limits<std::size_t>::max();

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

bool same_name(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

}  // namespace

CsvReader::CsvReader(std::string_view text, std::span<const std::string_view> columns)
    : rest_(text), columns_(columns) {
  if (rest_.starts_with(kByteOrderMark)) {
    rest_.remove_prefix(kByteOrderMark.size());
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    places_.push_back(i);
  }
}

bool CsvReader::next_line(std::string_view& line) {
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line = trimmed(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_;
    if (!line.empty() && line.front() != '#') {
      return true;
    }
  }
  return false;
}

bool CsvReader::next() {
  const bool first = cells_.empty();
  std::string_view line;
  if (!next_line(line)) {
    return false;
  }
  if (line.size() > kMaxLine) {
    refuse_line(fmt::format("{} bytes are too many; a line has {} at most", line.size(), kMaxLine));
  }
  split(line);
  if (first && take_header()) {
    return next();
  }
  if (!has_header_ && cells_.size() > columns_.size()) {
    refuse_line(
        fmt::format("{} cells where there are {} columns ({}); put a cell that has commas "
                    "in quotes",
                    cells_.size(), columns_.size(), fmt::join(columns_, ", ")));
  }
  return true;
}

void CsvReader::split(std::string_view line) {
  cells_.clear();
  made_.clear();
  // A cell refers to at most two of them, which may not move then.
  made_.reserve(2 * (static_cast<std::size_t>(std::count(line.begin(), line.end(), ',')) + 1));
  while (true) {
    while (!line.empty() && blank(line.front())) {
      line.remove_prefix(1);
    }
    if (line.starts_with('"')) {
      take_quoted(line);
    } else {
      const std::size_t end = std::min(line.find(','), line.size());
      cells_.push_back(trimmed(line.substr(0, end)));
      line.remove_prefix(end);
    }
    if (line.empty()) {
      break;
    }
    line.remove_prefix(1);
  }
  mend();
}

/// Takes a cell in quotes and goes to the comma behind it.
void CsvReader::take_quoted(std::string_view& line) {
  std::string& cell = made_.emplace_back();
  std::size_t at = 1;
  while (true) {
    const std::size_t quote = line.find('"', at);
    if (quote == std::string_view::npos) {
      refuse_line("a cell begins with a quote that is not closed on the same line");
    }
    cell.append(line.substr(at, quote - at));
    at = quote + 1;
    if (at >= line.size() || line[at] != '"') {
      break;
    }
    cell += '"';
    ++at;
  }
  line.remove_prefix(at);
  while (!line.empty() && blank(line.front())) {
    line.remove_prefix(1);
  }
  if (!line.empty() && line.front() != ',') {
    refuse_line("text behind the closing quote of a cell; write a quote within quotes as \"\"");
  }
  cells_.push_back(cell);
}

/// Whether this row names the columns.
bool CsvReader::take_header() {
  const auto place = [this](std::string_view name) {
    const auto found = std::find_if(cells_.begin(), cells_.end(),
                                    [&](std::string_view cell) { return same_name(cell, name); });
    return found == cells_.end() ? kAbsent : static_cast<std::size_t>(found - cells_.begin());
  };
  if (place(columns_.front()) == kAbsent) {
    return false;
  }
  has_header_ = true;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    places_[i] = place(columns_[i]);
  }
  return true;
}

void CsvReader::mend() {
  for (std::string_view& cell : cells_) {
    if (!is_valid_utf8(cell) || cell.find('\0') != std::string_view::npos) {
      std::string mended;
      append_mended(mended, cell);
      made_.push_back(std::move(mended));
      cell = made_.back();
    }
  }
}

std::string_view CsvReader::cell(std::size_t column) const {
  const std::size_t place = places_[column];
  return place < cells_.size() ? cells_[place] : std::string_view{};
}

void CsvReader::refuse(std::size_t column, std::string_view advice) const {
  refuse_line(fmt::format("{} \"{}\": {}", columns_[column], cell(column), advice));
}

void CsvReader::refuse_line(std::string_view why) const {
  throw Error::usage(fmt::format("line {}: {}", line_, why));
}

}  // namespace weir
