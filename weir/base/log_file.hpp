#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace weir {

/// A file that lines are appended to. Each line is written at once and whole, also with others
/// writing to the same file, and the file may be cut or renamed meanwhile, as logrotate does.
/// Thread-safe.
class LogFile {
 public:
  /// Throws Error::usage that names `flag` and says what to do where it cannot be opened.
  LogFile(std::string path, std::string_view flag);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  /// Appends `line` and a line break; lost where the disk is full or fails. Never throws, but for
  /// want of memory.
  void write(std::string_view line);

  /// Opens the path anew, for one that was renamed away. Where that fails it says why, and the
  /// file of before goes on being used; else it is empty.
  [[nodiscard]] std::string reopen();

 private:
  std::string path_;
  std::mutex mutex_;
  int fd_ = -1;
};

}  // namespace weir
