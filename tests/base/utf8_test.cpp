#include "weir/base/utf8.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {
namespace {

std::string mended(std::string_view text) {
  std::string out;
  append_mended(out, text);
  return out;
}

/// The bytes that the UTF-8 pattern gives for a value, whether or not it is a code point.
std::string pattern(std::uint32_t value) {
  const auto byte = [](std::uint32_t bits) { return static_cast<char>(bits); };
  if (value < 0x80) {
    return {byte(value)};
  }
  if (value < 0x800) {
    return {byte(0xC0 | value >> 6), byte(0x80 | (value & 0x3F))};
  }
  if (value < 0x10000) {
    return {byte(0xE0 | value >> 12), byte(0x80 | (value >> 6 & 0x3F)),
            byte(0x80 | (value & 0x3F))};
  }
  return {byte(0xF0 | value >> 18), byte(0x80 | (value >> 12 & 0x3F)),
          byte(0x80 | (value >> 6 & 0x3F)), byte(0x80 | (value & 0x3F))};
}

TEST(Utf8, EveryCodePointIsValidAndEverySurrogateAndValueAboveTheLastIsNot) {
  for (std::uint32_t value = 0; value < 0x200000; ++value) {
    const bool code_point = value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
    ASSERT_EQ(is_valid_utf8(pattern(value)), code_point) << value;
  }
}

TEST(Utf8, ExactlyTheScalarValuesAreEncodedAmongAllSequencesOfThreeBytes) {
  std::size_t valid = 0;
  std::string text(3, '\0');
  for (std::uint32_t bits = 0; bits < 0x1000000; ++bits) {
    text[0] = static_cast<char>(bits >> 16);
    text[1] = static_cast<char>(bits >> 8);
    text[2] = static_cast<char>(bits);
    valid += is_valid_utf8(text) ? 1 : 0;
  }
  const std::size_t one = 128;
  const std::size_t two = 0x800 - 0x80;
  const std::size_t three = 0x10000 - 0x800 - 0x800;
  EXPECT_EQ(valid, one * one * one + 2 * one * two + three);
}

TEST(Utf8, OverlongFormsAreNotValid) {
  EXPECT_FALSE(is_valid_utf8("\xC0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xC1\xBF"));
  EXPECT_FALSE(is_valid_utf8("\xE0\x9F\xBF"));
  EXPECT_FALSE(is_valid_utf8("\xF0\x8F\xBF\xBF"));
}

TEST(Utf8, ABadByteIsFoundAtEveryPositionOfALongText) {
  for (std::size_t at = 0; at < 40; ++at) {
    std::string text(40, 'a');
    text[at] = '\xFF';
    EXPECT_FALSE(is_valid_utf8(text)) << at;
    EXPECT_EQ(mended(text), std::string(at, 'a') + "\xEF\xBF\xBD" + std::string(39 - at, 'a'));
  }
}

TEST(Utf8, ValidTextIsAppendedUnchanged) {
  std::string out = "before ";
  append_mended(out, "Telefónica €uro \xF0\x9F\x8C\x8A and some plain text");
  EXPECT_EQ(out, "before Telefónica €uro \xF0\x9F\x8C\x8A and some plain text");
  EXPECT_EQ(mended(""), "");
}

TEST(Utf8, MaximalSubpartsAreReplacedAsUnicodeShows) {
  const std::string r = "\xEF\xBF\xBD";
  // Unicode 15, section 3.9, tables 3-8 to 3-11.
  EXPECT_EQ(mended("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"), r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(mended("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"), r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(mended("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"), r + r + r + r + r + "A" + r + r + "B");
  EXPECT_EQ(mended("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), r + r + r + r + "A");
}

TEST(Utf8, TruncatedSequencesAtTheEndBecomeOneReplacement) {
  EXPECT_EQ(mended("a\xE2\x82"), "a\xEF\xBF\xBD");
  EXPECT_EQ(mended("a\xF0\x9F\x8C"), "a\xEF\xBF\xBD");
  EXPECT_EQ(mended("a\xC3"), "a\xEF\xBF\xBD");
}

TEST(Utf8, NulIsReplacedEverywhereButCountsAsValid) {
  for (std::size_t at = 0; at < 20; ++at) {
    std::string text(20, '\x01');
    text[at] = '\0';
    EXPECT_TRUE(is_valid_utf8(text));
    EXPECT_EQ(mended(text),
              std::string(at, '\x01') + "\xEF\xBF\xBD" + std::string(19 - at, '\x01'));
  }
}

TEST(Utf8, MendedTextIsAlwaysValidAndMendingItAgainChangesNothing) {
  std::uint32_t state = 1;
  const std::string_view interesting("\x00\x41\x80\xBF\xC2\xE0\xED\xF0\xF4\xFF\x9F\xA0", 12);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (int i = 0; i < 24; ++i) {
      state = state * 1664525 + 1013904223;
      text += interesting[(state >> 16) % interesting.size()];
    }
    const std::string once = mended(text);
    ASSERT_TRUE(is_valid_utf8(once));
    ASSERT_EQ(mended(once), once);
  }
}

TEST(Utf8, Latin1BecomesUtf8) {
  EXPECT_EQ(latin1_to_utf8("Telef\xF3nica"), "Telefónica");
  for (int value = 0; value < 256; ++value) {
    EXPECT_EQ(latin1_to_utf8(std::string(1, static_cast<char>(value))),
              pattern(static_cast<std::uint32_t>(value)));
  }
}

}  // namespace
}  // namespace weir
