#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weir {

// The questions that reading text byte by byte is too slow for. What each may read beyond the bytes
// it was asked about is said there; the caller sees to it that they are readable.

struct PlainString {
  std::size_t length;  ///< bytes before the first quote, backslash or control character
  bool high_bits;      ///< some of them are not ASCII
};

/// What stands in the bytes from one place on, a bit for each.
struct StringBytes {
  std::uint32_t quotes;
  std::uint32_t odd;  ///< backslashes, control characters, and bytes that are not ASCII
};

namespace byte_scan_detail {

static_assert(std::endian::native == std::endian::little);

inline std::uint64_t load8(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

#if defined(__SSE2__)

inline __m128i load16(const char* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

inline std::uint32_t mask16(__m128i bytes) {
  return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
}

inline std::uint32_t equal16(const char* a, const char* b) {
  return mask16(_mm_cmpeq_epi8(load16(a), load16(b)));
}

inline std::uint32_t quotes16(__m128i bytes) {
  return mask16(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
}

/// Compared as signed numbers, bytes that are not ASCII are below the blank too.
inline std::uint32_t odd16(__m128i bytes) {
  return mask16(_mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),
                             _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
}

#endif

}  // namespace byte_scan_detail

/// Whether `size` bytes are the same. Reads up to 32 more of both.
inline bool same_bytes(const char* a, const char* b, std::size_t size) {
#if defined(__SSE2__)
  using byte_scan_detail::equal16;
  for (; size > 32; a += 32, b += 32, size -= 32) {
    if ((equal16(a, b) & equal16(a + 16, b + 16)) != 0xffff) {
      return false;
    }
  }
  const std::uint32_t equal = equal16(a, b) | equal16(a + 16, b + 16) << 16;
  return (~equal & static_cast<std::uint32_t>((std::uint64_t{1} << size) - 1)) == 0;
#else
  return std::memcmp(a, b, size) == 0;
#endif
}

/// Eight bytes, of which the first `count` are digits.
struct EightDigits {
  std::uint64_t values;  ///< each digit's value in a byte, rubbish after the last
  unsigned count;

  /// The number that the digits make; `count` must not be 0.
  [[nodiscard]] std::uint64_t number() const {
    // Pairs, then fours, then eights are added up inside one register.
    std::uint64_t sums = values << (64 - 8 * count);
    sums = (sums * 10) + (sums >> 8);
    return (((sums & 0x000000ff000000ff) * 0x000f424000000064) +
            (((sums >> 16) & 0x000000ff000000ff) * 0x0000271000000001)) >>
           32;
  }
};

/// Reads 8 bytes.
inline EightDigits eight_digits(const char* at) {
  const std::uint64_t values = byte_scan_detail::load8(at) ^ 0x3030303030303030;
  // Adding 0x76 sets a byte's high bit when it is above 9. Carries reach later bytes only.
  const std::uint64_t others = ((values + 0x7676767676767676) | values) & 0x8080808080808080;
  return {values, static_cast<unsigned>(std::countr_zero(others)) / 8};
}

/// Looks at the `kBytes` bytes at `at`, 16 or 32.
template <unsigned kBytes>
inline StringBytes string_bytes(const char* at) {
  static_assert(kBytes == 16 || kBytes == 32);
#if defined(__SSE2__)
  using namespace byte_scan_detail;
  const __m128i low = load16(at);
  StringBytes found{quotes16(low), odd16(low)};
  if constexpr (kBytes == 32) {
    const __m128i high = load16(at + 16);
    found.quotes |= quotes16(high) << 16;
    found.odd |= odd16(high) << 16;
  }
  return found;
#else
  StringBytes found{0, 0};
  for (unsigned i = 0; i < kBytes; ++i) {
    const auto byte = static_cast<unsigned char>(at[i]);
    found.quotes |= std::uint32_t{byte == '"'} << i;
    found.odd |= std::uint32_t{byte < 0x20 || byte >= 0x80 || byte == '\\'} << i;
  }
  return found;
#endif
}

/// Looks at `size` bytes, and never beyond them for the answer, but reads up to 15 more.
inline PlainString plain_string_length(const char* at, std::size_t size) {
  bool high_bits = false;
#if defined(__SSE2__)
  using namespace byte_scan_detail;
  for (std::size_t done = 0; done < size; done += 16) {
    const __m128i bytes = load16(at + done);
    const std::uint32_t high = mask16(bytes);
    const std::uint32_t end = size - done < 16 ? 1U << (size - done) : 0;
    const std::uint32_t stops = quotes16(bytes) | (odd16(bytes) & ~high) | end;
    if (stops != 0) {
      const auto stop = static_cast<std::size_t>(std::countr_zero(stops));
      return {done + stop, high_bits || (high & ((1U << stop) - 1)) != 0};
    }
    high_bits = high_bits || high != 0;
  }
  return {size, high_bits};
#else
  std::size_t length = 0;
  for (; length < size; ++length) {
    const auto byte = static_cast<unsigned char>(at[length]);
    if (byte == '"' || byte == '\\' || byte < 0x20) {
      break;
    }
    high_bits = high_bits || byte >= 0x80;
  }
  return {length, high_bits};
#endif
}

/// Bit i is set where byte i of 64 is above 127.
inline std::uint64_t high_bits64(const char* at) {
  std::uint64_t bits = 0;
#if defined(__SSE2__)
  using namespace byte_scan_detail;
  for (unsigned i = 0; i < 64; i += 16) {
    bits |= std::uint64_t{mask16(load16(at + i))} << i;
  }
#else
  for (unsigned i = 0; i < 64; i += 8) {
    // The product has each byte's highest bit in its own place of the highest byte.
    const std::uint64_t high = byte_scan_detail::load8(at + i) >> 7 & 0x0101010101010101;
    bits |= (high * 0x0102040810204080 >> 56) << i;
  }
#endif
  return bits;
}

}  // namespace weir
