#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

// How the files of a commit log look inside. Numbers are little-endian.
//
//   file    := header about frame…
//   header  := magic[8] format[4] size[4] checksum[4] flags[4] base[8] salt[8] writer[24]
//   frame   := checksum[4] of-the-payload[4] length[4] kind[4] number[8] unpacked[4] zero[4]
//   payload
//
// `size` is that of header and `about` together, and `checksum` that of all these bytes but itself;
// so much is the same in every format to come, so that a file of a later one is told from a damaged
// one. A frame's first checksum is that of the rest of its header: a length is believed before the
// payload is read. Where `unpacked` is not 0 the payload is an LZ4 block of so many bytes; what it
// makes is believed, as the block's own checksum was right. Both checksums begin with the file's
// salt, a random number that never leaves the file. So no label from outside can be made such that
// it looks like a frame to whoever searches the bytes behind a damage, and no frame is taken for
// one of another file.

enum class FileKind { log, snapshot };

/// Random numbers that a file's checksums begin with.
struct Salt {
  std::uint32_t header = 0;
  std::uint32_t payload = 0;
};

struct CommitFileHeader {
  std::uint64_t base = 0;  ///< of a log: the number of the commit before its first
  /// Of a log: it begins with nothing, whatever there was before.
  bool anew = false;
  Salt salt;
  std::string writer;  ///< version of the weir that wrote it, cut to 24 bytes
  std::string about;

  static constexpr std::size_t kFixedBytes = 64;
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

  /// Throws Error where `about` is too long.
  [[nodiscard]] std::string encode(FileKind kind) const;
  [[nodiscard]] std::size_t size() const { return kFixedBytes + about.size(); }
};

/// A header as it was found.
struct FoundHeader {
  std::optional<CommitFileHeader> header;  ///< none: damaged, or of another format
  std::uint32_t other_format = 0;          ///< the format, where it is whole and unknown; else 0
  std::string writer;                      ///< who wrote that one
};

/// How many bytes `decode_header` needs, from the first kFixedBytes of a file; 0 where these are
/// damaged.
[[nodiscard]] std::size_t header_size(std::string_view fixed, FileKind kind);
[[nodiscard]] FoundHeader decode_header(std::string_view bytes);

/// The format that is written, and the only one that is read.
inline constexpr std::uint32_t kCommitFormat = 2;

enum class FrameKind : std::uint32_t {
  commit = 0x7469'6d63,  ///< "cmit": one commit and its number
  piece = 0x6365'6970,   ///< "piec": of a snapshot, numbered from 1
  end = 0x2164'6e65,     ///< "end!": of a snapshot, with the number of the last commit in it
};

struct FrameHeader {
  static constexpr std::size_t kBytes = 32;
  static constexpr std::size_t kMaxCommit = std::size_t{1} << 30;
  static constexpr std::size_t kMaxPiece = std::size_t{64} << 20;

  FrameKind kind = FrameKind::commit;
  std::uint64_t number = 0;
  std::uint32_t length = 0;    ///< of the payload
  std::uint32_t unpacked = 0;  ///< bytes that the payload is to be unpacked to; 0: it is not packed
  std::uint32_t payload_checksum = 0;
};

using FrameBytes = std::array<char, FrameHeader::kBytes>;

/// The header that goes in front of `payload`, of at most kMaxCommit bytes. `unpacked`: see
/// FrameHeader.
[[nodiscard]] FrameBytes encode_frame(const Salt& salt, FrameKind kind, std::uint64_t number,
                                      std::string_view payload, std::uint32_t unpacked = 0);
/// From at least kBytes bytes; none where they are no such header.
[[nodiscard]] std::optional<FrameHeader> decode_frame(const Salt& salt, std::string_view bytes);

/// What the end of a snapshot says of all of it.
struct SnapshotTotals {
  std::uint64_t pieces = 0;
  std::uint64_t bytes = 0;

  bool operator==(const SnapshotTotals&) const = default;
};

[[nodiscard]] std::array<char, 16> encode_totals(const SnapshotTotals& totals);
/// None where these are not the bytes of one.
[[nodiscard]] std::optional<SnapshotTotals> decode_totals(std::string_view bytes);

}  // namespace weir
