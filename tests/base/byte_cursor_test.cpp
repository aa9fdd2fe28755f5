#include "weir/base/byte_cursor.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace weir {
namespace {

std::string written() {
  std::string bytes;
  ByteWriter out(bytes);
  out.put(std::uint8_t{7});
  out.put(std::int64_t{-2});
  out.put_text("text");
  out.put_text("");
  out.put(std::numeric_limits<std::uint64_t>::max());
  out.put_bytes("raw");
  return bytes;
}

TEST(ByteCursor, ReadsWhatWasWritten) {
  const std::string bytes = written();
  ByteCursor in(bytes);
  EXPECT_EQ(in.get<std::uint8_t>(), 7U);
  EXPECT_EQ(in.get<std::int64_t>(), -2);
  EXPECT_EQ(in.get_text(), "text");
  EXPECT_EQ(in.get_text(), "");
  EXPECT_EQ(in.get<std::uint64_t>(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(in.get_bytes(3), "raw");
  EXPECT_EQ(in.left(), 0U);
  EXPECT_TRUE(in.ok());
}

TEST(ByteCursor, NumbersAreLittleEndian) {
  std::string bytes;
  ByteWriter(bytes).put(std::uint32_t{0x01020304});
  EXPECT_EQ(bytes, "\x04\x03\x02\x01");
}

TEST(ByteCursor, GivesNothingBehindTheEndAndSaysSo) {
  const std::string bytes = written();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteCursor in(std::string_view(bytes).substr(0, size));
    static_cast<void>(in.get<std::uint8_t>());
    static_cast<void>(in.get<std::int64_t>());
    const std::string_view text = in.get_text();
    EXPECT_TRUE(text == "text" || text.empty());
    static_cast<void>(in.get_text());
    static_cast<void>(in.get<std::uint64_t>());
    EXPECT_TRUE(in.get_bytes(3).empty());
    EXPECT_FALSE(in.ok()) << size;
    EXPECT_EQ(in.left(), 0U);
    EXPECT_EQ(in.get<std::uint64_t>(), 0U);
  }
}

TEST(ByteCursor, ANumberThatIsCutIsNotReadInPart) {
  ByteCursor in(std::string_view("\xff\xff\xff", 3));
  EXPECT_EQ(in.get<std::uint32_t>(), 0U);
  EXPECT_EQ(in.get<std::uint8_t>(), 0U) << "nothing good comes behind it";
  EXPECT_FALSE(in.ok());
}

TEST(ByteCursor, BelievesACountOnlyAsFarAsThereAreBytes) {
  const std::string bytes(24, 'x');
  ByteCursor in(bytes);
  EXPECT_TRUE(in.holds(3, 8));
  EXPECT_TRUE(in.holds(0, 8));
  EXPECT_FALSE(in.holds(4, 8));
  EXPECT_FALSE(in.ok());
  EXPECT_FALSE(in.holds(1, 8)) << "from then on";
  ByteCursor again(bytes);
  EXPECT_FALSE(again.holds(std::numeric_limits<std::uint64_t>::max(), 8));
}

}  // namespace
}  // namespace weir
