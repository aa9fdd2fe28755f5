#include "weir/state/frame_packer.hpp"

#include "weir/io/lz4.hpp"

namespace weir {
namespace {

constexpr std::size_t kSmall = 4096;  // a block of the disk is written in any case
constexpr std::size_t kSample = std::size_t{32} << 10;
/// Room that is kept for the next payload; a larger one comes once, with very many new series.
constexpr std::size_t kKept = std::size_t{2} << 20;

}  // namespace

FramePacker::Packed FramePacker::pack(std::string_view payload) {
  if (size_ > kKept) {
    room_.reset();
    size_ = 0;
  }
  if (payload.size() >= kSmall) {
    if (const std::size_t made = compress(payload, payload.size() / 2); made != 0) {
      return {{room_.get(), made}, static_cast<std::uint32_t>(payload.size())};
    }
  }
  return {payload, 0};
}

FramePacker::Packed FramePacker::pack_if_worthwhile(std::string_view payload) {
  // Texts become a tenth, numbers about a half.
  const std::string_view sample = payload.substr(0, kSample);
  const bool small = payload.size() < kSmall;
  return small || compress(sample, sample.size() / 4) == 0 ? Packed{payload, 0} : pack(payload);
}

/// 0 where that makes more than `most` bytes.
std::size_t FramePacker::compress(std::string_view payload, std::size_t most) {
  if (size_ < most) {
    room_ = std::make_unique_for_overwrite<char[]>(most);
    size_ = most;
  }
  return lz4_compress(payload, {room_.get(), most}).value_or(0);
}

}  // namespace weir
