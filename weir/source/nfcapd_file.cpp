#include "weir/source/nfcapd_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "weir/base/error.hpp"

namespace weir {
namespace {

constexpr std::uint16_t kMagic = 0xa50c;
constexpr std::size_t kHeader1 = 140;  // layout 1, and then a stat record
constexpr std::size_t kStat1 = 136;
constexpr std::size_t kHeader2 = 40;
constexpr std::size_t kBlockHeader = 12;
constexpr std::size_t kPadding = 64;

// Types of blocks: 1 = nfdump 1.5, 2 = nfdump 1.6, 3 = nfdump 1.7, 4 = an array of geographic data.
constexpr std::uint16_t kOldBlock = 1;
constexpr std::uint16_t kArrayBlock = 4;

// Records of the appendix.
constexpr std::uint16_t kIdent = 0x8001;
constexpr std::uint16_t kStat = 0x8002;

/// A number in the byte order of the machine that wrote it, which is ours: the magic says so.
template <typename Number>
Number number_at(std::string_view bytes, std::size_t offset) {
  Number value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

struct BlockHeader {
  explicit BlockHeader(std::string_view bytes)
      : records(number_at<std::uint32_t>(bytes, 0)),
        size(number_at<std::uint32_t>(bytes, 4)),
        type(number_at<std::uint16_t>(bytes, 8)),
        flags(number_at<std::uint16_t>(bytes, 10)) {}

  [[nodiscard]] bool plausible() const {
    return size <= NfcapdFile::kMaxBlock && type >= kOldBlock && type <= kArrayBlock;
  }
  [[nodiscard]] bool uncompressed() const { return (flags & 1U) != 0; }

  std::uint32_t records;
  std::uint32_t size;
  std::uint16_t type;
  std::uint16_t flags;
};

NfcapdStat stat_at(std::string_view bytes, std::size_t offset) {
  return {.flows = number_at<std::uint64_t>(bytes, offset),
          .bytes = number_at<std::uint64_t>(bytes, offset + 8),
          .packets = number_at<std::uint64_t>(bytes, offset + 16)};
}

std::string text_at(std::string_view bytes, std::size_t offset, std::size_t size) {
  const std::string_view text = bytes.substr(offset, size);
  return std::string(text.substr(0, text.find('\0')));
}

[[noreturn]] void refuse(const std::string& path, std::string_view why) {
  throw Error::usage(fmt::format("{}: {}", path, why));
}

}  // namespace

std::span<char> NfcapdBuffer::Memory::of(std::size_t wanted) {
  if (wanted + kPadding > size) {
    size = wanted + kPadding;
    bytes = std::make_unique_for_overwrite<char[]>(size);
  }
  return {bytes.get(), wanted};
}

NfcapdFile::NfcapdFile(std::string path) : path_(std::move(path)) {
  // Without blocking: opening a named pipe must not wait for its writer.
  fd_ = Fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!fd_ || ::fstat(fd_.get(), &status) != 0) {
    refuse(path_, std::generic_category().message(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    refuse(path_, "it is not a regular file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
  read_header();
  find_blocks();
}

/// Reads as much of `out` as the file has there.
std::size_t NfcapdFile::read_at(std::uint64_t offset, std::span<char> out) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got =
        ::pread(fd_.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void NfcapdFile::read_header() {
  std::array<char, kHeader1 + kStat1> buffer{};
  const std::string_view bytes(buffer.data(), read_at(0, buffer));
  if (bytes.size() < 4) {
    refuse(path_, fmt::format("no nfcapd file: it has {} bytes", bytes.size()));
  }
  const auto magic = number_at<std::uint16_t>(bytes, 0);
  if (magic == static_cast<std::uint16_t>(kMagic >> 8U | kMagic << 8U)) {
    refuse(path_,
           "an nfcapd file of the other byte order; read it on a machine like the one that "
           "wrote it");
  }
  if (magic != kMagic) {
    refuse(path_,
           fmt::format("no nfcapd file: it begins with {:02x} {:02x}, not with 0c a5",
                       static_cast<unsigned char>(bytes[0]), static_cast<unsigned char>(bytes[1])));
  }
  header_.layout = number_at<std::uint16_t>(bytes, 2);
  if (header_.layout == 1) {
    read_layout_1(bytes);
  } else if (header_.layout == 2) {
    read_layout_2(bytes);
  } else if (header_.layout == 3) {
    refuse(path_, "an nfcapd file of layout 3 (nfdump 1.8), which is not read yet; write layout 2");
  } else {
    refuse(path_, fmt::format("an nfcapd file of layout {}; known are 1 and 2", header_.layout));
  }
}

void NfcapdFile::read_layout_1(std::string_view bytes) {
  if (bytes.size() < kHeader1 + kStat1) {
    refuse(path_, fmt::format("cut off within its header, after {} of {} bytes", bytes.size(),
                              kHeader1 + kStat1));
  }
  const auto flags = number_at<std::uint32_t>(bytes, 4);
  header_.compression = (flags & 0x01U) != 0   ? BlockCompression::lzo
                        : (flags & 0x08U) != 0 ? BlockCompression::bzip2
                        : (flags & 0x10U) != 0 ? BlockCompression::lz4
                                               : BlockCompression::none;
  header_.anonymized = (flags & 0x02U) != 0;
  header_.blocks = number_at<std::uint32_t>(bytes, 8);
  header_.ident = text_at(bytes, 12, 128);
  header_.closed = header_.blocks != 0;
  header_.stat = stat_at(bytes, kHeader1);
  header_.summed = header_.closed;
  header_.stat.sequence_failures = number_at<std::uint32_t>(bytes, kHeader1 + 132);
  first_block_ = kHeader1 + kStat1;
  end_ = size_;
}

void NfcapdFile::read_layout_2(std::string_view bytes) {
  if (bytes.size() < kHeader2) {
    refuse(path_,
           fmt::format("cut off within its header, after {} of {} bytes", bytes.size(), kHeader2));
  }
  const auto compression = number_at<std::uint8_t>(bytes, 16);
  if (compression > static_cast<std::uint8_t>(BlockCompression::zstd)) {
    refuse(path_, fmt::format("compression {} (byte 16), which is not known", compression));
  }
  if (bytes[17] != 0) {
    refuse(path_, "an encrypted nfcapd file, which is not read");
  }
  header_.nfdump_version = number_at<std::uint32_t>(bytes, 4);
  header_.created = number_at<std::int64_t>(bytes, 8);
  header_.compression = static_cast<BlockCompression>(compression);
  appendix_blocks_ = number_at<std::uint16_t>(bytes, 18);
  const auto appendix = number_at<std::uint64_t>(bytes, 24);
  // BlockSize (byte 32) is 0 in files of nfdump 1.7.1 and means nothing.
  header_.blocks = number_at<std::uint32_t>(bytes, 36);
  first_block_ = kHeader2;
  end_ = size_;
  if (appendix_blocks_ == 0) {
    return;
  }
  header_.closed = true;
  if (appendix < kHeader2 || appendix > size_) {
    add_damage(fmt::format("its header says that its data ends at byte {}, but it has {}", appendix,
                           size_));
    return;
  }
  end_ = appendix;
  read_appendix();
}

/// Ident and stat. Where they are damaged the flows are not, so nothing is said about it.
void NfcapdFile::read_appendix() {
  NfcapdBuffer buffer;
  std::uint64_t at = end_;
  for (unsigned i = 0; i < std::min<unsigned>(appendix_blocks_, 16); ++i) {
    std::array<char, kBlockHeader> head{};
    if (read_at(at, head) < head.size()) {
      return;
    }
    const BlockHeader block({head.data(), head.size()});
    if (!block.plausible() || at + kBlockHeader + block.size > size_) {
      return;
    }
    const auto raw = buffer.raw(block.size);
    std::string_view records(raw.data(), read_at(at + kBlockHeader, raw));
    if (header_.compression != BlockCompression::none && !block.uncompressed()) {
      const auto plain = buffer.plain(kMaxBlock);
      const auto made = decompress_block(header_.compression, records, plain);
      records = {plain.data(), made.value_or(0)};
    }
    while (records.size() >= 4) {
      const auto size = number_at<std::uint16_t>(records, 2);
      if (size < 4 || size > records.size()) {
        break;
      }
      const auto type = number_at<std::uint16_t>(records, 0);
      if (type == kIdent) {
        header_.ident = text_at(records, 4, size - 4U);
      } else if (type == kStat && size >= 4 + kStat1) {
        header_.stat = stat_at(records, 4);
        header_.summed = true;
        // Before 1.7 was released it was that of layout 1.
        header_.stat.sequence_failures =
            size == 4 + kStat1 ? number_at<std::uint32_t>(records, 4 + 132)
                               : (size >= 4 + 144 ? number_at<std::uint64_t>(records, 4 + 136) : 0);
      }
      records.remove_prefix(size);
    }
    at += kBlockHeader + block.size;
  }
}

/// Goes from block header to block header. The number of blocks in the file's header is not what
/// counts: it is 0 while nfcapd writes, and versions differ in whether the appendix is among them.
void NfcapdFile::find_blocks() {
  std::uint64_t at = first_block_;
  while (at < end_) {
    std::array<char, kBlockHeader> head{};
    if (end_ - at < kBlockHeader || read_at(at, head) < head.size()) {
      add_damage(fmt::format("ends within the header of block {} (byte {})", blocks_.size(), at));
      break;
    }
    const BlockHeader block({head.data(), head.size()});
    if (!block.plausible()) {
      add_damage(
          fmt::format("block {} (byte {}) says that it is of type {} and has {} bytes, "
                      "which cannot be; what follows is lost",
                      blocks_.size(), at, block.type, block.size));
      break;
    }
    const std::uint64_t there = end_ - at - kBlockHeader;
    const bool cut_off = block.size > there;
    const bool packed = header_.compression != BlockCompression::none && !block.uncompressed();
    blocks_.push_back({.offset = at + kBlockHeader,
                       .size = static_cast<std::uint32_t>(cut_off ? there : block.size),
                       .records = block.records,
                       .type = block.type,
                       .packed = packed,
                       .cut_off = cut_off});
    at += kBlockHeader + blocks_.back().size;
    if (cut_off) {
      add_damage(fmt::format("ends within {}: {} of {} bytes are there",
                             place_of(blocks_.size() - 1), there, block.size));
    }
  }
  lost_bytes_ = at < end_ ? end_ - at : 0;
  if (damage_.empty() && header_.closed && blocks_.size() < header_.blocks &&
      blocks_.size() + appendix_blocks_ != header_.blocks) {
    add_damage(fmt::format("has {} of the {} blocks that its header counts", blocks_.size(),
                           header_.blocks));
  }
}

NfcapdBlock NfcapdFile::read_block(std::size_t index, NfcapdBuffer& buffer,
                                   std::string& trouble) const {
  const Place& place = blocks_[index];
  NfcapdBlock block{.bytes = {}, .records = place.records};
  trouble.clear();
  if (place.type == kOldBlock || place.type == kArrayBlock) {
    trouble =
        place.type == kOldBlock ? place_of(index) + " is of nfdump 1.5, which is not read" : "";
    block.records = place.type == kOldBlock ? place.records : 0;
    return block;
  }
  const auto raw = buffer.raw(place.size);
  const std::string_view bytes(raw.data(), read_at(place.offset, raw));
  if (place.cut_off || bytes.size() < place.size) {
    trouble = fmt::format("{} is cut off after {} bytes", place_of(index), bytes.size());
  }
  if (!place.packed) {
    block.bytes = bytes;
    return block;
  }
  if (!trouble.empty()) {
    return block;
  }
  const auto plain = buffer.plain(kMaxBlock);
  if (const auto made = decompress_block(header_.compression, bytes, plain)) {
    block.bytes = {plain.data(), *made};
  } else {
    trouble = fmt::format("{} cannot be unpacked ({}, {} bytes)", place_of(index),
                          name_of(header_.compression), bytes.size());
  }
  return block;
}

std::string NfcapdFile::place_of(std::size_t index) const {
  return fmt::format("block {} (byte {})", index, blocks_[index].offset - kBlockHeader);
}

void NfcapdFile::add_damage(std::string text) {
  damage_ += (damage_.empty() ? "" : "; ") + std::move(text);
}

}  // namespace weir
