#include "weir/io/lz4.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/nfcapd_writer.hpp"

namespace weir {
namespace {

std::string sample() {
  std::string text;
  for (int i = 0; i < 5000; ++i) {
    text += fmt::format("{} ", i % 77);
  }
  return text;
}

TEST(Lz4, WhatWasPackedComesOut) {
  const std::string packed = nfcapd_pack(BlockCompression::lz4, sample());
  std::string out(sample().size() + 100, '?');
  const auto made = lz4_decompress(packed, out);
  ASSERT_TRUE(made);
  EXPECT_EQ(out.substr(0, *made), sample());
}

TEST(Lz4, WhatDoesNotFitIsNotUnpacked) {
  const std::string packed = nfcapd_pack(BlockCompression::lz4, sample());
  std::string out(sample().size() - 1, '?');
  EXPECT_FALSE(lz4_decompress(packed, out));
}

TEST(Lz4, WhatIsCutOffIsNotUnpacked) {
  const std::string packed = nfcapd_pack(BlockCompression::lz4, sample());
  std::string out(sample().size(), '?');
  EXPECT_FALSE(lz4_decompress(packed.substr(0, packed.size() / 2), out));
  EXPECT_FALSE(lz4_decompress("", out));
}

}  // namespace
}  // namespace weir
