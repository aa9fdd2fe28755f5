#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "weir/io/sequential_file.hpp"
#include "weir/state/commit_frame.hpp"

namespace weir {

/// Something whole in a file.
struct Frame {
  FrameKind kind = FrameKind::commit;
  std::uint64_t number = 0;
  std::string_view payload;  ///< good until the next call
};

/// Reads a log or a snapshot frame by frame and believes only what its checksum says is whole.
/// Memory is that of the largest frame, packed and unpacked.
class FrameFile {
 public:
  /// Throws Error::usage that names --state-dir where the file cannot be opened, is no regular one
  /// or was written in a format that this version does not know.
  FrameFile(std::string path, FileKind kind);

  /// None where it is damaged; then there is nothing else to be read.
  [[nodiscard]] const std::optional<CommitFileHeader>& header() const { return header_; }

  /// The next frame; none at the end of the file or at a damage, which is the end too.
  [[nodiscard]] std::optional<Frame> next();
  /// The last frame makes no sense in its place: from here on, that is a damage.
  void refuse(std::string what);

  /// What is wrong at `offset`; empty: nothing, so far.
  [[nodiscard]] const std::string& damage() const { return damage_; }
  /// Behind the last good frame, once `next` has returned none or a frame was refused.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  /// Somewhere behind the damage there is a whole commit with a number above this one, or might be
  /// one where the disk refuses to tell. Reads the rest of the file.
  [[nodiscard]] bool commit_behind(std::uint64_t number);

  [[nodiscard]] std::uint64_t size() const { return in_.size(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  void read_header(FileKind kind);
  [[nodiscard]] std::optional<std::string_view> content_of(const FrameHeader& frame,
                                                           std::string_view payload);
  [[nodiscard]] bool payload_whole(std::uint64_t at, const FrameHeader& frame);

  std::string path_;
  SequentialFile in_;
  std::optional<CommitFileHeader> header_;
  std::uint64_t offset_ = 0;
  std::size_t last_ = 0;  // bytes of the frame that was returned last
  std::string damage_;
  std::unique_ptr<char[]> unpacked_;  // the last frame that was packed
  std::size_t unpacked_room_ = 0;
};

}  // namespace weir
