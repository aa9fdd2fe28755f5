#include "weir/io/bzip2.hpp"

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

TEST(Bzip2, WhatWasPackedComesOut) {
  const std::string packed = nfcapd_pack(BlockCompression::bzip2, sample());
  std::string out(sample().size() + 100, '?');
  const auto made = bzip2_decompress(packed, out);
  ASSERT_TRUE(made);
  EXPECT_EQ(out.substr(0, *made), sample());
}

TEST(Bzip2, WhatDoesNotFitIsNotUnpacked) {
  const std::string packed = nfcapd_pack(BlockCompression::bzip2, sample());
  std::string out(sample().size() - 1, '?');
  EXPECT_FALSE(bzip2_decompress(packed, out));
}

TEST(Bzip2, WhatIsCutOffIsNotUnpacked) {
  const std::string packed = nfcapd_pack(BlockCompression::bzip2, sample());
  std::string out(sample().size(), '?');
  EXPECT_FALSE(bzip2_decompress(packed.substr(0, packed.size() / 2), out));
  EXPECT_FALSE(bzip2_decompress("", out));
}

}  // namespace
}  // namespace weir
