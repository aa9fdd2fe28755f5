#include "weir/io/zstd.hpp"

#include <gtest/gtest.h>

#include "tests/support/check_decompressor.hpp"

namespace weir {
namespace {

TEST(Zstd, UnpacksWhatIsWholeAndFits) {
  check_decompressor(BlockCompression::zstd, zstd_decompress);
}

}  // namespace
}  // namespace weir
