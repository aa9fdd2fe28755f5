#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "weir/flow/stages.hpp"
#include "weir/io/file.hpp"

namespace weir {

/// Reads a file or standard input ("-") line by line, each line one message without its newline
/// (LF or CRLF). Blank lines are skipped. A line above `kMaxLine` is delivered as too long and is
/// never held whole. One origin: topic = the path, partition "0", position = byte offset, id =
/// "device:inode" of a file, with a "+" where its last line, without newline, was delivered; empty
/// for what can be read only once.
///
/// At the end of the file it stays healthy; an error while reading ends it too, and shows as
/// trouble.
class FileSource final : public Source {
 public:
  static constexpr std::size_t kMaxLine = std::size_t{16} << 20;

  /// `path` is a file, a named pipe, or "-". Goes on behind what `saved` says was read of the same
  /// file; another or a shorter one is read from its beginning, with a warning. Throws Error::usage
  /// naming --from when it cannot be opened or is a directory.
  explicit FileSource(std::string path, const SourceState& saved = {});

  bool read(PayloadBatch& batch, const std::stop_token& stop) override;
  [[nodiscard]] SourceState state() const override;
  void committed(const SourceState& state) override;
  [[nodiscard]] SourceStatus status() const override;

 private:
  void resume(const SourceState& saved);
  /// What keeps it from going on there, for people; empty if nothing.
  [[nodiscard]] std::string other_than(const OriginState& saved) const;
  bool more();
  void deliver(PayloadBatch& batch);
  void deliver_rest(PayloadBatch& batch);
  void deliver_line(std::string_view line, std::size_t bytes, PayloadBatch& batch);
  void take_partial();
  [[nodiscard]] std::int64_t file_end() const;

  const std::string path_;
  Fd opened_;
  int fd_ = -1;
  bool regular_ = false;
  std::string id_;    // empty for what can be read only once
  bool cut_ = false;  // the last line was delivered, but no newline ends it
  bool ended_ = false;
  std::unique_ptr<char[]> chunk_;
  std::size_t begin_ = 0;  // of the chunk, what is not used yet
  std::size_t end_ = 0;
  std::string partial_;                    // a line that began in earlier chunks
  bool skipping_ = false;                  // that line is too long: only its end is waited for
  std::uint64_t held_ = 0;                 // bytes of it so far, kept or not
  std::atomic<std::int64_t> position_{0};  // bytes of what has been delivered
  std::atomic<int> error_{0};              // errno that ended it
};

}  // namespace weir
