#include "weir/decode/cbor_cursor.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/cbor_bytes.hpp"

namespace weir {
namespace {

using Fault = CborCursor::Fault;
using Major = CborHead::Major;

/// What stepping over the first item finds; how far it came in `end`.
Fault skip(std::string_view bytes, std::size_t* end = nullptr) {
  CborCursor cursor(bytes);
  CborHead head;
  const bool skipped = cursor.head(head) && cursor.skip(head, 1);
  EXPECT_EQ(skipped, cursor.ok());
  EXPECT_LE(cursor.at(), bytes.size());
  if (end != nullptr) {
    *end = cursor.at();
  }
  return cursor.fault();
}

TEST(CborCursor, ReadsHeadsOfEveryLength) {
  struct Example {
    std::string_view hex;
    Major major;
    std::uint64_t argument;
  };
  for (const Example& example :
       {Example{"00", Major::integer, 0}, Example{"17", Major::integer, 23},
        Example{"1818", Major::integer, 24}, Example{"190100", Major::integer, 256},
        Example{"1a00010000", Major::integer, 65'536},
        Example{"1bffffffffffffffff", Major::integer, ~std::uint64_t{0}},
        Example{"29", Major::negative, 9}, Example{"43", Major::bytes, 3},
        Example{"7818", Major::text, 24}, Example{"82", Major::array, 2},
        Example{"b90001", Major::map, 1}, Example{"d9d9f7", Major::tag, 55'799},
        Example{"f6", Major::other, 22}}) {
    const std::string bytes = bytes_of(example.hex);
    CborCursor cursor(bytes);
    CborHead head;
    ASSERT_TRUE(cursor.head(head)) << example.hex;
    EXPECT_EQ(head.major, example.major) << example.hex;
    EXPECT_EQ(head.argument, example.argument) << example.hex;
    EXPECT_FALSE(head.indefinite());
    EXPECT_EQ(cursor.left(), 0U);
  }
}

TEST(CborCursor, ReadsFloatsOfEveryLength) {
  const auto real = [](std::string_view hex) {
    const std::string bytes = bytes_of(hex);
    CborCursor cursor(bytes);
    CborHead head;
    EXPECT_TRUE(cursor.head(head));
    return head.real();
  };
  EXPECT_EQ(real("f93e00"), 1.5);
  EXPECT_EQ(real("f9c400"), -4.0);
  EXPECT_EQ(real("f90001"), std::ldexp(1, -24));
  EXPECT_EQ(real("f97bff"), 65'504);
  EXPECT_EQ(real("fa47c35000"), 100'000);
  EXPECT_EQ(real("fb3ff199999999999a"), 1.1);
  EXPECT_TRUE(std::isinf(real("f97c00")));
  EXPECT_TRUE(std::isnan(real("f97e00")));
}

TEST(CborCursor, StepsOverWholeItems) {
  for (const std::string_view hex :
       {"00", "3903e7", "43010203", "6161", "80", "83010203", "a0", "a26161016162820203",
        "c11a00000000", "d9d9f7a0", "f4", "f820", "fb3ff199999999999a", "5f41014102ff",
        "7f61616162ff", "9f0102ff", "bf616101ff", "9fff", "bfff"}) {
    const std::string bytes = bytes_of(hex);
    std::size_t end = 0;
    EXPECT_EQ(skip(bytes + "\x01", &end), Fault::none) << hex;
    EXPECT_EQ(end, bytes.size()) << hex;
    // Cut off anywhere it is truncated.
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(skip(std::string_view(bytes).substr(0, size)), Fault::truncated) << hex;
    }
  }
}

TEST(CborCursor, FindsWhatIsNotCbor) {
  for (const std::string_view hex :
       {"1c",       "3d",           "5e",       "7c",   "9d",       "be",       "dc",
        "fd",       "1f",           "3f",       "df",   "ff",       "f800",     "f81f",
        "7f4161ff", "7f7f6161ffff", "5f6161ff", "81ff", "a16161ff", "bf6161ff", "c0ff"}) {
    EXPECT_EQ(skip(bytes_of(hex)), Fault::malformed) << hex;
  }
}

TEST(CborCursor, IsNotFooledByLengthsAndDepth) {
  EXPECT_EQ(skip(bytes_of("7bffffffffffffffff") + "x"), Fault::truncated);
  EXPECT_EQ(skip(bytes_of("9bffffffffffffffff") + std::string(1000, '\0')), Fault::truncated);
  const auto nested = [](std::size_t depth) { return std::string(depth, '\x81') + '\0'; };
  EXPECT_EQ(skip(nested(CborCursor::kMaxDepth - 1)), Fault::none);
  EXPECT_EQ(skip(nested(100'000)), Fault::malformed);
  EXPECT_EQ(skip(std::string(100'000, '\xc1')), Fault::malformed);
}

TEST(CborCursor, JoinsStringsThatComeInPieces) {
  const std::string bytes = bytes_of("7f6161626263ff00");
  CborCursor cursor(bytes);
  CborHead head;
  ASSERT_TRUE(cursor.head(head));
  std::string_view content;
  std::string joined;
  ASSERT_TRUE(cursor.string(head, content, joined));
  EXPECT_EQ(content, "abc");
  EXPECT_EQ(cursor.left(), 1U);
}

}  // namespace
}  // namespace weir
