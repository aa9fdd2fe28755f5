#include "weir/state/ledger_note.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace weir {
namespace {

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

}  // namespace

void LedgerNote::skip(Window given_up) {
  ++skipped;
  newest_skipped.push_back(given_up);
  if (newest_skipped.size() > kMaxNames) {
    newest_skipped.erase(newest_skipped.begin());
  }
}

std::string write_ledger_note(const LedgerNote& note) {
  std::string text = fmt::format("window={} rows={} skipped={}", window_name(note.window),
                                 note.rows, note.skipped);
  for (const Window window : note.newest_skipped) {
    fmt::format_to(std::back_inserter(text), " {}", window_name(window));
  }
  return text;
}

LedgerNote read_ledger_note(std::string_view text) {
  LedgerNote note;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    if (equals == std::string_view::npos) {
      const auto window = parse_window(word);
      if (window && note.newest_skipped.size() < LedgerNote::kMaxNames) {
        note.newest_skipped.push_back(*window);
      }
    } else if (name == "window") {
      note.window = parse_window(word.substr(equals + 1)).value_or(Window{});
    } else if (name == "rows") {
      note.rows = number(word.substr(equals + 1));
    } else if (name == "skipped") {
      note.skipped = number(word.substr(equals + 1));
    }
  }
  return note;
}

}  // namespace weir
