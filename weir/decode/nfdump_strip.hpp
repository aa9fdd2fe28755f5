#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir {

namespace nfdump_detail {
std::string_view strip_unicode(std::string_view text);

constexpr bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
}
constexpr bool is_ascii(char c) {
  return static_cast<signed char>(c) >= 0;
}
}  // namespace nfdump_detail

/// The text without white space at its ends, as Python's `str.strip()` takes it off: also the
/// separators 0x1c to 0x1f and, in UTF-8, Unicode's spaces.
inline std::string_view strip_as_python(std::string_view text) {
  const char* first = text.data();
  const char* last = first + text.size();
  while (first != last && nfdump_detail::is_ascii_space(*first)) {
    ++first;
  }
  while (first != last && nfdump_detail::is_ascii_space(last[-1])) {
    --last;
  }
  const std::string_view left(first, static_cast<std::size_t>(last - first));
  if (left.empty() ||
      (nfdump_detail::is_ascii(left.front()) && nfdump_detail::is_ascii(left.back()))) {
    return left;
  }
  return nfdump_detail::strip_unicode(left);
}

/// A line as it can be shown in an error: at most 160 bytes of it, what is not printable ASCII as
/// `\xNN`.
std::string shown_line(std::string_view line);

}  // namespace weir
