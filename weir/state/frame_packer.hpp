#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace weir {

/// Makes payloads of frames smaller where that is quick: the texts of series are much alike, and
/// what is not written need not be waited for, now or when it is read.
class FramePacker {
 public:
  struct Packed {
    std::string_view payload;    ///< good until the next call, and as long as what was given
    std::uint32_t unpacked = 0;  ///< as a frame's header has it
  };

  /// Packs what becomes less than half of it; the rest it leaves as it is. `payload` has at most
  /// FrameHeader::kMaxCommit bytes.
  [[nodiscard]] Packed pack(std::string_view payload);
  /// The same, after a look at its beginning: most commits have numbers alone, which are not worth
  /// a try.
  [[nodiscard]] Packed pack_if_worthwhile(std::string_view payload);

 private:
  [[nodiscard]] std::size_t compress(std::string_view payload, std::size_t most);

  std::unique_ptr<char[]> room_;
  std::size_t size_ = 0;
};

}  // namespace weir
