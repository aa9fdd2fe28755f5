#include "weir/base/byte_scan.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

/// With the readable bytes behind it that the functions ask for.
std::string padded(const std::string& text, char padding) {
  return text + std::string(64, padding);
}

TEST(ByteScan, SameBytesComparesExactlySoManyBytes) {
  for (std::size_t size = 0; size <= 100; ++size) {
    const std::string a = padded(std::string(size, 'x'), '1');
    const std::string b = padded(std::string(size, 'x'), '2');
    EXPECT_TRUE(same_bytes(a.data(), b.data(), size)) << size;
    for (std::size_t i = 0; i < size; ++i) {
      std::string c = b;
      c[i] = 'y';
      EXPECT_FALSE(same_bytes(a.data(), c.data(), size)) << size << " " << i;
    }
  }
}

TEST(ByteScan, EightDigitsCountsDigitsUpToAnyOtherByte) {
  for (unsigned count = 0; count < 8; ++count) {
    for (int other = 0; other < 256; ++other) {
      if (other >= '0' && other <= '9') {
        continue;
      }
      for (const char behind : {'0', '9', '/', '\xff'}) {
        std::string text = std::string("90817263").substr(0, count) + static_cast<char>(other);
        text.resize(8, behind);
        EXPECT_EQ(eight_digits(text.data()).count, count) << other;
      }
    }
  }
  EXPECT_EQ(eight_digits("12345678").count, 8U);
}

TEST(ByteScan, EightDigitsReadsTheirNumber) {
  for (const std::string digits : {"0", "7", "10", "123", "9999", "10203", "654321", "7000001"}) {
    EXPECT_EQ(eight_digits(padded(digits, ',').data()).number(), std::stoull(digits));
    EXPECT_EQ(eight_digits(padded(digits, '\xff').data()).number(), std::stoull(digits));
  }
  EXPECT_EQ(eight_digits("99999999").number(), 99'999'999U);
}

TEST(ByteScan, StringBytesMarksQuotesAndWhateverIsNotPlain) {
  for (int byte = 0; byte < 256; ++byte) {
    for (unsigned at = 0; at < 32; ++at) {
      std::string text(32, 'x');
      text[at] = static_cast<char>(byte);
      const StringBytes bytes = string_bytes<32>(text.data());
      const bool odd = byte < 0x20 || byte == '\\' || byte >= 0x80;
      EXPECT_EQ(bytes.quotes, byte == '"' ? 1U << at : 0U);
      EXPECT_EQ(bytes.odd, odd ? 1U << at : 0U);
      EXPECT_EQ(string_bytes<16>(text.data()).quotes, bytes.quotes & 0xffff);
      EXPECT_EQ(string_bytes<16>(text.data()).odd, bytes.odd & 0xffff);
    }
  }
}

TEST(ByteScan, PlainStringLengthStopsAtQuotesBackslashesAndControlCharacters) {
  for (const char stop : {'"', '\\', '\n', '\0', '\x1f'}) {
    for (std::size_t length = 0; length < 50; ++length) {
      const std::string text = padded(std::string(length, 'x') + stop, '\xe9');
      const PlainString found = plain_string_length(text.data(), length + 1);
      EXPECT_EQ(found.length, length);
      EXPECT_FALSE(found.high_bits);
    }
  }
}

TEST(ByteScan, PlainStringLengthSeesBytesThatAreNotAscii) {
  for (std::size_t at = 0; at < 50; ++at) {
    std::string text = padded(std::string(50, 'x') + "\"", 'x');
    text[at] = '\x80';
    EXPECT_EQ(plain_string_length(text.data(), 51).length, 50U);
    EXPECT_TRUE(plain_string_length(text.data(), 51).high_bits);
  }
}

TEST(ByteScan, PlainStringLengthNeverAnswersFromBeyondTheSize) {
  for (std::size_t size = 0; size < 50; ++size) {
    for (const char behind : {'"', '\xff', 'x'}) {
      const PlainString found =
          plain_string_length(padded(std::string(size, 'x'), behind).data(), size);
      EXPECT_EQ(found.length, size);
      EXPECT_FALSE(found.high_bits);
    }
  }
}

TEST(ByteScan, HighBits64HasABitForEachByteAbove127) {
  for (std::size_t at = 0; at < 64; ++at) {
    for (const char byte : {'\x80', '\xff', '\x7f'}) {
      std::string text(64, '\x7f');
      text[at] = byte;
      text[63 - at] = '\x81';
      const std::uint64_t expected =
          std::uint64_t{1} << (63 - at) | (byte == '\x7f' ? 0 : std::uint64_t{1} << at);
      EXPECT_EQ(high_bits64(text.data()), expected);
    }
  }
  EXPECT_EQ(high_bits64(std::string(64, '\xff').data()), ~std::uint64_t{0});
}

}  // namespace
}  // namespace weir
