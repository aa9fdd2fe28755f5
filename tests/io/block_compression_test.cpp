#include "weir/io/block_compression.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/support/nfcapd_writer.hpp"

namespace weir {
namespace {

constexpr BlockCompression kPacked[] = {BlockCompression::lzo, BlockCompression::bzip2,
                                        BlockCompression::lz4, BlockCompression::zstd};

TEST(BlockCompression, EachUnpacksItsOwn) {
  const std::string text(3000, 'x');
  for (const BlockCompression compression : kPacked) {
    std::string out(text.size(), '?');
    const auto made = decompress_block(compression, nfcapd_pack(compression, text), out);
    ASSERT_TRUE(made) << name_of(compression);
    EXPECT_EQ(*made, text.size());
    EXPECT_EQ(out, text);
  }
}

TEST(BlockCompression, NothingIsUnpackedByAnother) {
  const std::string packed = nfcapd_pack(BlockCompression::zstd, std::string(3000, 'x'));
  std::string out(4000, '?');
  EXPECT_FALSE(decompress_block(BlockCompression::bzip2, packed, out));
  EXPECT_FALSE(decompress_block(BlockCompression::none, packed, out));
}

TEST(BlockCompression, NamesDiffer) {
  std::set<std::string_view> names = {name_of(BlockCompression::none)};
  for (const BlockCompression compression : kPacked) {
    EXPECT_TRUE(names.insert(name_of(compression)).second);
  }
}

}  // namespace
}  // namespace weir
