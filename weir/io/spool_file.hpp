#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "weir/io/file.hpp"

namespace weir {

/// A message kept until it is sent.
struct SpoolRecord {
  std::optional<std::string_view> key;
  std::string_view value;
};

/// Messages on disk between making and sending them, in the order in which they were appended: a
/// file without a name, which is gone when the process ends in whatever way. Memory is two buffers
/// and the longest message, whatever their number. One thread.
class SpoolFile {
 public:
  static constexpr std::size_t kMaxText = 0xffff'fffe;  ///< bytes of a key or a value

  /// Throws Error::usage where no file can be made in `folder`.
  explicit SpoolFile(std::string folder);

  /// Throws Error that names the folder and how much is in it already, where the disk is full or
  /// fails. Not after the first `next`, until `clear`.
  void append(std::optional<std::string_view> key, std::string_view value);

  /// The next record, from the first on; false behind the last. It is good until the call after.
  /// Throws Error where the disk fails.
  [[nodiscard]] bool next(SpoolRecord& record);

  /// Begins again: `next` gives the first record.
  void rewind();
  /// Forgets all records and gives their room on the disk back.
  void clear();

  [[nodiscard]] std::uint64_t records() const { return records_; }
  /// Of keys and values together, without what the file needs to tell them apart.
  [[nodiscard]] std::uint64_t payload_bytes() const { return payload_bytes_; }
  /// What it takes on the disk, once all is written.
  [[nodiscard]] std::uint64_t file_bytes() const { return written_ + filled_; }

 private:
  void put(std::string_view bytes);
  void flush();
  void write(std::string_view bytes);
  [[nodiscard]] std::string_view take(std::size_t bytes);

  std::string folder_;
  Fd fd_;
  std::uint64_t records_ = 0;
  std::uint64_t payload_bytes_ = 0;
  std::uint64_t written_ = 0;     // bytes in the file
  std::unique_ptr<char[]> tail_;  // what is to be written behind them
  std::size_t filled_ = 0;

  std::string window_;          // a piece of the file while it is read
  std::size_t used_ = 0;        // of the window
  std::uint64_t read_ = 0;      // bytes of the file up to the window's end
  std::uint64_t returned_ = 0;  // records
};

}  // namespace weir
