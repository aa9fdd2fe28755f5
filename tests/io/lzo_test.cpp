#include "weir/io/lzo.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/nfcapd_writer.hpp"

namespace weir {
namespace {

using namespace std::string_literals;

const std::string kEnd("\x11\0\0", 3);

std::optional<std::string> unpack(const std::string& stream, std::size_t room = 1 << 20) {
  std::string out(room, '?');
  const auto made = lzo_decompress(stream, out);
  if (!made) {
    return std::nullopt;
  }
  out.resize(*made);
  return out;
}

TEST(Lzo, AnEmptyStreamIsItsEndAlone) {
  EXPECT_EQ(unpack(kEnd), "");
  EXPECT_EQ(unpack(""), std::nullopt);
}

TEST(Lzo, LiteralsOfAnyNumberComeOut) {
  std::string text;
  for (unsigned i = 0; i < 2000; ++i) {
    EXPECT_EQ(unpack(lzo_literals(text)), text) << i;
    text += static_cast<char>('a' + i % 23);
  }
}

TEST(Lzo, MatchesOfEachKindCopyWhatWasMade) {
  // Four literals, then 1LLDDDSS: 5+… bytes from 4 back.
  EXPECT_EQ(unpack("\x15"s + "abcd" + "\x8c"s + "\0"s + kEnd), "abcdabcda");
  // 01LDDDSS: 3 bytes from 4 back, and one literal behind it.
  EXPECT_EQ(unpack("\x15"s + "abcd" + "\x4d"s + "\0"s + "x" + kEnd), "abcdabcx");
  // 001LLLLL: 2 + 5 bytes from 2 back, so that it repeats what it makes.
  EXPECT_EQ(unpack("\x15"s + "abcd" + "\x25"s + "\x04\0"s + kEnd), "abcdcdcdcdc");
  // 001LLLLL with L = 0 and one more byte: 2 + 31 + 1 of the last.
  EXPECT_EQ(unpack("\x15"s + "abcd" + "\x20"s + "\x01"s + "\0\0"s + kEnd),
            "abc" + std::string(35, 'd'));
}

TEST(Lzo, ShortMatchesDependOnTheLiteralsBefore) {
  // After a literal run 0000DDSS means three bytes from more than 2 KiB back.
  std::string text;
  for (int i = 0; i < 2100; ++i) {
    text += static_cast<char>('a' + i % 25);
  }
  std::string stream = lzo_literals(text);
  stream.resize(stream.size() - kEnd.size());
  const std::size_t distance = 2049 + 4 * 5;
  EXPECT_EQ(unpack(stream + "\0"s + "\x05"s + kEnd), text + text.substr(text.size() - distance, 3));
  // After a match with one literal it means two bytes from up to 1 KiB back.
  EXPECT_EQ(unpack("\x15"s + "abcd" + "\x4d"s + "\0"s + "x" + "\x08"s + "\0"s + kEnd),
            "abcdabcxbc");
}

TEST(Lzo, AFarMatchReaches48KiB) {
  std::string text(40'000, 'z');
  text.replace(0, 8, "beginset");
  std::string stream = lzo_literals(text);
  stream.resize(stream.size() - kEnd.size());
  // 0001HLLL with H: 16384 + 16384 + D; 4 bytes.
  const std::size_t rest = 40'000 - 32'768;
  stream += "\x1a"s;
  stream += static_cast<char>(rest << 2U & 0xffU);
  stream += static_cast<char>(rest >> 6U);
  EXPECT_EQ(unpack(stream + kEnd), text + "begi");
}

TEST(Lzo, ReachingBehindTheBeginningIsDamage) {
  EXPECT_EQ(unpack("\x15"s + "abcd" + "\x90"s + "\0"s + kEnd), std::nullopt);
  EXPECT_EQ(unpack("\x40"s + "\0"s + kEnd), std::nullopt);
}

TEST(Lzo, WhatDoesNotFitIsDamage) {
  const std::string stream = lzo_literals("0123456789");
  EXPECT_EQ(unpack(stream, 10), "0123456789");
  EXPECT_EQ(unpack(stream, 9), std::nullopt);
  const std::string match = "\x15"s + "abcd" + "\x8c"s + "\0"s + kEnd;
  EXPECT_EQ(unpack(match, 9), "abcdabcda");
  EXPECT_EQ(unpack(match, 8), std::nullopt);
}

TEST(Lzo, EveryBeginningOfAStreamIsDamage) {
  const std::string stream = "\x15"s + "abcd" + "\x20"s + "\0\0\x09"s + "\x05\0"s + "x" + kEnd;
  ASSERT_TRUE(unpack(stream));
  for (std::size_t size = 0; size < stream.size(); ++size) {
    EXPECT_EQ(unpack(stream.substr(0, size)), std::nullopt) << size;
  }
  EXPECT_EQ(unpack(stream + "x"), std::nullopt) << "and so are bytes behind it";
}

}  // namespace
}  // namespace weir
