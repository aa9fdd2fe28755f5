#include "weir/state/frame_packer.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "weir/io/lz4.hpp"

namespace weir {
namespace {

std::string texts(std::size_t bytes) {
  std::string out;
  for (int i = 0; out.size() < bytes; ++i) {
    out += "flow_receive_bytes_total{source_as=\"" + std::to_string(i) + "\",hostname=\"edge\"} ";
  }
  return out;
}

std::string noise(std::size_t bytes) {
  std::mt19937 random(1);
  std::string out;
  while (out.size() < bytes) {
    out.push_back(static_cast<char>(random()));
  }
  return out;
}

TEST(FramePacker, PacksTextsSoThatTheyAreUnpackedToTheSame) {
  FramePacker packer;
  for (const std::size_t size : {5'000U, 100'000U, 8'000'000U, 50'000U}) {
    const std::string text = texts(size);
    for (const auto& [payload, unpacked] :
         {packer.pack(text), FramePacker::Packed(packer.pack_if_worthwhile(text))}) {
      ASSERT_EQ(unpacked, text.size());
      EXPECT_LT(payload.size(), text.size() / 2);
    }
    std::string out(text.size(), '#');
    EXPECT_EQ(lz4_decompress(packer.pack(text).payload, out), text.size());
    EXPECT_TRUE(out == text) << size;
  }
}

TEST(FramePacker, LeavesWhatIsSmallAndWhatDoesNotPack) {
  FramePacker packer;
  for (const std::string& text : {std::string(), texts(1000), noise(5000), noise(1'000'000)}) {
    for (const auto& [payload, unpacked] : {packer.pack(text), packer.pack_if_worthwhile(text)}) {
      EXPECT_EQ(unpacked, 0U);
      EXPECT_EQ(payload.data(), text.data());
      EXPECT_EQ(payload.size(), text.size());
    }
  }
}

TEST(FramePacker, JudgesByTheBeginningWhatIsProbablyNumbers) {
  FramePacker packer;
  const std::string mixed = noise(40'000) + texts(200'000);
  EXPECT_EQ(packer.pack_if_worthwhile(mixed).unpacked, 0U);
  EXPECT_EQ(packer.pack(mixed).unpacked, mixed.size());
}

}  // namespace
}  // namespace weir
