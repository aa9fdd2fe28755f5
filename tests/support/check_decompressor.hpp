#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/nfcapd_writer.hpp"

namespace weir {

/// What every decompressor of blocks has to do: `decompress(packed, out)` gives the size of what it
/// has put into `out`, or nothing.
template <typename Decompress>
void check_decompressor(BlockCompression compression, const Decompress& decompress) {
  std::string sample;
  for (int i = 0; i < 5000; ++i) {
    sample += fmt::format("{} ", i % 77);
  }
  const std::string packed = nfcapd_pack(compression, sample);
  {
    SCOPED_TRACE("what was packed comes out");
    std::string out(sample.size() + 100, '?');
    const auto made = decompress(packed, out);
    ASSERT_TRUE(made);
    EXPECT_EQ(out.substr(0, *made), sample);
  }
  {
    SCOPED_TRACE("what does not fit is not unpacked");
    std::string out(sample.size() - 1, '?');
    EXPECT_FALSE(decompress(packed, out));
  }
  {
    SCOPED_TRACE("what is cut off is not unpacked");
    std::string out(sample.size(), '?');
    EXPECT_FALSE(decompress(packed.substr(0, packed.size() / 2), out));
    EXPECT_FALSE(decompress("", out));
  }
}

}  // namespace weir
