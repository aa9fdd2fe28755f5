#include "weir/io/lz4.hpp"

#include <gtest/gtest.h>

#include "tests/support/check_decompressor.hpp"

namespace weir {
namespace {

TEST(Lz4, UnpacksWhatIsWholeAndFits) {
  check_decompressor(BlockCompression::lz4, lz4_decompress);
}

}  // namespace
}  // namespace weir
