#include "weir/io/checksum.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

TEST(Checksum, IsCrc32c) {
  // RFC 3720, appendix B.4, and the check value of the catalogues for "123456789".
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(crc32c(""), 0U);
}

TEST(Checksum, GoesOnFromTheBytesBefore) {
  const std::string text = "a text of some length, cut at any place";
  for (std::size_t i = 0; i <= text.size(); ++i) {
    EXPECT_EQ(crc32c(text.substr(i), crc32c(text.substr(0, i))), crc32c(text));
  }
}

TEST(Checksum, DependsOnTheNumberItBeginsWith) {
  EXPECT_NE(crc32c("text", 1), crc32c("text", 2));
  EXPECT_NE(crc32c("text", 1), crc32c("text"));
}

}  // namespace
}  // namespace weir
