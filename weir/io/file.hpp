#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// Owns a file descriptor and closes it.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  int release();
  void reset();

 private:
  int fd_ = -1;
};

/// Tells versions of a file apart without reading it.
struct FileStamp {
  std::int64_t modified_ns = 0;  ///< mtime, nanoseconds since 1970
  std::uint64_t size = 0;
  std::uint64_t inode = 0;  ///< changes when a new file is renamed into place

  bool operator==(const FileStamp&) const = default;
};

/// The stamp of the file at `path`; none where there is no such file or it may not be looked at.
[[nodiscard]] std::optional<FileStamp> file_stamp(const std::string& path);

/// A file's bytes, or why there are none.
struct FileContent {
  std::string bytes;
  std::string error;  ///< empty: read whole; else the reason, for a message

  [[nodiscard]] bool ok() const { return error.empty(); }
};

/// Reads a regular file whole. A missing file, one that is no regular file (a directory, a pipe)
/// and one of more than `max_bytes` are errors. Never blocks on a pipe.
[[nodiscard]] FileContent read_file(const std::string& path, std::size_t max_bytes);

/// Puts `bytes` at `path` such that a reader, also after a crash, sees the old file or the new one
/// whole: written beside it, fsynced, renamed over it, the folder fsynced. The file is readable by
/// its owner only. Empty if it worked, else the reason for a message, with nothing left behind.
[[nodiscard]] std::string write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace weir
