#include "weir/state/frame_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/version.hpp"
#include "weir/io/checksum.hpp"
#include "weir/io/lz4.hpp"

namespace weir {
namespace {

constexpr std::size_t kScanWindow = std::size_t{1} << 20;

std::size_t largest(FrameKind kind) {
  return kind == FrameKind::commit ? FrameHeader::kMaxCommit : FrameHeader::kMaxPiece;
}

}  // namespace

FrameFile::FrameFile(std::string path, FileKind kind) : path_(std::move(path)) {
  if (const std::string why = in_.open(path_); !why.empty()) {
    throw Error::usage(fmt::format(
        "--state-dir: {}: cannot read it: {}; give weir's user the right to read and write all "
        "files of this folder, which is weir's alone",
        path_, why));
  }
  read_header(kind);
}

void FrameFile::read_header(FileKind kind) {
  const std::size_t size = header_size(in_.peek(CommitFileHeader::kFixedBytes), kind);
  FoundHeader found = decode_header(in_.peek(size));
  if (found.other_format != 0) {
    throw Error::usage(fmt::format(
        "--state-dir: {}: it was written by weir {} in format {}, and this is weir {}, which reads "
        "format {}; run the version that wrote it, or begin in another folder",
        path_, found.writer, found.other_format, version(), kCommitFormat));
  }
  if (!found.header) {
    damage_ = in_.error().empty() ? "its header is damaged" : in_.error();
    return;
  }
  header_ = std::move(found.header);
  in_.skip(size);
  offset_ = size;
}

std::optional<Frame> FrameFile::next() {
  if (!damage_.empty()) {
    return std::nullopt;
  }
  in_.skip(last_);
  offset_ += last_;
  last_ = 0;
  const std::string_view head = in_.peek(FrameHeader::kBytes);
  if (head.empty() && in_.error().empty()) {
    return std::nullopt;
  }
  const auto frame = decode_frame(header_->salt, head);
  const std::uint64_t left = in_.size() - std::min(in_.size(), offset_);
  if (!frame || std::max(frame->length, frame->unpacked) > largest(frame->kind)) {
    damage_ = head.size() < FrameHeader::kBytes ? "it ends within a record" : "damaged bytes";
  } else if (frame->length > left - FrameHeader::kBytes) {
    damage_ = "it ends within a record";
  } else {
    const std::string_view payload =
        in_.peek(FrameHeader::kBytes + frame->length).substr(FrameHeader::kBytes);
    if (const auto content = content_of(*frame, payload)) {
      last_ = FrameHeader::kBytes + frame->length;
      return Frame{.kind = frame->kind, .number = frame->number, .payload = *content};
    }
    damage_ = "damaged bytes";
  }
  if (!in_.error().empty()) {
    damage_ = in_.error();
  }
  return std::nullopt;
}

/// None where it is damaged.
std::optional<std::string_view> FrameFile::content_of(const FrameHeader& frame,
                                                      std::string_view payload) {
  if (crc32c(payload, header_->salt.payload) != frame.payload_checksum) {
    return std::nullopt;
  }
  if (frame.unpacked == 0) {
    return payload;
  }
  if (unpacked_room_ < frame.unpacked) {
    unpacked_ = std::make_unique_for_overwrite<char[]>(frame.unpacked);
    unpacked_room_ = frame.unpacked;
  }
  if (lz4_decompress(payload, {unpacked_.get(), frame.unpacked}) != frame.unpacked) {
    return std::nullopt;
  }
  return std::string_view(unpacked_.get(), frame.unpacked);
}

void FrameFile::refuse(std::string what) {
  last_ = 0;
  damage_ = std::move(what);
}

bool FrameFile::commit_behind(std::uint64_t number) {
  if (!header_) {
    return false;
  }
  if (!in_.error().empty()) {
    return true;
  }
  std::uint64_t window = offset_ + 1;
  while (window + FrameHeader::kBytes <= in_.size()) {
    in_.seek(window);
    const std::string_view bytes = in_.peek(kScanWindow);
    if (bytes.size() < FrameHeader::kBytes) {
      return true;
    }
    const std::size_t starts = bytes.size() - FrameHeader::kBytes + 1;
    std::size_t found = 0;
    std::optional<FrameHeader> frame;
    for (; found < starts && !frame; ++found) {
      frame = decode_frame(header_->salt, bytes.substr(found, FrameHeader::kBytes));
    }
    if (!frame) {
      window += starts;
      continue;
    }
    window += found;  // one past where the frame begins
    if (frame->kind == FrameKind::commit && frame->number > number &&
        payload_whole(window - 1 + FrameHeader::kBytes, *frame)) {
      return true;
    }
  }
  return false;
}

bool FrameFile::payload_whole(std::uint64_t at, const FrameHeader& frame) {
  std::uint32_t checksum = header_->salt.payload;
  std::size_t left = frame.length;
  in_.seek(at);
  while (left > 0) {
    const std::string_view bytes = in_.peek(std::min(left, kScanWindow));
    if (bytes.empty()) {
      return false;
    }
    checksum = crc32c(bytes, checksum);
    left -= bytes.size();
    in_.skip(bytes.size());
  }
  return checksum == frame.payload_checksum;
}

}  // namespace weir
