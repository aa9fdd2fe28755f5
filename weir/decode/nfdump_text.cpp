#include "weir/decode/nfdump_text.hpp"

#include <fmt/format.h>

#include <utility>
#include "weir/decode/nfdump_strip.hpp"

namespace weir {
namespace {

std::unique_ptr<NfdumpReader> make_reader(const NfdumpFormat& format) {
  switch (format.style) {
    case NfdumpFormat::Style::fmt:
      return make_nfdump_fmt_reader(format);
    case NfdumpFormat::Style::csv:
      return make_nfdump_csv_reader(format);
    default:
      return make_nfdump_json_reader(format);
  }
}

/// The first line on stderr that is not empty, in quotes.
std::string first_error(std::string_view errors) {
  const std::string_view text = strip_as_python(errors);
  return text.empty() ? std::string()
                      : fmt::format("'{}'", shown_line(text.substr(0, text.find('\n'))));
}

NfdumpFailure failure_of(const NfdumpReader& reader, const NfdumpEnd& end) {
  const std::string error = first_error(end.errors);
  if (reader.failure()) {
    return {reader.failure().trouble,
            reader.failure().detail + (error.empty() ? "" : "; its stderr: " + error)};
  }
  if (end.exit_status != 0) {
    return {NfdumpTrouble::exit_status,
            fmt::format("the command {} {}{}{}",
                        end.exit_status < 0 ? "was killed by signal" : "ended with status",
                        end.exit_status < 0 ? -end.exit_status : end.exit_status,
                        error.empty() ? "" : ": ", error)};
  }
  if (!error.empty()) {
    return {NfdumpTrouble::error_output, "the command wrote to stderr: " + error};
  }
  return reader.at_end(!end.errors_ignored);
}

}  // namespace

NfdumpText::NfdumpText(const NfdumpFormat& format) : reader_(make_reader(format)) {}

NfdumpVerdict NfdumpText::finish(const NfdumpEnd& end) const {
  NfdumpFailure failure = failure_of(*reader_, end);
  return {failure.trouble, std::move(failure.detail), reader_->rows(), reader_->left_out()};
}

}  // namespace weir
