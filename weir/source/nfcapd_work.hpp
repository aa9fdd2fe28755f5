#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/source/nfcapd_file.hpp"

namespace weir {

/// Some blocks of a file: a thread's next portion.
struct NfcapdPiece {
  std::shared_ptr<const NfcapdFile> file;
  std::size_t first = 0;
  std::size_t last = 0;  ///< one past the last
};

/// Hands out the blocks of a list of files to threads that read them, each block once. A file is
/// opened when its turn comes. Thread-safe.
class NfcapdWork {
 public:
  /// `in_order(layout)`: files of that layout go to one thread each, as a whole.
  NfcapdWork(std::vector<std::string> files, std::function<bool(unsigned)> in_order);

  /// The next portion; nothing when all are taken. A file that cannot be opened is skipped, and
  /// `refused` tells of it.
  std::optional<NfcapdPiece> next();

  /// Why files were skipped: the texts of NfcapdFile's errors.
  [[nodiscard]] std::vector<std::string> refused() const;
  /// For a progress bar: bytes of all files, and of those portions that were handed out.
  [[nodiscard]] std::uint64_t total_bytes() const { return total_bytes_; }
  [[nodiscard]] std::uint64_t taken_bytes() const { return taken_bytes_.load(); }

 private:
  // Large enough that threads rarely meet, small enough that they end together.
  static constexpr std::size_t kBlocksAtOnce = 4;

  struct State {
    std::size_t next_file = 0;
    std::shared_ptr<const NfcapdFile> file;
    std::size_t next_block = 0;
    std::vector<std::string> refused;
  };

  bool open_next(State& state);

  const std::vector<std::string> files_;
  const std::function<bool(unsigned)> in_order_;
  std::uint64_t total_bytes_ = 0;
  std::atomic<std::uint64_t> taken_bytes_{0};
  Guarded<State> state_;
};

}  // namespace weir
