#include "weir/io/gzip.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {
namespace {

/// What zlib makes of `bytes`, which have to be exactly one gzip member; "not gzip" where they are
/// not.
std::string gunzip(const std::string& bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) {
    return "not gzip";
  }
  std::string out;
  std::string chunk(65536, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(chunk, 0, chunk.size() - stream.avail_out);
  }
  const bool whole = status == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  return whole ? out : "not gzip";
}

std::string gzip(std::string_view text, std::size_t piece) {
  std::string out;
  GzipWriter writer(out);
  for (std::size_t at = 0; at < text.size(); at += piece) {
    writer.write(text.substr(at, piece));
  }
  writer.finish();
  return out;
}

std::string exposition(int lines) {
  std::string text;
  std::uint32_t state = 7;
  for (int i = 0; i < lines; ++i) {
    state = state * 1664525 + 1013904223;
    text += "flow_receive_bytes_total{source_as=\"" + std::to_string(state >> 20) +
            "\",source_as_name=\"HURRICANE\",hostname=\"bdr1\"} " + std::to_string(state) + "\n";
  }
  return text;
}

std::string noise(std::size_t size) {
  std::string text;
  std::uint64_t state = 9;
  while (text.size() < size) {
    state = state * 6364136223846793005 + 1442695040888963407;
    text += static_cast<char>(state >> 56);
  }
  return text;
}

TEST(Gzip, NothingBecomesAnEmptyMember) {
  EXPECT_EQ(gunzip(gzip("", 1)), "");
}

TEST(Gzip, WhatIsWrittenInOnePieceComesBack) {
  const std::string text = exposition(100000);
  const std::string packed = gzip(text, text.size());
  EXPECT_EQ(gunzip(packed), text);
  EXPECT_LT(packed.size(), text.size() / 4);
}

TEST(Gzip, WhatIsWrittenInPiecesOfAnySizeComesBack) {
  const std::string text = exposition(20000);
  for (const std::size_t piece : {1UL, 7UL, 1000UL, 32768UL, 65536UL, 100001UL}) {
    EXPECT_EQ(gunzip(gzip(text, piece)), text) << piece;
  }
}

TEST(Gzip, BytesThatCannotBeCompressedComeBackAndHardlyGrow) {
  const std::string text = noise(1 << 20);
  const std::string packed = gzip(text, 65536);
  EXPECT_EQ(gunzip(packed), text);
  EXPECT_LT(packed.size(), text.size() + text.size() / 20);
}

TEST(Gzip, ItAppendsToWhatTheStringHolds) {
  std::string out = "header";
  GzipWriter writer(out);
  writer.write("body");
  writer.finish();
  EXPECT_EQ(out.substr(0, 6), "header");
  EXPECT_EQ(gunzip(out.substr(6)), "body");
}

}  // namespace
}  // namespace weir
