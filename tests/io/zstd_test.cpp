#include "weir/io/zstd.hpp"

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

TEST(Zstd, WhatWasPackedComesOut) {
  const std::string packed = nfcapd_pack(BlockCompression::zstd, sample());
  std::string out(sample().size() + 100, '?');
  const auto made = zstd_decompress(packed, out);
  ASSERT_TRUE(made);
  EXPECT_EQ(out.substr(0, *made), sample());
}

TEST(Zstd, WhatDoesNotFitIsNotUnpacked) {
  const std::string packed = nfcapd_pack(BlockCompression::zstd, sample());
  std::string out(sample().size() - 1, '?');
  EXPECT_FALSE(zstd_decompress(packed, out));
}

TEST(Zstd, WhatIsCutOffIsNotUnpacked) {
  const std::string packed = nfcapd_pack(BlockCompression::zstd, sample());
  std::string out(sample().size(), '?');
  EXPECT_FALSE(zstd_decompress(packed.substr(0, packed.size() / 2), out));
  EXPECT_FALSE(zstd_decompress("", out));
}

}  // namespace
}  // namespace weir
