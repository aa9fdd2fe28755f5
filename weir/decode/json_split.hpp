#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

inline constexpr int kMaxJsonDepth = 64;

/// How far one JSON value reaches.
struct JsonExtent {
  enum class Outcome : std::uint8_t {
    complete,   ///< its brackets and strings are closed
    truncated,  ///< the text, or a line inside a string, ends first
    too_deep,   ///< more than kMaxJsonDepth levels
  };
  std::size_t end = 0;  ///< one past its last byte, or where it could not go on
  Outcome outcome = Outcome::truncated;
};

/// Finds the end of the object or array that begins at `text[at]`, by brackets and strings alone.
JsonExtent json_extent(std::string_view text, std::size_t at);

/// Where reading goes on after a broken record that begins at `at`: at the first line break before
/// `limit` that a `{` follows directly, as in messages with one record on each line; else at
/// `limit`.
std::size_t json_resume(std::string_view text, std::size_t at, std::size_t limit);

/// Steps through the items of an array by brackets and strings alone: which bytes each is, a parser
/// does not tell.
class JsonItems {
 public:
  /// `array` is JSON, or becomes JSON by mending its strings and numbers.
  explicit JsonItems(std::string_view array) : text_(array) {}

  /// The next item without blanks around it; empty behind the last one.
  std::string_view next();

 private:
  std::string_view text_;
  std::size_t at_ = 1;
};

/// The first byte at or after `at` that is no JSON white space.
inline std::size_t skip_json_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() &&
         (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
    ++at;
  }
  return at;
}

/// The same of blanks and byte order marks, which files put together have between their records.
inline std::size_t skip_before_json(std::string_view text, std::size_t at) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  at = skip_json_blanks(text, at);
  while (at < text.size() && text.substr(at).starts_with(kByteOrderMark)) {
    at = skip_json_blanks(text, at + kByteOrderMark.size());
  }
  return at;
}

}  // namespace weir
