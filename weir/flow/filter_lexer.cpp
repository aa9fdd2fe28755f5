#include "weir/flow/filter_lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "weir/base/error.hpp"

namespace weir {
namespace {

using Kind = FilterToken::Kind;

/// Long enough for any address, time, number or name; bounds the work of looking for ranges in one.
constexpr std::size_t kMaxWord = 256;
/// How much of a long line is shown on each side of an error.
constexpr std::size_t kContext = 60;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("_.:/+-%").find(c) != std::string_view::npos;
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::string printable(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return line;
}

Kind keyword(std::string_view word) {
  constexpr auto kKeywords = std::to_array<std::pair<std::string_view, Kind>>({
      {"and", Kind::kw_and},
      {"or", Kind::kw_or},
      {"not", Kind::kw_not},
      {"in", Kind::kw_in},
      {"has", Kind::kw_has},
  });
  for (const auto& [name, kind] : kKeywords) {
    if (std::equal(word.begin(), word.end(), name.begin(), name.end(),
                   [](char a, char b) { return a == b || a == b - 'a' + 'A'; })) {
      return kind;
    }
  }
  return Kind::word;
}

}  // namespace

void fail_at(std::string_view filter, std::size_t begin, std::size_t size,
             const std::string& message) {
  begin = std::min(begin, filter.size());
  const auto before = filter.substr(0, begin);
  const std::size_t newline = before.rfind('\n');
  const std::size_t line_begin = newline == std::string_view::npos ? 0 : newline + 1;
  const std::size_t line_end = std::min(filter.find('\n', begin), filter.size());

  std::size_t from = begin - std::min(begin - line_begin, kContext);
  while (from < begin && is_continuation(filter[from])) {
    ++from;
  }
  const std::size_t marked = std::min({size, line_end - begin, kContext});
  std::size_t to = std::min(line_end, begin + marked + kContext);
  while (to < line_end && is_continuation(filter[to])) {
    ++to;
  }
  const std::string_view lead = from > line_begin ? "..." : "";
  const std::string_view tail = to < line_end ? "..." : "";
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::string line = lines == 0 ? "" : fmt::format("line {}, ", lines + 1);
  const std::size_t column = width(filter.substr(line_begin, begin - line_begin)) + 1;
  const std::size_t indent = lead.size() + width(filter.substr(from, begin - from));
  throw Error::usage(
      fmt::format("the filter is wrong at {}column {}: {}\n  {}{}{}\n  {}{}", line, column, message,
                  lead, printable(filter.substr(from, to - from)), tail, std::string(indent, ' '),
                  std::string(std::max<std::size_t>(1, width(filter.substr(begin, marked))), '^')));
}

FilterToken FilterLexer::next() {
  while (at_ < filter_.size() && is_blank(filter_[at_])) {
    ++at_;
  }
  if (at_ == filter_.size()) {
    return symbol(Kind::end, 0);
  }
  const char first = filter_[at_];
  switch (first) {
    case '(':
      return symbol(Kind::open, 1);
    case ')':
      return symbol(Kind::close, 1);
    case '[':
      return symbol(Kind::open_list, 1);
    case ']':
      return symbol(Kind::close_list, 1);
    case ',':
      return symbol(Kind::comma, 1);
    case '\'':
      return quoted();
    default:
      break;
  }
  if (is_word(first)) {
    return word();
  }
  return operator_token(first, at_ + 1 < filter_.size() ? filter_[at_ + 1] : '\0');
}

FilterToken FilterLexer::symbol(Kind kind, std::size_t size) {
  FilterToken token;
  token.kind = kind;
  token.begin = at_;
  token.raw = filter_.substr(at_, size);
  at_ += size;
  return token;
}

FilterToken FilterLexer::operator_token(char first, char second) {
  const bool with_equal = second == '=';
  switch (first) {
    case '=':
      return symbol(Kind::equal, with_equal ? 2 : 1);
    case '!':
      return with_equal ? symbol(Kind::not_equal, 2) : symbol(Kind::kw_not, 1);
    case '<':
      return with_equal ? symbol(Kind::less_equal, 2) : symbol(Kind::less, 1);
    case '>':
      return with_equal ? symbol(Kind::greater_equal, 2) : symbol(Kind::greater, 1);
    case '&':
      if (second != '&') {
        fail_at(filter_, at_, 1, "write 'and' or &&.");
      }
      return symbol(Kind::kw_and, 2);
    case '|':
      if (second != '|') {
        fail_at(filter_, at_, 1, "write 'or' or ||.");
      }
      return symbol(Kind::kw_or, 2);
    case '"':
      fail_at(filter_, at_, 1, "texts stand in single quotes, as in label == 'edge1'.");
    default:
      fail_at(filter_, at_, 1, "this character means nothing here. Texts stand in single quotes.");
  }
}

FilterToken FilterLexer::quoted() {
  const std::size_t begin = at_;
  std::string text;
  std::size_t at = at_ + 1;
  for (; at < filter_.size(); ++at) {
    if (filter_[at] == '\'') {
      if (at + 1 == filter_.size() || filter_[at + 1] != '\'') {
        break;
      }
      ++at;  // '' is a quote within the text
    }
    text += filter_[at];
  }
  if (at == filter_.size()) {
    fail_at(filter_, begin, 1, "this quote is not closed. A quote within a text is written ''.");
  }
  FilterToken token = symbol(Kind::text, at + 1 - begin);
  token.text = std::move(text);
  return token;
}

FilterToken FilterLexer::word() {
  std::size_t end = at_;
  while (end < filter_.size() && is_word(filter_[end])) {
    ++end;
  }
  if (end - at_ > kMaxWord) {
    fail_at(filter_, at_, end - at_,
            fmt::format("this word is longer than the {} characters a word may have.", kMaxWord));
  }
  return symbol(keyword(filter_.substr(at_, end - at_)), end - at_);
}

}  // namespace weir
