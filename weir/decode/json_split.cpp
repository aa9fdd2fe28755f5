#include "weir/decode/json_split.hpp"

#include <algorithm>

namespace weir {
namespace {

using Outcome = JsonExtent::Outcome;

/// Where the string ends whose opening quote is at `at`.
JsonExtent string_extent(std::string_view text, std::size_t at) {
  ++at;
  while (true) {
    at = text.find_first_of("\"\\\n", at);
    if (at == std::string_view::npos) {
      return {text.size(), Outcome::truncated};
    }
    if (text[at] == '"') {
      return {at + 1, Outcome::complete};
    }
    if (text[at] == '\n') {
      return {at, Outcome::truncated};
    }
    if (at + 1 >= text.size()) {
      return {text.size(), Outcome::truncated};
    }
    // An escaped line break is a line break all the same.
    at += text[at + 1] == '\n' ? 1 : 2;
  }
}

}  // namespace

JsonExtent json_extent(std::string_view text, std::size_t at) {
  int depth = 0;
  while (true) {
    at = text.find_first_of("\"{}[]", at);
    if (at == std::string_view::npos) {
      return {text.size(), Outcome::truncated};
    }
    const char c = text[at];
    if (c == '"') {
      const JsonExtent string = string_extent(text, at);
      if (string.outcome != Outcome::complete) {
        return string;
      }
      at = string.end;
      continue;
    }
    ++at;
    if (c == '{' || c == '[') {
      if (++depth > kMaxJsonDepth) {
        return {at, Outcome::too_deep};
      }
    } else if (--depth == 0) {
      return {at, Outcome::complete};
    }
  }
}

std::string_view JsonItems::next() {
  const std::size_t begin = skip_json_blanks(text_, at_);
  if (begin >= text_.size()) {
    return {};
  }
  const char first = text_[begin];
  std::size_t end = begin;
  if (first == '{' || first == '[') {
    end = json_extent(text_, begin).end;
  } else if (first == '"') {
    end = string_extent(text_, begin).end;
  } else {
    end = std::min(text_.find_first_of(",] \t\r\n", begin), text_.size());
  }
  at_ = skip_json_blanks(text_, end);
  at_ += at_ < text_.size() && text_[at_] == ',' ? 1 : 0;
  return text_.substr(begin, end - begin);
}

std::size_t json_resume(std::string_view text, std::size_t at, std::size_t limit) {
  const std::size_t line = text.substr(0, limit).find("\n{", at);
  return line == std::string_view::npos ? limit : line + 1;
}

}  // namespace weir
