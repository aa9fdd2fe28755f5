#include <fmt/format.h>

#include "weir/decode/json_split.hpp"
#include "weir/decode/nfdump_reader.hpp"
#include "weir/decode/nfdump_record.hpp"
#include "weir/decode/nfdump_strip.hpp"

namespace weir {
namespace {

constexpr std::string_view kNoMatch = "No match";

/// Hands records on, and the columns before the first.
class Records {
 public:
  explicit Records(const NfdumpFormat& format) : record_(format.columns) {}

  /// False if `text` is not one JSON object.
  bool take(std::string_view text, RowReceiver& rows) {
    if (!record_.read(text)) {
      return false;
    }
    if (count_++ == 0) {
      rows.columns(record_.columns());
    }
    rows.row(record_.values());
    return true;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t left_out() const { return record_.left_out(); }

 private:
  NfdumpRecord record_;
  std::uint64_t count_ = 0;
};

/// `-o ndjson`: nothing ends the output, so that it is whole rests on the exit status and a silent
/// stderr.
class NdjsonReader final : public NfdumpLineReader {
 public:
  explicit NdjsonReader(const NfdumpFormat& format) : records_(format) {}

  [[nodiscard]] NfdumpFailure at_end(bool silent) const override {
    if (NfdumpFailure cut = cut_off()) {
      return cut;
    }
    return rows() == 0 ? nfdump_no_rows(silent) : NfdumpFailure{};
  }
  [[nodiscard]] std::uint64_t rows() const override { return records_.count(); }
  [[nodiscard]] std::uint64_t left_out() const override { return records_.left_out(); }

 private:
  bool line(std::string_view line, RowReceiver& rows) override {
    const std::string_view text = strip_as_python(line);
    return text.empty() || (text.starts_with(kNoMatch) && rows_are_none()) ||
           records_.take(text, rows) ||
           fail_line(NfdumpTrouble::unexpected_line, "a line that is no JSON object", line);
  }
  [[nodiscard]] bool rows_are_none() const { return records_.count() == 0; }

  Records records_;
};

/// `-o json`: one array, whose closing bracket ends the output.
class JsonReader final : public NfdumpReader {
 public:
  explicit JsonReader(const NfdumpFormat& format) : records_(format) {}

  void feed(std::string_view chunk, RowReceiver& rows) override;
  [[nodiscard]] NfdumpFailure at_end(bool silent) const override;
  [[nodiscard]] std::uint64_t rows() const override { return records_.count(); }
  [[nodiscard]] std::uint64_t left_out() const override { return records_.left_out(); }

 private:
  enum class Place { before, first, after_record, next, closed };

  bool step(std::size_t& at, RowReceiver& rows);
  bool step_record(std::size_t& at, RowReceiver& rows);
  bool step_no_match(std::size_t& at);
  bool fail_here(std::string_view what, std::size_t at) {
    return fail_line(NfdumpTrouble::unexpected_line, what, std::string_view(buffer_).substr(at));
  }

  Records records_;
  std::string buffer_;  ///< what was not read yet
  Place place_ = Place::before;
};

/// Reads one item of the buffer at `at`. False if there is a failure, or not enough to read yet.
bool JsonReader::step(std::size_t& at, RowReceiver& rows) {
  at = skip_json_blanks(buffer_, at);
  if (at == buffer_.size()) {
    return false;
  }
  const char c = buffer_[at];
  if (place_ == Place::before && c == '[') {
    place_ = Place::first;
  } else if ((place_ == Place::first || place_ == Place::after_record) && c == ']') {
    place_ = Place::closed;
  } else if (place_ == Place::after_record && c == ',') {
    place_ = Place::next;
  } else if ((place_ == Place::first || place_ == Place::next) && c == '{') {
    return step_record(at, rows);
  } else if (place_ == Place::first && c == kNoMatch.front()) {
    return step_no_match(at);
  } else {
    return fail_here("no JSON array of objects at", at);
  }
  ++at;
  return true;
}

bool JsonReader::step_no_match(std::size_t& at) {
  const std::string_view left = std::string_view(buffer_).substr(at);
  const std::size_t stop = left.find('\n');
  const bool fits =
      left.starts_with(kNoMatch) || (stop == std::string_view::npos && kNoMatch.starts_with(left));
  if (!fits || left.size() > kMaxNfdumpLine) {
    return fail_here("no JSON array of objects at", at);
  }
  if (stop == std::string_view::npos) {
    return false;
  }
  at += stop;
  return true;
}

bool JsonReader::step_record(std::size_t& at, RowReceiver& rows) {
  const JsonExtent extent = json_extent(buffer_, at);
  if (extent.outcome == JsonExtent::Outcome::complete && extent.end - at <= kMaxNfdumpLine) {
    if (!records_.take(std::string_view(buffer_).substr(at, extent.end - at), rows)) {
      return fail_here("no JSON object at", at);
    }
    at = extent.end;
    place_ = Place::after_record;
    return true;
  }
  if (buffer_.size() - at > kMaxNfdumpLine && extent.end - at > kMaxNfdumpLine) {
    return fail_line(NfdumpTrouble::line_too_long,
                     fmt::format("a record of more than {} bytes", kMaxNfdumpLine),
                     std::string_view(buffer_).substr(at));
  }
  if (extent.outcome == JsonExtent::Outcome::truncated && extent.end == buffer_.size()) {
    return false;
  }
  return fail_here("no JSON object at", at);
}

void JsonReader::feed(std::string_view chunk, RowReceiver& rows) {
  // Without a brace a record that is not complete does not become so: it need not be looked at.
  const bool waits = !buffer_.empty() && chunk.find('}') == std::string_view::npos &&
                     buffer_.size() + chunk.size() <= kMaxNfdumpLine && place_ != Place::first;
  if (failure_) {
    return;
  }
  buffer_ += chunk;
  if (waits) {
    return;
  }
  std::size_t at = 0;
  while (step(at, rows)) {
  }
  buffer_.erase(0, at);
}

NfdumpFailure JsonReader::at_end(bool silent) const {
  if (place_ != Place::closed) {
    return {
        buffer_.empty() && place_ == Place::before ? NfdumpTrouble::no_trailer
                                                   : NfdumpTrouble::cut_off,
        fmt::format("after {} records the array is not closed{}{}{}", rows(),
                    buffer_.empty() ? "" : ": '", shown_line(buffer_), buffer_.empty() ? "" : "'")};
  }
  return rows() == 0 ? nfdump_no_rows(silent) : NfdumpFailure{};
}

}  // namespace

std::unique_ptr<NfdumpReader> make_nfdump_json_reader(const NfdumpFormat& format) {
  if (format.style == NfdumpFormat::Style::ndjson) {
    return std::make_unique<NdjsonReader>(format);
  }
  return std::make_unique<JsonReader>(format);
}

}  // namespace weir
