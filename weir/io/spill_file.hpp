#pragma once

#include <atomic>
#include <string>

#include "weir/base/byte_store.hpp"
#include "weir/io/file.hpp"

namespace weir {

/// What does not fit into memory, in a file without a name that is gone when the process ends in
/// whatever way. Thread-safe.
class SpillFile final : public ByteStore {
 public:
  /// Throws Error::usage where no file can be made in `folder`.
  explicit SpillFile(std::string folder);

  /// Throws Error that names the folder and how much is in it already.
  std::uint64_t append(std::span<const char> bytes) override;
  void read(std::uint64_t offset, std::span<char> into) override;
  /// Gives the room on the disk back, where the file system can.
  void release(std::uint64_t offset, std::uint64_t size) override;

 private:
  std::string folder_;
  Fd fd_;
  std::atomic<std::uint64_t> end_ = 0;
};

}  // namespace weir
