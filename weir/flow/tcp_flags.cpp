#include "weir/flow/tcp_flags.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace weir {
namespace {

struct Flag {
  std::string_view name;
  char letter;
  std::uint16_t bit;
};

/// In the order they are printed. `NS` is the name of a bit and not the letters N and S.
constexpr auto kFlags = std::to_array<Flag>({
    {"NS", 'N', 0x100},
    {"CWR", 'C', 0x80},
    {"ECE", 'E', 0x40},
    {"URG", 'U', 0x20},
    {"ACK", 'A', 0x10},
    {"PSH", 'P', 0x08},
    {"RST", 'R', 0x04},
    {"SYN", 'S', 0x02},
    {"FIN", 'F', 0x01},
});

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::optional<std::uint16_t> parse_number(std::string_view text) {
  const bool hexadecimal = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  if (hexadecimal) {
    text.remove_prefix(2);
  }
  std::uint16_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, hexadecimal ? 16 : 10);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

std::optional<std::uint16_t> parse_letters(std::string_view text) {
  std::uint16_t flags = 0;
  for (const char c : text) {
    if (c == '.') {  // a flag that is not set
      continue;
    }
    const auto* flag = std::find_if(kFlags.begin(), kFlags.end(), [c](const Flag& candidate) {
      return candidate.letter == upper(c);
    });
    if (flag == kFlags.end()) {
      return std::nullopt;
    }
    flags |= flag->bit;
  }
  return flags;
}

std::optional<std::uint16_t> parse_word(std::string_view word) {
  for (const Flag& flag : kFlags) {
    if (std::equal(word.begin(), word.end(), flag.name.begin(), flag.name.end(),
                   [](char a, char b) { return upper(a) == b; })) {
      return flag.bit;
    }
  }
  return parse_letters(word);
}

}  // namespace

std::optional<std::uint16_t> parse_tcp_flags(std::string_view text) {
  if (const auto number = parse_number(text)) {
    return number;
  }
  constexpr std::string_view kSeparators = ", |";
  std::uint16_t flags = 0;
  bool any = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(kSeparators), text.size());
    if (end != 0) {
      const auto word = parse_word(text.substr(0, end));
      if (!word) {
        return std::nullopt;
      }
      flags |= *word;
      any = true;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return any ? std::optional(flags) : std::nullopt;
}

}  // namespace weir
