#pragma once

#include <optional>
#include <string>
#include <utility>

#include "weir/state/window.hpp"

namespace weir {

/// The file that holds the name of the last finished window, as stream-flow.py keeps it:
/// `YYYYmmddHHMM` without a newline. Only one process at a time may write it (`FileLock`).
class LastFile {
 public:
  explicit LastFile(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] const std::string& path() const { return path_; }

  /// What it says; none where there is no such file. A newline at its end is taken too. Throws
  /// Error::usage, leaving the file as it is, where it cannot be read or holds anything else.
  [[nodiscard]] std::optional<Window> read() const;

  /// Replaces it such that a reader, also after a crash, sees the old name or the new one. Keeps
  /// mode and, where permitted, owner of the file; a new one can be read by everyone. Where the
  /// path is a symbolic link, what it points to is replaced. Throws Error where that fails.
  void write(Window window) const;

 private:
  std::string path_;
};

}  // namespace weir
