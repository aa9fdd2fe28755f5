#include "weir/decode/json_path.hpp"

#include <fmt/format.h>

#include "weir/base/error.hpp"
#include "weir/base/utf8.hpp"

namespace weir {
namespace {

[[noreturn]] void refuse(std::string_view path, std::string_view why) {
  throw Error::usage(
      fmt::format("the path '{}' {}; write it like $.flow.octets or "
                  "$['in bytes'].total",
                  path, why));
}

/// RFC 9535 2.5.1.1: letters, `_`, what is not ASCII, and behind the first also digits. A hyphen is
/// no part of a shorthand name there; here nothing else could be meant by it.
bool is_plain(char c, bool first) {
  const auto byte = static_cast<unsigned char>(c);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || byte >= 0x80 ||
         (!first && ((c >= '0' && c <= '9') || c == '-'));
}

void append_utf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  if (code < 0x800) {
    out += static_cast<char>(0xc0U | code >> 6U);
  } else {
    if (code < 0x10000) {
      out += static_cast<char>(0xe0U | code >> 12U);
    } else {
      out += static_cast<char>(0xf0U | code >> 18U);
      out += static_cast<char>(0x80U | (code >> 12U & 0x3fU));
    }
    out += static_cast<char>(0x80U | (code >> 6U & 0x3fU));
  }
  out += static_cast<char>(0x80U | (code & 0x3fU));
}

class PathReader {
 public:
  explicit PathReader(std::string_view path) : path_(path) {}

  std::vector<std::string> read() {
    if (!is_valid_utf8(path_)) {
      refuse("?", "is not UTF-8");
    }
    if (peek() != '$') {
      refuse(path_, "does not begin with $");
    }
    ++at_;
    std::vector<std::string> names;
    while (at_ < path_.size()) {
      names.push_back(name());
    }
    if (names.empty()) {
      refuse(path_, "names no member");
    }
    if (names.size() > kMaxJsonPath) {
      refuse(path_, fmt::format("has more than {} names", kMaxJsonPath));
    }
    return names;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < path_.size() ? path_[at_] : '\0'; }

  std::string name() {
    if (peek() == '.') {
      ++at_;
      return plain();
    }
    if (peek() != '[') {
      refuse(path_, "has something other than .name or ['name'] behind a name");
    }
    ++at_;
    const char quote = peek();
    if (quote != '\'' && quote != '"') {
      refuse(path_, "can only name members of objects, in quotes, between [ and ]");
    }
    ++at_;
    std::string read = quoted(quote);
    if (peek() != ']') {
      refuse(path_, "has no ] behind a name in quotes");
    }
    ++at_;
    return read;
  }

  std::string plain() {
    const std::size_t begin = at_;
    while (at_ < path_.size() && is_plain(path_[at_], at_ == begin)) {
      ++at_;
    }
    if (at_ == begin) {
      refuse(path_, "has no name behind a point, or one that needs quotes");
    }
    return std::string(path_.substr(begin, at_ - begin));
  }

  std::string quoted(char quote) {
    std::string read;
    while (peek() != quote) {
      if (at_ >= path_.size()) {
        refuse(path_, "has a quote that is not closed");
      }
      const char c = path_[at_++];
      if (c == '\\') {
        escaped(read);
      } else {
        read += c;
      }
    }
    ++at_;
    return read;
  }

  void escaped(std::string& out) {
    constexpr std::string_view kNames = "bfnrt/\\'\"";
    constexpr std::string_view kMeanings = "\b\f\n\r\t/\\'\"";
    const char c = peek();
    ++at_;
    if (c == 'u') {
      append_utf8(out, code_point());
      return;
    }
    const std::size_t known = c == '\0' ? std::string_view::npos : kNames.find(c);
    if (known == std::string_view::npos) {
      refuse(path_, "has a backslash before something that it cannot stand before");
    }
    out += kMeanings[known];
  }

  unsigned code_point() {
    const unsigned first = four_digits();
    if (first < 0xd800 || first > 0xdfff) {
      return first;
    }
    const bool pair = first < 0xdc00 && path_.substr(at_).starts_with("\\u");
    at_ += pair ? 2 : 0;
    const unsigned second = pair ? four_digits() : 0;
    if (second < 0xdc00 || second > 0xdfff) {
      refuse(path_, "has half of a surrogate pair");
    }
    return 0x10000U + ((first - 0xd800U) << 10U) + (second - 0xdc00U);
  }

  unsigned four_digits() {
    unsigned value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const bool digit = c >= '0' && c <= '9';
      const bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      if (!digit && !letter) {
        refuse(path_, "has a \\u without four hexadecimal digits");
      }
      value = value << 4U | static_cast<unsigned>(digit ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
  }

  std::string_view path_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<std::string> parse_json_path(std::string_view path) {
  return PathReader(path).read();
}

}  // namespace weir
