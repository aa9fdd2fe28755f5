#pragma once

#include <optional>
#include <string>
#include <utility>

#include "weir/io/file.hpp"

namespace weir {

/// A lock between processes, on a file that exists only for this. The kernel gives it up when the
/// process ends in whatever way, so that it never needs cleaning up; the file stays. Processes that
/// are started while it is held do not hold it.
class FileLock {
 public:
  /// None where another process (or another FileLock of this one) holds it. Makes the file if there
  /// is none. Throws Error that says what to do where it cannot be opened for writing or its file
  /// system knows no locks.
  [[nodiscard]] static std::optional<FileLock> try_take(const std::string& path);

  /// Who holds it, for a message: "process 1234", or "another process" where the file does not say.
  [[nodiscard]] static std::string holder(const std::string& path);

 private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}

  Fd fd_;
};

}  // namespace weir
