#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "weir/io/file.hpp"

namespace weir {

/// Reads a file once from its beginning to its end, in large pieces. (A mapped file would be
/// quicker by a copy, and end the process where the file is cut or its disk fails.)
class SequentialFile {
 public:
  /// Opens a regular file. Empty if it worked, else the reason for a message.
  [[nodiscard]] std::string open(const std::string& path);

  /// The next bytes, which stay the next ones; good until the next call. Fewer than asked for are
  /// all there are, or `error` says why. Takes memory for as many as the file has, not as asked.
  [[nodiscard]] std::string_view peek(std::size_t bytes);
  /// Goes on behind bytes that were looked at.
  void skip(std::size_t bytes);
  /// Goes on at this offset.
  void seek(std::uint64_t offset);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint64_t offset() const { return read_ - (end_ - begin_); }
  /// Why reading ended before the end; empty if it did not.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  void reserve(std::size_t bytes);
  void read_ahead();

  Fd fd_;
  std::uint64_t size_ = 0;   // of the file when it was opened
  std::uint64_t read_ = 0;   // offset of the window's end
  std::uint64_t asked_ = 0;  // up to here the disk has been asked for it
  std::unique_ptr<char[]> window_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  // of what is not skipped yet in the window
  std::size_t end_ = 0;
  std::string error_;
};

}  // namespace weir
