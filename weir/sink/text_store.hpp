#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "weir/base/flat_map.hpp"

namespace weir {

/// Memory for texts of all sizes that come and go, without a heap block and its overhead for each.
/// What is given back serves texts of about the same size. Not thread-safe.
class TextStore {
 public:
  /// Room for `size` bytes, at a place that does not move.
  [[nodiscard]] char* take(std::size_t size);
  /// The same size must be told as when it was taken.
  void give_back(char* room, std::size_t size);

 private:
  static constexpr std::size_t kStep = 16;
  static constexpr std::size_t kLargest = 2048;  ///< larger ones have a heap block of their own
  static constexpr std::size_t kBlock = std::size_t{1} << 20;

  static std::size_t class_of(std::size_t size) { return (size + kStep - 1) / kStep; }

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = kBlock;  ///< of the last block
  std::array<std::vector<char*>, kLargest / kStep + 1> free_;
  FlatMap<const char*, std::unique_ptr<char[]>> large_;
};

}  // namespace weir
