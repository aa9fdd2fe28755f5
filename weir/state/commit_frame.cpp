#include "weir/state/commit_frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "weir/base/error.hpp"
#include "weir/io/checksum.hpp"

namespace weir {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kMagicBytes = 8;
constexpr std::uint32_t kAnewFlag = 1;
constexpr std::size_t kWriterBytes = 24;

/// As it lies in the file.
struct RawFileHeader {
  std::array<char, kMagicBytes> magic;
  std::uint32_t format;
  std::uint32_t size;
  std::uint32_t checksum;
  std::uint32_t flags;
  std::uint64_t base;
  std::uint32_t header_salt;
  std::uint32_t payload_salt;
  std::array<char, kWriterBytes> writer;
};
static_assert(sizeof(RawFileHeader) == CommitFileHeader::kFixedBytes);

struct RawFrame {
  std::uint32_t checksum;
  std::uint32_t payload_checksum;
  std::uint32_t length;
  std::uint32_t kind;
  std::uint64_t number;
  std::uint32_t unpacked;
  std::uint32_t zero;
};
static_assert(sizeof(RawFrame) == FrameHeader::kBytes);

std::string_view magic_of(FileKind kind) {
  return kind == FileKind::log ? "weir-log" : "weirsnap";
}

/// Of all bytes but the checksum itself.
std::uint32_t header_checksum(std::string_view bytes) {
  constexpr std::size_t kAt = offsetof(RawFileHeader, checksum);
  return crc32c(bytes.substr(kAt + sizeof(std::uint32_t)), crc32c(bytes.substr(0, kAt)));
}

std::string_view bytes_of(const RawFrame& raw) {
  return {reinterpret_cast<const char*>(&raw), sizeof raw};
}

std::uint32_t frame_checksum(const Salt& salt, const RawFrame& raw) {
  return crc32c(bytes_of(raw).substr(sizeof raw.checksum), salt.header);
}

bool known(std::uint32_t kind) {
  return kind == static_cast<std::uint32_t>(FrameKind::commit) ||
         kind == static_cast<std::uint32_t>(FrameKind::piece) ||
         kind == static_cast<std::uint32_t>(FrameKind::end);
}

}  // namespace

std::string CommitFileHeader::encode(FileKind kind) const {
  if (size() > kMaxBytes) {
    throw Error(
        fmt::format("the configuration of the metrics takes {} bytes; at most {} can be "
                    "kept with the state",
                    about.size(), kMaxBytes - kFixedBytes));
  }
  RawFileHeader raw{};
  const std::string_view magic = magic_of(kind);
  std::copy(magic.begin(), magic.end(), raw.magic.begin());
  raw.format = kCommitFormat;
  raw.size = static_cast<std::uint32_t>(size());
  raw.flags = anew ? kAnewFlag : 0;
  raw.base = base;
  raw.header_salt = salt.header;
  raw.payload_salt = salt.payload;
  std::copy_n(writer.begin(), std::min(writer.size(), kWriterBytes), raw.writer.begin());
  std::string bytes(reinterpret_cast<const char*>(&raw), sizeof raw);
  bytes += about;
  raw.checksum = header_checksum(bytes);
  std::memcpy(bytes.data(), &raw, sizeof raw);
  return bytes;
}

std::size_t header_size(std::string_view fixed, FileKind kind) {
  RawFileHeader raw{};
  if (fixed.size() < sizeof raw || !fixed.starts_with(magic_of(kind))) {
    return 0;
  }
  std::memcpy(&raw, fixed.data(), sizeof raw);
  return raw.size >= sizeof raw && raw.size <= CommitFileHeader::kMaxBytes ? raw.size : 0;
}

FoundHeader decode_header(std::string_view bytes) {
  FoundHeader found;
  RawFileHeader raw{};
  if (bytes.size() < sizeof raw) {
    return found;
  }
  std::memcpy(&raw, bytes.data(), sizeof raw);
  if (raw.size != bytes.size() || raw.checksum != header_checksum(bytes)) {
    return found;
  }
  const auto writer_end = std::find(raw.writer.begin(), raw.writer.end(), '\0');
  found.writer.assign(raw.writer.begin(), writer_end);
  if (raw.format != kCommitFormat) {
    found.other_format = raw.format;
    return found;
  }
  found.header = CommitFileHeader{.base = raw.base,
                                  .anew = (raw.flags & kAnewFlag) != 0,
                                  .salt = {raw.header_salt, raw.payload_salt},
                                  .writer = found.writer,
                                  .about = std::string(bytes.substr(sizeof raw))};
  return found;
}

FrameBytes encode_frame(const Salt& salt, FrameKind kind, std::uint64_t number,
                        std::string_view payload, std::uint32_t unpacked) {
  RawFrame raw{.checksum = 0,
               .payload_checksum = crc32c(payload, salt.payload),
               .length = static_cast<std::uint32_t>(payload.size()),
               .kind = static_cast<std::uint32_t>(kind),
               .number = number,
               .unpacked = unpacked,
               .zero = 0};
  raw.checksum = frame_checksum(salt, raw);
  FrameBytes bytes{};
  std::memcpy(bytes.data(), &raw, sizeof raw);
  return bytes;
}

std::optional<FrameHeader> decode_frame(const Salt& salt, std::string_view bytes) {
  RawFrame raw{};
  if (bytes.size() < sizeof raw) {
    return std::nullopt;
  }
  std::memcpy(&raw, bytes.data(), sizeof raw);
  // The kind first: it is wrong nearly everywhere, and cheap to look at.
  if (!known(raw.kind) || raw.checksum != frame_checksum(salt, raw)) {
    return std::nullopt;
  }
  return FrameHeader{.kind = static_cast<FrameKind>(raw.kind),
                     .number = raw.number,
                     .length = raw.length,
                     .unpacked = raw.unpacked,
                     .payload_checksum = raw.payload_checksum};
}

std::array<char, 16> encode_totals(const SnapshotTotals& totals) {
  std::array<char, 16> bytes{};
  std::memcpy(bytes.data(), &totals.pieces, 8);
  std::memcpy(bytes.data() + 8, &totals.bytes, 8);
  return bytes;
}

std::optional<SnapshotTotals> decode_totals(std::string_view bytes) {
  if (bytes.size() != 16) {
    return std::nullopt;
  }
  SnapshotTotals totals;
  std::memcpy(&totals.pieces, bytes.data(), 8);
  std::memcpy(&totals.bytes, bytes.data() + 8, 8);
  return totals;
}

}  // namespace weir
