#include "weir/io/bzip2.hpp"

#include <gtest/gtest.h>

#include "tests/support/check_decompressor.hpp"

namespace weir {
namespace {

TEST(Bzip2, UnpacksWhatIsWholeAndFits) {
  check_decompressor(BlockCompression::bzip2, bzip2_decompress);
}

}  // namespace
}  // namespace weir
