#include "weir/encode/cbor_writer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <string_view>

namespace weir {
namespace {

// The literals are what Python makes: `import cbor; cbor.dumps(VALUE).hex()`, and for tags and
// 2^64-1, of which that package makes a big number, `cbor2.dumps`.

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    out += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return out;
}

std::string written(const std::function<void(CborWriter&)>& write) {
  std::string out;
  CborWriter writer(out);
  write(writer);
  return hex(out);
}

std::string integer(std::uint64_t value) {
  return written([value](CborWriter& writer) { writer.integer(value); });
}
std::string real(double value) {
  return written([value](CborWriter& writer) { writer.real(value); });
}
std::string time(UnixNanos value) {
  return written([value](CborWriter& writer) { writer.time(value); });
}
std::string text(std::string_view value) {
  return written([value](CborWriter& writer) { writer.text(value); });
}

TEST(CborWriter, WritesIntegersWithTheShortestHead) {
  EXPECT_EQ(integer(0), "00");
  EXPECT_EQ(integer(23), "17");
  EXPECT_EQ(integer(24), "1818");
  EXPECT_EQ(integer(255), "18ff");
  EXPECT_EQ(integer(256), "190100");
  EXPECT_EQ(integer(65535), "19ffff");
  EXPECT_EQ(integer(65536), "1a00010000");
  EXPECT_EQ(integer(4294967295), "1affffffff");
  EXPECT_EQ(integer(4294967296), "1b0000000100000000");
  EXPECT_EQ(integer(std::numeric_limits<std::uint64_t>::max()), "1bffffffffffffffff");
}

TEST(CborWriter, WritesRealsWith64Bits) {
  EXPECT_EQ(real(0), "fb0000000000000000");
  EXPECT_EQ(real(12.5), "fb4029000000000000");
  EXPECT_EQ(real(0.123), "fb3fbf7ced916872b0");
  EXPECT_EQ(real(-1.5), "fbbff8000000000000");
}

TEST(CborWriter, WritesTimesAsTaggedSeconds) {
  // datetime(2026, 11, 21, 22, 0, 12, 345000, timezone.utc).timestamp() under tag 1
  EXPECT_EQ(time(1'795'298'412'345'000'000), "c1fb41dac0851b16147b");
  EXPECT_EQ(time(0), "c1fb0000000000000000");
  EXPECT_EQ(time(1'795'298'412'345'678'901), "c1fb41dac0851b161f9a");
}

TEST(CborWriter, WritesTheDoubleNearestToEveryMillisecond) {
  const UnixNanos second = UnixNanos{1'795'298'412} * kNanosPerSecond;
  for (unsigned millisecond = 0; millisecond < 1000; ++millisecond) {
    const double wanted = std::stod(fmt::format("1795298412.{:03}", millisecond));
    ASSERT_EQ(time(second + UnixNanos{millisecond} * 1'000'000), "c1" + real(wanted));
  }
}

TEST(CborWriter, WritesTextsWithTheShortestHead) {
  EXPECT_EQ(text(""), "60");
  EXPECT_EQ(text("17"), "623137");
  EXPECT_EQ(text("Zürich ☃ 😀"), "705ac3bc7269636820e2988320f09f9880");
  const std::string filling(65536, 'x');
  const auto head = [&filling](std::size_t length, std::size_t size) {
    std::string out;
    CborWriter(out).text(std::string_view(filling).substr(0, length));
    EXPECT_EQ(out.size(), size + length);
    EXPECT_EQ(out.substr(size), filling.substr(0, length));
    return hex(out.substr(0, size));
  };
  EXPECT_EQ(head(23, 1), "77");
  EXPECT_EQ(head(24, 2), "7818");
  EXPECT_EQ(head(255, 2), "78ff");
  EXPECT_EQ(head(256, 3), "790100");
  EXPECT_EQ(head(65535, 3), "79ffff");
  EXPECT_EQ(head(65536, 5), "7a00010000");
}

TEST(CborWriter, TellsOfTextThatIsNotUtf8AndMendsIt) {
  std::string out;
  CborWriter writer(out);
  EXPECT_FALSE(writer.text("Z\xfcrich"));
  EXPECT_EQ(hex(out), "685aefbfbd72696368");
  EXPECT_TRUE(writer.text("Zürich"));
  EXPECT_TRUE(writer.text(std::string_view("\0", 1)));
  EXPECT_TRUE(out.ends_with(std::string_view("\x61\0", 2)));
}

TEST(CborWriter, WritesMapsOfKnownSize) {
  const auto map = [](std::size_t entries) {
    return written([entries](CborWriter& writer) { writer.begin_map(entries); });
  };
  EXPECT_EQ(map(1), "a1");
  EXPECT_EQ(map(23), "b7");
  EXPECT_EQ(map(24), "b818");
  EXPECT_EQ(map(256), "b90100");
  EXPECT_EQ(written([](CborWriter& writer) {
              writer.begin_map(2);
              writer.key("a");
              writer.integer(1);
              writer.key("b");
              writer.null();
              writer.end_map();
            }),
            "a2616101"
            "6162f6");
}

TEST(PutCborText, WritesWhatTheWriterDoes) {
  for (const std::size_t length : {0U, 1U, 23U, 24U, 255U, 256U, 65535U, 65536U}) {
    const std::string value(length, 'y');
    std::string expected;
    CborWriter(expected).text(value);
    std::string out(length + kLongestCborHead, '#');
    const char* const end = put_cbor_text(out.data(), value);
    EXPECT_EQ(out.substr(0, static_cast<std::size_t>(end - out.data())), expected) << length;
  }
}

}  // namespace
}  // namespace weir
