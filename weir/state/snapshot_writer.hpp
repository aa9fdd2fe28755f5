#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "weir/io/append_file.hpp"
#include "weir/state/commit_frame.hpp"
#include "weir/state/frame_packer.hpp"

namespace weir {

/// Writes one snapshot, which appears under its name when it is whole and on the disk. What was
/// written of one that was not finished is removed. One thread.
class SnapshotWriter {
 public:
  SnapshotWriter(std::string path, std::string_view about);
  ~SnapshotWriter();
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  /// The next piece, of at most FrameHeader::kMaxPiece bytes. Does nothing after a failure.
  void put(std::string_view piece);
  /// All pieces were put, and hold what there was at this commit. What went wrong, with the file
  /// and what to do; empty if nothing did.
  [[nodiscard]] std::string finish(std::uint64_t number);
  /// Something failed; what is put from here on is put in vain.
  [[nodiscard]] bool failed() const { return !trouble_.empty(); }
  [[nodiscard]] std::uint64_t size() const { return file_.size() + filled_; }
  /// Bytes of all pieces, as they were put.
  [[nodiscard]] std::uint64_t content() const { return totals_.bytes; }

 private:
  void put_frame(FrameKind kind, std::uint64_t number, std::string_view payload,
                 std::uint32_t unpacked);
  void buffer(std::string_view bytes);
  void flush();
  void check(int error);

  std::string path_;
  AppendFile file_;
  Salt salt_;
  FramePacker packer_;
  SnapshotTotals totals_;
  std::unique_ptr<char[]> buffer_;  // of small pieces
  std::size_t filled_ = 0;
  std::uint64_t begun_ = 0;  // bytes given to the disk
  std::string trouble_;
};

}  // namespace weir
