#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "weir/io/file.hpp"

namespace weir {

/// One file that only grows, and whose bytes count once `sync` has returned 0. Whatever fails, the
/// bytes that counted before still do: what is behind them is cut off, or where even that fails
/// written over by the next try. Methods return 0 or an errno. One thread.
class AppendFile {
 public:
  static constexpr std::size_t kMaxParts = 4;

  /// Makes `path` an empty file, readable by its owner only; one that is there is replaced.
  [[nodiscard]] int create(const std::string& path);
  /// Appends up to kMaxParts parts with one call to the system, uncopied.
  [[nodiscard]] int write(std::initializer_list<std::string_view> parts);
  /// Lets the disk begin with what was written, and waits for what it was told to before: a large
  /// file that is handed over at its end only holds up every other fsync of its disk.
  [[nodiscard]] int begin_writeback();
  /// Returns when all that was written is on the disk.
  [[nodiscard]] int sync();
  void close() { fd_.reset(); }

  [[nodiscard]] bool is_open() const { return static_cast<bool>(fd_); }
  /// The disk has failed under it. Better begin another file: this one's blocks may be bad.
  [[nodiscard]] bool failing() const { return failing_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  void cut_back(std::uint64_t size);

  Fd fd_;
  std::uint64_t size_ = 0;    // bytes written
  std::uint64_t synced_ = 0;  // of them on the disk
  std::uint64_t begun_ = 0;   // of them given to the disk, which need not have them yet
  bool failing_ = false;
};

/// Makes names durable that were made, changed or removed in the folder. 0 or an errno.
[[nodiscard]] int sync_folder(const std::string& folder);

/// Makes a folder, and those it is in, where there is none, durably: also where an earlier process
/// has made the last two and not waited for the disk. 0 or an errno.
[[nodiscard]] int make_folders(const std::string& folder);

/// Makes the bytes of a file durable that somebody else wrote. 0 or an errno.
[[nodiscard]] int sync_file(const std::string& path);

/// What an errno of writing means and what to do about it, for a message: "No space left on device;
/// make room there".
[[nodiscard]] std::string write_failure(int error);

}  // namespace weir
