#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace weir {

/// Bytes that are put away and read again, for those who run out of memory but do no input or
/// output themselves. All methods are thread-safe, and throw Error where the medium fails.
class ByteStore {
 public:
  virtual ~ByteStore() = default;
  /// Puts them behind all that was put away before, in one piece; where that begins.
  virtual std::uint64_t append(std::span<const char> bytes) = 0;
  /// Reads what was put away at `offset`, as many bytes as `into` takes.
  virtual void read(std::uint64_t offset, std::span<char> into) = 0;
  /// Nobody will read these bytes again.
  virtual void release(std::uint64_t offset, std::uint64_t size) = 0;
};

}  // namespace weir
