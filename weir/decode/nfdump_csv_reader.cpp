#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "weir/decode/nfdump_reader.hpp"
#include "weir/decode/nfdump_splitter.hpp"
#include "weir/decode/nfdump_sums.hpp"
#include "weir/decode/nfdump_trailer.hpp"

namespace weir {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t comma = line.find(',');
    words.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) {
      return words;
    }
    line.remove_prefix(comma + 1);
  }
}

bool is_known(std::string_view word) {
  return nfdump_csv_column(word) !=
         NfdumpColumn{std::string(word), std::string(word), NfdumpKind::text};
}

/// A word that only headers before nfdump 1.7.5 have: the token itself, such as `td`.
bool is_of_old_header(std::string_view word) {
  const NfdumpToken* known = find_nfdump_token(fmt::format("%{}", word));
  return known != nullptr && known->csv != word;
}

class CsvReader final : public NfdumpLineReader {
 public:
  explicit CsvReader(const NfdumpFormat& format) : format_(format) {}

  [[nodiscard]] NfdumpFailure at_end(bool silent) const override;
  [[nodiscard]] std::uint64_t rows() const override { return body_ ? body_->sums.rows() : 0; }

 private:
  struct Body {
    explicit Body(std::span<const NfdumpColumn> columns) : splitter(columns), sums(columns) {}
    NfdumpSplitter splitter;
    NfdumpSums sums;
  };

  bool line(std::string_view line, RowReceiver& rows) override;
  bool header(std::string_view line, RowReceiver& rows);
  bool row(std::string_view line, RowReceiver& rows);

  NfdumpFormat format_;
  NfdumpTrailer trailer_;
  std::optional<Body> body_;    ///< once the header was seen
  bool needs_trailer_ = false;  ///< nfdump before 1.7.5 prints a summary, later ones need not
};

bool CsvReader::header(std::string_view line, RowReceiver& rows) {
  const std::vector<std::string_view> words = words_of(line);
  const bool as_named = format_.columns.empty() || format_.columns.size() == words.size();
  if (!as_named || std::none_of(words.begin(), words.end(), is_known)) {
    return fail_line(NfdumpTrouble::unexpected_line, "no header of a CSV", line);
  }
  needs_trailer_ = std::any_of(words.begin(), words.end(), is_of_old_header);
  if (format_.columns.empty()) {
    for (const std::string_view word : words) {
      format_.columns.push_back(nfdump_csv_column(word));
    }
  }
  body_.emplace(format_.columns);
  rows.columns(format_.columns);
  return true;
}

bool CsvReader::row(std::string_view line, RowReceiver& rows) {
  if (!body_->splitter.split(line)) {
    return fail_line(
        NfdumpTrouble::wrong_columns,
        fmt::format("a line without the {} columns of the header", format_.columns.size()), line);
  }
  if (!body_->sums.add(body_->splitter.columns())) {
    return fail_line(NfdumpTrouble::bad_number, "flows, packets or bytes are no number", line);
  }
  rows.row(body_->splitter.columns());
  return true;
}

bool CsvReader::line(std::string_view line, RowReceiver& rows) {
  if (!body_) {
    // A table of statistics has a line in front that says by what it is sorted.
    const bool preamble = line.empty() || (format_.limited && line.starts_with("Top "));
    return preamble || header(line, rows);
  }
  switch (trailer_.take_csv(line)) {
    case NfdumpTrailer::Line::taken:
      return true;
    case NfdumpTrailer::Line::unexpected:
      return fail_line(NfdumpTrouble::unexpected_line,
                       "a line that does not belong to the lines after the rows", line);
    case NfdumpTrailer::Line::none:
      break;
  }
  if (trailer_.said_no_flows()) {
    return line.empty() || fail_line(NfdumpTrouble::unexpected_line,
                                     "a line after nfdump said that no flows match", line);
  }
  return line.empty() || row(line, rows);
}

NfdumpFailure CsvReader::at_end(bool silent) const {
  if (NfdumpFailure cut = cut_off()) {
    return cut;
  }
  if (!body_) {
    return {NfdumpTrouble::no_trailer, "the output is empty, not even a header is there"};
  }
  if (!trailer_.complete() && (needs_trailer_ || trailer_.begun())) {
    return {NfdumpTrouble::no_trailer,
            fmt::format("after {} rows the lines from 'Summary' on are {}", rows(),
                        trailer_.begun() ? "not complete" : "missing")};
  }
  if (trailer_.complete() && !format_.limited) {
    std::string difference = body_->sums.difference(trailer_.summary(), format_.aggregated);
    if (!difference.empty()) {
      return {NfdumpTrouble::sums_differ, std::move(difference)};
    }
  }
  return rows() == 0 ? nfdump_no_rows(silent) : NfdumpFailure{};
}

}  // namespace

std::unique_ptr<NfdumpReader> make_nfdump_csv_reader(const NfdumpFormat& format) {
  return std::make_unique<CsvReader>(format);
}

}  // namespace weir
