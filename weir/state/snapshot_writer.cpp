#include "weir/state/snapshot_writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "weir/base/version.hpp"
#include "weir/state/commit_files.hpp"
#include "weir/state/log_writer.hpp"

namespace weir {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} << 10;

/// So much is on its way to the disk at most, for which an fsync of the log may have to wait.
constexpr std::uint64_t kWriteback = std::uint64_t{4} << 20;

}  // namespace

SnapshotWriter::SnapshotWriter(std::string path, std::string_view about)
    : path_(std::move(path)),
      salt_(new_salt()),
      buffer_(std::make_unique_for_overwrite<char[]>(kBuffer)) {
  const CommitFileHeader header{.base = 0,
                                .anew = false,
                                .salt = salt_,
                                .writer = std::string(version()),
                                .about = std::string(about)};
  check(file_.create(CommitFiles::temporary(path_)));
  buffer(header.encode(FileKind::snapshot));
}

SnapshotWriter::~SnapshotWriter() {
  if (file_.is_open()) {
    file_.close();
    ::unlink(CommitFiles::temporary(path_).c_str());
  }
}

void SnapshotWriter::put(std::string_view piece) {
  if (piece.size() > FrameHeader::kMaxPiece) {
    trouble_ = fmt::format("{}: a piece of {} bytes, the most is {}; this is a fault in weir",
                           path_, piece.size(), FrameHeader::kMaxPiece);
    return;
  }
  ++totals_.pieces;
  totals_.bytes += piece.size();
  if (!failed()) {
    const auto [payload, unpacked] = packer_.pack(piece);
    put_frame(FrameKind::piece, totals_.pieces, payload, unpacked);
  }
}

std::string SnapshotWriter::finish(std::uint64_t number) {
  const std::array<char, 16> totals = encode_totals(totals_);
  put_frame(FrameKind::end, number, {totals.data(), totals.size()}, 0);
  flush();
  if (!failed()) {
    check(file_.sync());
  }
  if (!failed() && std::rename(CommitFiles::temporary(path_).c_str(), path_.c_str()) != 0) {
    check(errno);
  }
  if (!failed()) {
    file_.close();
    check(sync_folder(std::filesystem::path(path_).parent_path().string()));
  }
  return trouble_;
}

void SnapshotWriter::put_frame(FrameKind kind, std::uint64_t number, std::string_view payload,
                               std::uint32_t unpacked) {
  if (failed()) {
    return;
  }
  const FrameBytes frame = encode_frame(salt_, kind, number, payload, unpacked);
  buffer({frame.data(), frame.size()});
  buffer(payload);
}

void SnapshotWriter::buffer(std::string_view bytes) {
  if (bytes.size() <= kBuffer - filled_) {
    std::copy(bytes.begin(), bytes.end(), buffer_.get() + filled_);
    filled_ += bytes.size();
    return;
  }
  if (!failed()) {
    check(file_.write({{buffer_.get(), filled_}, bytes}));
    filled_ = 0;
  }
  if (!failed() && file_.size() - begun_ >= kWriteback) {
    begun_ = file_.size();
    check(file_.begin_writeback());
  }
}

void SnapshotWriter::flush() {
  if (!failed() && filled_ > 0) {
    check(file_.write({{buffer_.get(), filled_}}));
    filled_ = 0;
  }
}

void SnapshotWriter::check(int error) {
  if (error != 0) {
    trouble_ = fmt::format("{}: cannot write it: {}", path_, write_failure(error));
  }
}

}  // namespace weir
