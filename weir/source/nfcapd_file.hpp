#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/flow/nfcapd_block.hpp"
#include "weir/io/block_compression.hpp"
#include "weir/io/file.hpp"

namespace weir {

/// What nfcapd summed up when it closed a file, as `nfdump -I` prints it. `bytes` and `packets` are
/// those of both directions (total_bytes, total_packets), a flow is a record.
struct NfcapdStat {
  std::uint64_t flows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
  std::uint64_t sequence_failures = 0;
};

/// What a file says of itself.
struct NfcapdHeader {
  unsigned layout = 0;  ///< 1: nfdump 1.6, 2: nfdump 1.7
  /// Of the nfdump that wrote it, four bytes as 1.7.1-1 = 0x01070101; layout 1 does not say.
  std::uint32_t nfdump_version = 0;
  std::int64_t created = 0;  ///< seconds since 1970, 0 = not known
  BlockCompression compression = BlockCompression::none;
  bool anonymized = false;
  /// nfcapd has closed it: there is an appendix where the header says (layout 1: blocks are
  /// counted). A file without is still being written, or what wrote it was killed.
  bool closed = false;
  std::uint32_t blocks = 0;  ///< how many it says it has
  std::string ident;         ///< nfcapd's -I, cut off at the first NUL
  NfcapdStat stat;           ///< zeros unless `summed`
  bool summed = false;       ///< nfcapd's sums could be read
};

/// Memory for one block, reused from block to block.
class NfcapdBuffer {
 public:
  /// Room for `size` bytes and a little more, with rubbish in it.
  std::span<char> raw(std::size_t size) { return raw_.of(size); }
  std::span<char> plain(std::size_t size) { return plain_.of(size); }

 private:
  struct Memory {
    std::span<char> of(std::size_t size);
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };
  Memory raw_;
  Memory plain_;
};

/// An open nfcapd file. Where its blocks are is found out when it is opened, from their headers
/// alone; they are read by pread, so several threads may read blocks of one file, each with a
/// buffer of its own, and a file that is cut off meanwhile is an error and not a crash.
class NfcapdFile {
 public:
  /// No block is larger, packed or not.
  static constexpr std::size_t kMaxBlock = std::size_t{5} << 20;

  /// Throws Error::usage where it cannot be read, is no nfcapd file, or is one that weir does not
  /// read: of another byte order, encrypted, or of a layout that is neither 1 nor 2. A file that is
  /// cut off behind its header is opened; `damage` says what is missing.
  explicit NfcapdFile(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const NfcapdHeader& header() const { return header_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// How many blocks are there, whole or in part.
  [[nodiscard]] std::size_t blocks() const { return blocks_.size(); }
  /// What is wrong with the file, found when it was opened; empty = nothing. Blocks that are
  /// there are read all the same.
  [[nodiscard]] const std::string& damage() const { return damage_; }
  /// Bytes at the end that belong to no block that can be read.
  [[nodiscard]] std::uint64_t lost_bytes() const { return lost_bytes_; }

  /// Reads and unpacks a block. What it returns points into `buffer`. Where the block or a part of
  /// it cannot be had, `trouble` says why, and the rest of it is returned. Thread-safe.
  [[nodiscard]] NfcapdBlock read_block(std::size_t index, NfcapdBuffer& buffer,
                                       std::string& trouble) const;

 private:
  struct Place {
    std::uint64_t offset;  ///< of what follows the block's header
    std::uint32_t size;    ///< as far as the file goes
    std::uint32_t records;
    std::uint16_t type;
    bool packed;
    bool cut_off;  ///< the file ends before the block does
  };

  void read_header();
  void read_layout_1(std::string_view bytes);
  void read_layout_2(std::string_view bytes);
  void read_appendix();
  void find_blocks();
  void add_damage(std::string text);
  [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<char> out) const;
  [[nodiscard]] std::string place_of(std::size_t index) const;

  std::string path_;
  Fd fd_;
  std::uint64_t size_ = 0;
  NfcapdHeader header_;
  std::uint64_t first_block_ = 0;  ///< where the blocks begin
  std::uint64_t end_ = 0;          ///< and end: the appendix, or the end of the file
  std::uint16_t appendix_blocks_ = 0;
  std::vector<Place> blocks_;
  std::string damage_;
  std::uint64_t lost_bytes_ = 0;
};

}  // namespace weir
