#include "weir/io/lz4.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/check_decompressor.hpp"

namespace weir {
namespace {

TEST(Lz4, UnpacksWhatIsWholeAndFits) {
  check_decompressor(BlockCompression::lz4, lz4_decompress);
}

TEST(Lz4, PacksWhatIsUnpackedToTheSame) {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "label=\"" + std::to_string(i) + "\",";
  }
  std::string packed(text.size() / 2, '#');
  packed.resize(lz4_compress(text, packed).value());
  std::string unpacked(text.size(), '#');
  EXPECT_EQ(lz4_decompress(packed, unpacked), text.size());
  EXPECT_EQ(unpacked, text);
}

TEST(Lz4, PacksNothingIntoTooLittleRoom) {
  std::string out(8, '#');
  EXPECT_FALSE(lz4_compress("no byte of this comes twice", out).has_value());
  EXPECT_FALSE(lz4_compress("x", {}).has_value());
}

}  // namespace
}  // namespace weir
