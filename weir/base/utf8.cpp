#include "weir/base/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace weir {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::uint64_t kHighBits = 0x8080808080808080;
constexpr std::uint64_t kLowBits = 0x0101010101010101;

std::uint64_t load8(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// One step of decoding: how many bytes belong together, and whether they are a code point or the
/// maximal subpart of something ill-formed.
struct Sequence {
  std::size_t length;
  bool valid;
};

/// The sequence that starts at `at` with a byte >= 0x80.
Sequence sequence_at(std::string_view text, std::size_t at) {
  const unsigned char lead = byte_at(text, at);
  if (lead < 0xC2 || lead > 0xF4) {
    return {1, false};  // a lone continuation, an overlong two-byte form, or above U+10FFFF
  }
  const std::size_t wanted = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte's range is what excludes overlong forms, surrogates and values above U+10FFFF.
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  switch (lead) {
    case 0xE0:
      low = 0xA0;
      break;
    case 0xED:
      high = 0x9F;
      break;
    case 0xF0:
      low = 0x90;
      break;
    case 0xF4:
      high = 0x8F;
      break;
    default:
      break;
  }
  std::size_t length = 1;
  while (length < wanted && at + length < text.size()) {
    const unsigned char next = byte_at(text, at + length);
    if (next < low || next > high) {
      break;
    }
    low = 0x80;
    high = 0xBF;
    ++length;
  }
  return {length, length == wanted};
}

/// Position of the first byte from `at` on that is not ASCII.
std::size_t skip_ascii(std::string_view text, std::size_t at) {
  while (at + 8 <= text.size() && (load8(text.data() + at) & kHighBits) == 0) {
    at += 8;
  }
  while (at < text.size() && byte_at(text, at) < 0x80) {
    ++at;
  }
  return at;
}

/// Position of the first byte from `at` on that is neither plain ASCII nor part of a code point,
/// that is, NUL or the start of something ill-formed.
std::size_t skip_good(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (at + 8 <= text.size()) {
      const std::uint64_t word = load8(text.data() + at);
      // For ASCII bytes the borrow of `word - kLowBits` sets a high bit only if some byte is zero.
      if (((word | (word - kLowBits)) & kHighBits) == 0) {
        at += 8;
        continue;
      }
    }
    const unsigned char byte = byte_at(text, at);
    if (byte == 0) {
      break;
    }
    if (byte < 0x80) {
      ++at;
      continue;
    }
    const Sequence sequence = sequence_at(text, at);
    if (!sequence.valid) {
      break;
    }
    at += sequence.length;
  }
  return at;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  std::size_t at = skip_ascii(text, 0);
  while (at < text.size()) {
    const Sequence sequence = sequence_at(text, at);
    if (!sequence.valid) {
      return false;
    }
    at = skip_ascii(text, at + sequence.length);
  }
  return true;
}

void append_mended(std::string& out, std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t bad = skip_good(text, at);
    out.append(text, at, bad - at);
    if (bad == text.size()) {
      return;
    }
    out += kReplacement;
    at = bad + (byte_at(text, bad) == 0 ? 1 : sequence_at(text, bad).length);
  }
}

std::string latin1_to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

}  // namespace weir
