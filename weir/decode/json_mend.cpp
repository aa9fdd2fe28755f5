#include "weir/decode/json_mend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>

#include "weir/base/utf8.hpp"

namespace weir {
namespace {

constexpr std::string_view kReplacement = "\\ufffd";

/// The value of `\uXXXX` at `at`, nothing if there is none.
std::optional<unsigned> unicode_escape(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') {
    return std::nullopt;
  }
  unsigned value = 0;
  for (const char c : text.substr(at + 2, 4)) {
    const bool digit = c >= '0' && c <= '9';
    const char lower = static_cast<char>(c | 0x20);
    if (!digit && (lower < 'a' || lower > 'f')) {
      return std::nullopt;
    }
    value = value * 16 + static_cast<unsigned>(digit ? c - '0' : lower - 'a' + 10);
  }
  return value;
}

bool is_high_surrogate(unsigned value) {
  return value >= 0xd800 && value < 0xdc00;
}
bool is_low_surrogate(unsigned value) {
  return value >= 0xdc00 && value < 0xe000;
}

/// Copies the escape at `at`, whose backslash stands inside a string; returns where it ends.
std::size_t mend_escape(std::string& out, std::string_view text, std::size_t at) {
  const auto value = unicode_escape(text, at);
  if (!value) {
    const std::string_view pair = text.substr(at, 2);
    out += pair;
    return at + pair.size();
  }
  if (is_high_surrogate(*value)) {
    const auto low = unicode_escape(text, at + 6);
    if (low && is_low_surrogate(*low)) {
      out += text.substr(at, 12);
      return at + 12;
    }
  }
  const bool lone = is_high_surrogate(*value) || is_low_surrogate(*value);
  out += lone ? kReplacement : text.substr(at, 6);
  return at + 6;
}

/// Copies the string that starts with the quote at `at`; returns where it ends.
std::size_t mend_string(std::string& out, std::string_view text, std::size_t at) {
  out += text[at++];
  while (at < text.size()) {
    const char c = text[at];
    if (c == '\\') {
      at = mend_escape(out, text, at);
      continue;
    }
    ++at;
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r') {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
      continue;
    }
    out += c;
    if (c == '"') {
      break;
    }
  }
  return at;
}

/// Takes leading digits off `text` and returns them.
std::string_view take_digits(std::string_view& text) {
  const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool take_any(std::string_view& text, std::string_view characters) {
  if (text.empty() || characters.find(text.front()) == std::string_view::npos) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

/// A JSON number's parts (RFC 8259, section 6).
struct Number {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  bool has_exponent = false;
  std::string_view exponent;  ///< digits
  bool negative_exponent = false;
};

std::optional<Number> parse_number(std::string_view text) {
  Number number;
  number.negative = take_any(text, "-");
  number.whole = take_digits(text);
  if (number.whole.empty() || (number.whole.size() > 1 && number.whole.front() == '0')) {
    return std::nullopt;
  }
  if (take_any(text, ".")) {
    number.fraction = take_digits(text);
    if (number.fraction.empty()) {
      return std::nullopt;
    }
  }
  number.has_exponent = take_any(text, "eE");
  if (number.has_exponent) {
    number.negative_exponent = text.starts_with('-');
    take_any(text, "+-");
    number.exponent = take_digits(text);
    if (number.exponent.empty()) {
      return std::nullopt;
    }
  }
  return text.empty() ? std::optional(number) : std::nullopt;
}

/// Whether a number that no double can hold is too large for it, and not too close to 0.
bool is_large(const Number& number) {
  constexpr std::int64_t kVeryMany = std::int64_t{1} << 40;
  std::int64_t exponent = 0;
  const auto [end, error] = std::from_chars(
      number.exponent.data(), number.exponent.data() + number.exponent.size(), exponent);
  if (error == std::errc::result_out_of_range || exponent > kVeryMany) {
    exponent = kVeryMany;
  }
  const bool below_one = number.whole == "0";
  const std::size_t zeros =
      std::min(number.fraction.find_first_not_of('0'), number.fraction.size());
  const auto digits = below_one ? -static_cast<std::int64_t>(zeros)
                                : static_cast<std::int64_t>(number.whole.size());
  return digits + (number.negative_exponent ? -exponent : exponent) > 0;
}

/// Whether simdjson refuses it because no 64-bit type holds it.
bool is_too_large(const Number& number, std::string_view text) {
  if (number.fraction.empty() && !number.has_exponent) {
    const std::string_view largest =
        number.negative ? "9223372036854775808" : "18446744073709551615";
    return number.whole.size() != largest.size() ? number.whole.size() > largest.size()
                                                 : number.whole > largest;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc::result_out_of_range && is_large(number);
}

/// Copies the number at `at`, quoted if it is too large; returns where it ends.
std::size_t mend_number(std::string& out, std::string_view text, std::size_t at) {
  const std::size_t end = std::min(text.find_first_not_of("+-.0123456789eE", at), text.size());
  const std::string_view written = text.substr(at, end - at);
  const auto number = parse_number(written);
  if (number && is_too_large(*number, written)) {
    fmt::format_to(std::back_inserter(out), "\"{}\"", written);
  } else {
    out += written;
  }
  return end;
}

}  // namespace

void append_mended_json(std::string& out, std::string_view raw) {
  std::string valid;
  std::string_view text = raw;
  if (!is_valid_utf8(raw)) {
    append_mended(valid, raw);
    text = valid;
  }
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = mend_string(out, text, at);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      at = mend_number(out, text, at);
    } else {
      out += c;
      ++at;
    }
  }
}

}  // namespace weir
