#include "weir/decode/nfdump_strip.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace weir {
namespace {

// Unicode's White_Space beyond ASCII, in UTF-8.
constexpr auto kSpaces = std::to_array<std::string_view>({
    "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
    "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
    "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
    "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
});

std::size_t space_at_start(std::string_view text) {
  if (nfdump_detail::is_ascii_space(text.front())) {
    return 1;
  }
  const auto* found = std::find_if(kSpaces.begin(), kSpaces.end(),
                                   [&](std::string_view s) { return text.starts_with(s); });
  return found == kSpaces.end() ? 0 : found->size();
}

std::size_t space_at_end(std::string_view text) {
  if (nfdump_detail::is_ascii_space(text.back())) {
    return 1;
  }
  const auto* found = std::find_if(kSpaces.begin(), kSpaces.end(),
                                   [&](std::string_view s) { return text.ends_with(s); });
  return found == kSpaces.end() ? 0 : found->size();
}

}  // namespace

std::string_view nfdump_detail::strip_unicode(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = space_at_start(text);
    if (size == 0) {
      break;
    }
    text.remove_prefix(size);
  }
  while (!text.empty()) {
    const std::size_t size = space_at_end(text);
    if (size == 0) {
      break;
    }
    text.remove_suffix(size);
  }
  return text;
}

std::string shown_line(std::string_view line) {
  constexpr std::size_t kMost = 160;
  std::string shown;
  for (const char c : line.substr(0, kMost)) {
    if (c >= ' ' && c <= '~' && c != '\\') {
      shown += c;
    } else {
      fmt::format_to(std::back_inserter(shown), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return line.size() > kMost ? shown + "…" : shown;
}

}  // namespace weir
