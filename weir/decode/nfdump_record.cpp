#include "weir/decode/nfdump_record.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "weir/decode/json_split.hpp"

namespace weir {
namespace {

const char* skip_blanks(const char* at, const char* end) {
  const std::string_view left(at, static_cast<std::size_t>(end - at));
  return at + skip_json_blanks(left, 0);
}

/// Where the string ends whose first byte, after the quote, is at `at`; nullptr if it does not.
const char* string_end(const char* at, const char* end, bool& escaped) {
  for (; at != end; ++at) {
    if (*at == '"') {
      return at;
    }
    if (*at == '\\') {
      escaped = true;
      if (++at == end) {
        return nullptr;
      }
    }
  }
  return nullptr;
}

bool is_bare(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' ||
         c == 'E';
}

bool is_bare_value(std::string_view text) {
  const bool word = text == "true" || text == "false" || text == "null";
  return word ||
         (text.find_first_not_of("0123456789+-.eE") == std::string_view::npos && !text.empty() &&
          (text.front() == '-' || (text.front() >= '0' && text.front() <= '9')));
}

void append_utf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      out += static_cast<char>(0xe0 | code >> 12);
    } else {
      out += static_cast<char>(0xf0 | code >> 18);
      out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    }
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
  }
  out += static_cast<char>(0x80 | (code & 0x3f));
}

/// The four hexadecimal digits at `at`, more than 0xffff if there are none.
unsigned hex4(std::string_view text, std::size_t at) {
  constexpr unsigned kNone = 0x10000;
  unsigned code = 0;
  if (text.size() < at + 4) {
    return kNone;
  }
  const char* const end = text.data() + at + 4;
  return std::from_chars(text.data() + at, end, code, 16).ptr == end ? code : kNone;
}

/// Appends what the escape after the backslash at `text[at]` means; returns its length.
std::size_t unescape_at(std::string_view text, std::size_t at, std::string& out) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const std::size_t letter = kLetters.find(text[at + 1]);
  if (letter != std::string_view::npos) {
    out += kMeanings[letter];
    return 2;
  }
  const unsigned code = text[at + 1] == 'u' ? hex4(text, at + 2) : 0x10000;
  if (code >= 0xd800 && code < 0xdc00 && text.substr(at + 6, 2) == "\\u") {
    const unsigned low = hex4(text, at + 8);
    if (low >= 0xdc00 && low < 0xe000) {
      append_utf8(out, 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
      return 12;
    }
  }
  if (code > 0xffff || (code >= 0xd800 && code < 0xe000)) {
    out += '\\';
    return 1;
  }
  append_utf8(out, code);
  return 6;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      at += unescape_at(text, at, out);
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string_view slice(const char* from, const char* to) {
  return {from, static_cast<std::size_t>(to - from)};
}

}  // namespace

NfdumpRecord::NfdumpRecord(std::vector<NfdumpColumn> columns)
    : columns_(std::move(columns)),
      fixed_(!columns_.empty()),
      values_(columns_.size()),
      unescaped_(columns_.size()) {}

std::size_t NfdumpRecord::find_or_add(std::string_view key) {
  NfdumpColumn column = nfdump_json_column(key);
  const auto found = std::find_if(columns_.begin(), columns_.end(), [&](const NfdumpColumn& other) {
    return other.name == column.name;
  });
  if (found != columns_.end()) {
    return static_cast<std::size_t>(found - columns_.begin());
  }
  if (fixed_) {
    return kNoColumn;
  }
  columns_.push_back(std::move(column));
  values_.emplace_back();
  unescaped_.emplace_back();
  return columns_.size() - 1;
}

std::size_t NfdumpRecord::column_of(std::string_view key) {
  constexpr std::size_t kMostKeys = 1024;
  const auto found = known_.find(key);
  if (found != known_.end()) {
    return found->second;
  }
  const std::size_t column = find_or_add(key);
  if (known_.size() < kMostKeys) {
    known_.emplace(std::string(key), column);
  }
  return column;
}

void NfdumpRecord::store(std::size_t column, std::string_view value, bool escaped) {
  if (column == kNoColumn) {
    ++left_out_;
    return;
  }
  if (!escaped) {
    values_[column] = value;
    return;
  }
  unescaped_[column] = unescape(value);
  values_[column] = unescaped_[column];
}

const char* NfdumpRecord::read_value(const char* at, const char* end, std::string_view& value,
                                     bool& escaped) {
  if (at == end) {
    return nullptr;
  }
  if (*at == '"') {
    const char* const stop = string_end(at + 1, end, escaped);
    value = stop == nullptr ? std::string_view() : slice(at + 1, stop);
    return stop == nullptr ? nullptr : stop + 1;
  }
  if (*at == '{' || *at == '[') {
    const JsonExtent extent = json_extent(slice(at, end), 0);
    value = slice(at, at + extent.end);
    return extent.outcome == JsonExtent::Outcome::complete ? at + extent.end : nullptr;
  }
  const char* stop = at;
  while (stop != end && is_bare(*stop)) {
    ++stop;
  }
  value = slice(at, stop);
  if (!is_bare_value(value)) {
    return nullptr;
  }
  value = value == "null" ? std::string_view() : value;
  return stop;
}

/// Reads `"key" : value`; returns where it ends, nullptr if there is none.
const char* NfdumpRecord::read_pair(const char* at, const char* end) {
  if (at == end || *at != '"') {
    return nullptr;
  }
  bool key_escaped = false;
  const char* const key_end = string_end(at + 1, end, key_escaped);
  if (key_end == nullptr) {
    return nullptr;
  }
  const std::string_view key = slice(at + 1, key_end);
  at = skip_blanks(key_end + 1, end);
  if (at == end || *at != ':') {
    return nullptr;
  }
  std::string_view value;
  bool escaped = false;
  at = read_value(skip_blanks(at + 1, end), end, value, escaped);
  if (at != nullptr) {
    store(column_of(key), value, escaped);
  }
  return at;
}

bool NfdumpRecord::read(std::string_view text) {
  std::fill(values_.begin(), values_.end(), std::string_view());
  const char* at = text.data();
  const char* const end = at + text.size();
  if (at == end || *at != '{') {
    return false;
  }
  at = skip_blanks(at + 1, end);
  while (at != end && *at != '}') {
    at = read_pair(at, end);
    at = at == nullptr ? nullptr : skip_blanks(at, end);
    if (at == nullptr || at == end || (*at != ',' && *at != '}')) {
      return false;
    }
    if (*at == ',') {
      at = skip_blanks(at + 1, end);
      if (at == end || *at != '"') {
        return false;
      }
    }
  }
  if (at == end || skip_blanks(at + 1, end) != end || columns_.empty()) {
    return false;
  }
  fixed_ = true;
  return true;
}

}  // namespace weir
