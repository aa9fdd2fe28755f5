#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "weir/decode/nfdump_reader.hpp"
#include "weir/decode/nfdump_splitter.hpp"
#include "weir/decode/nfdump_sums.hpp"
#include "weir/decode/nfdump_trailer.hpp"

namespace weir {
namespace {

std::string without_blanks(std::string_view text) {
  std::string left(text);
  std::erase(left, ' ');
  return left;
}

bool is_scaled(std::string_view text) {
  constexpr std::string_view kUnits = "KMGTP";
  return text.size() > 1 && text.front() >= '0' && text.front() <= '9' &&
         kUnits.find(text.back()) != std::string_view::npos;
}

class FmtReader final : public NfdumpLineReader {
 public:
  explicit FmtReader(const NfdumpFormat& format)
      : format_(format), splitter_(format), sums_(format.columns) {
    for (std::size_t i = 0; i < format.columns.size(); ++i) {
      const NfdumpColumn& column = format.columns[i];
      if (column.kind == NfdumpKind::number || column.kind == NfdumpKind::rate) {
        numbers_.push_back(i);
      }
      const NfdumpToken* known = find_nfdump_token(column.token);
      if (known != nullptr && !known->heading.empty()) {
        headings_.push_back(without_blanks(known->heading));
      }
    }
  }

  [[nodiscard]] NfdumpFailure at_end(bool silent) const override;
  [[nodiscard]] std::uint64_t rows() const override { return sums_.rows(); }

 private:
  bool line(std::string_view line, RowReceiver& rows) override;
  bool row(std::string_view line, RowReceiver& rows);
  [[nodiscard]] bool is_before_rows(std::string_view line);
  bool numbers_are_whole(std::string_view line);

  NfdumpFormat format_;
  NfdumpSplitter splitter_;
  NfdumpSums sums_;
  NfdumpTrailer trailer_;
  std::vector<std::size_t> numbers_;   ///< columns that nfdump may scale
  std::vector<std::string> headings_;  ///< of the header line, without blanks
  bool started_ = false;               ///< the receiver knows the columns
  bool header_seen_ = false;
};

/// The header has the columns' headings in it. Which stand there and how wide differs between
/// versions and forks, so one that is known is enough.
bool FmtReader::is_before_rows(std::string_view line) {
  if (headings_.empty()) {  // a fork's tokens alone
    header_seen_ = true;
    return true;
  }
  const std::string text = without_blanks(line);
  if (std::any_of(headings_.begin(), headings_.end(), [&](const std::string& heading) {
        return text.find(heading) != std::string::npos;
      })) {
    header_seen_ = true;
    return true;
  }
  // Of sorted flows, a line that says by what, and before nfdump 1.7 one with their number.
  return format_.limited && (line.starts_with("Top ") || line.starts_with("Aggregated flows"));
}

bool FmtReader::numbers_are_whole(std::string_view line) {
  const auto columns = splitter_.columns();
  for (const std::size_t i : numbers_) {
    const std::string_view text = columns[i];
    if (!text.empty() && text.back() > '9' && is_scaled(text)) {
      return fail_line(NfdumpTrouble::scaled_number,
                       fmt::format("{} is '{}', its digits are lost; add -N to the command "
                                   "(Flowmon: --no-scale-number)",
                                   format_.columns[i].token, text),
                       line);
    }
  }
  return true;
}

bool FmtReader::row(std::string_view line, RowReceiver& rows) {
  if (trailer_.said_no_flows()) {
    return fail_line(NfdumpTrouble::unexpected_line, "a line after nfdump said that no flows match",
                     line);
  }
  if (!splitter_.split(line)) {
    return fail_line(
        NfdumpTrouble::wrong_columns,
        fmt::format("a line without the {} columns of the format", format_.columns.size()), line);
  }
  if (!numbers_are_whole(line)) {
    return false;
  }
  if (!sums_.add(splitter_.columns())) {
    return fail_line(NfdumpTrouble::bad_number, "flows, packets or bytes are no number", line);
  }
  rows.row(splitter_.columns());
  return true;
}

bool FmtReader::line(std::string_view line, RowReceiver& rows) {
  if (!started_) {
    started_ = true;
    rows.columns(format_.columns);
  }
  if (!header_seen_ && sums_.rows() == 0 && is_before_rows(line)) {
    return true;
  }
  const char first = line.empty() ? '\0' : line.front();
  if (trailer_.begun() || first == 'S' || first == 'N' || first == 'I') {
    switch (trailer_.take_text(line)) {
      case NfdumpTrailer::Line::taken:
        return true;
      case NfdumpTrailer::Line::unexpected:
        return fail_line(NfdumpTrouble::unexpected_line,
                         "a line that does not belong to the lines after the rows", line);
      case NfdumpTrailer::Line::none:
        break;
    }
  }
  return line.empty() || row(line, rows);
}

NfdumpFailure FmtReader::at_end(bool /*silent*/) const {
  if (NfdumpFailure cut = cut_off()) {
    return cut;
  }
  if (!trailer_.complete()) {
    // nfdump 1.6 ends so when it read nothing.
    return trailer_.said_no_flows() && !trailer_.begun()
               ? NfdumpFailure{NfdumpTrouble::nothing_read,
                               "nfdump said that no flows match and printed no summary: it read no "
                               "data"}
               : NfdumpFailure{
                     NfdumpTrouble::no_trailer,
                     fmt::format("after {} rows the lines from 'Summary:' to 'Sys:' are "
                                 "{}",
                                 sums_.rows(), trailer_.begun() ? "not complete" : "missing")};
  }
  if (!trailer_.file_was_read()) {
    return {NfdumpTrouble::nothing_read,
            "nfdump read 0 bytes and knows no time window: the file is missing, empty or cut off"};
  }
  if (format_.limited) {
    return {};
  }
  std::string difference = sums_.difference(trailer_.summary(), format_.aggregated);
  return difference.empty() ? NfdumpFailure{}
                            : NfdumpFailure{NfdumpTrouble::sums_differ, std::move(difference)};
}

}  // namespace

std::unique_ptr<NfdumpReader> make_nfdump_fmt_reader(const NfdumpFormat& format) {
  return std::make_unique<FmtReader>(format);
}

}  // namespace weir
