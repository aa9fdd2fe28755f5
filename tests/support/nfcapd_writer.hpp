#pragma once

#include <bzlib.h>
#include <fmt/format.h>
#include <lz4.h>
#include <zstd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/ip.hpp"
#include "weir/io/block_compression.hpp"

namespace weir {

/// Puts numbers and addresses together as nfcapd lays them into its files.
class NfcapdBytes {
 public:
  template <typename Number>
  NfcapdBytes& number(Number value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  NfcapdBytes& u8(unsigned value) { return number(static_cast<std::uint8_t>(value)); }
  NfcapdBytes& u16(unsigned value) { return number(static_cast<std::uint16_t>(value)); }
  NfcapdBytes& u32(std::uint32_t value) { return number(value); }
  NfcapdBytes& u64(std::uint64_t value) { return number(value); }
  /// As a number of 32 bits, or two of 64.
  NfcapdBytes& address(std::string_view text) { return address(*IpAddress::parse(text)); }
  NfcapdBytes& address(const IpAddress& address) {
    const std::size_t part = address.is_ipv4() ? 4 : 8;
    for (std::size_t at = address.is_ipv4() ? 12 : 0; at < 16; at += part) {
      for (std::size_t i = part; i-- != 0;) {
        u8(address.bytes[at + i]);
      }
    }
    return *this;
  }
  /// Filled up with NULs to `size`.
  NfcapdBytes& text(std::string_view text, std::size_t size) {
    bytes_.append(text);
    bytes_.append(size - text.size(), '\0');
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// A flow record of layout 2.
class NfcapdFlow {
 public:
  explicit NfcapdFlow(unsigned flags = 0, unsigned exporter = 0)
      : flags_(flags), exporter_(exporter) {}

  NfcapdFlow& element(unsigned id, const NfcapdBytes& data) {
    NfcapdBytes header;
    header.u16(id).u16(static_cast<unsigned>(4 + data.bytes().size()));
    elements_ += header.bytes() + data.bytes();
    ++count_;
    return *this;
  }
  /// Element 1.
  NfcapdFlow& generic(std::uint64_t packets, std::uint64_t bytes, unsigned src_port = 0,
                      unsigned dst_port = 0, unsigned proto = 6,
                      std::uint64_t first_ms = 1'700'000'000'000) {
    return element(1, NfcapdBytes()
                          .u64(first_ms)
                          .u64(first_ms + 1500)
                          .u64(first_ms + 2000)
                          .u64(packets)
                          .u64(bytes)
                          .u16(src_port)
                          .u16(dst_port)
                          .u8(proto)
                          .u8(0x1b)
                          .u8(64)
                          .u8(8));
  }
  NfcapdFlow& addresses(std::string_view src, std::string_view dst) {
    const unsigned id = IpAddress::parse(src)->is_ipv4() ? 2 : 3;
    return element(id, NfcapdBytes().address(src).address(dst));
  }
  NfcapdFlow& as(std::uint32_t src, std::uint32_t dst) {
    return element(7, NfcapdBytes().u32(src).u32(dst));
  }

  [[nodiscard]] std::string bytes() const {
    NfcapdBytes header;
    header.u16(11).u16(static_cast<unsigned>(12 + elements_.size())).u16(count_);
    header.u8(0).u8(0).u16(exporter_).u8(flags_).u8(9);
    return header.bytes() + elements_;
  }

 private:
  unsigned flags_;
  unsigned exporter_;
  unsigned count_ = 0;
  std::string elements_;
};

/// A record of another type, header and all.
inline std::string nfcapd_record(unsigned type, const NfcapdBytes& data) {
  NfcapdBytes header;
  header.u16(type).u16(static_cast<unsigned>(4 + data.bytes().size()));
  return header.bytes() + data.bytes();
}

/// An exporter's record, type 7.
inline std::string nfcapd_exporter(unsigned number, std::string_view address,
                                   std::uint32_t domain) {
  const auto ip = *IpAddress::parse(address);
  NfcapdBytes data;
  data.u32(9);
  if (ip.is_ipv4()) {
    data.u64(0).address(ip).u32(0).u16(2);
  } else {
    data.address(ip).u16(10);
  }
  return nfcapd_record(7, data.u16(number).u32(domain));
}

/// A sampler's record, type 15.
inline std::string nfcapd_sampler(unsigned exporter, std::int64_t id, std::uint32_t interval,
                                  std::uint32_t space) {
  return nfcapd_record(15, NfcapdBytes().u16(exporter).u16(1).number(id).u32(interval).u32(space));
}

/// An extension map of layout 1, type 2.
inline std::string nfcapd_map(unsigned number, std::initializer_list<unsigned> extensions) {
  NfcapdBytes data;
  data.u16(number).u16(0);
  for (const unsigned extension : extensions) {
    data.u16(extension);
  }
  data.u16(0);
  if (extensions.size() % 2 == 0) {
    data.u16(0);
  }
  return nfcapd_record(2, data);
}

/// The fixed part of a flow record of layout 1, of type 10 or the older 1; addresses, counters and
/// extensions follow as `rest`.
inline std::string nfcapd_flow1(unsigned type, unsigned flags, unsigned map,
                                const NfcapdBytes& rest, unsigned exporter = 0) {
  NfcapdBytes data;
  if (type == 10) {
    data.u16(flags);
  } else {
    data.u8(flags).u8(exporter);
  }
  data.u16(map).u16(250).u16(750).u32(1'700'000'000).u32(1'700'000'010);
  data.u8(64).u8(0x1b).u8(6).u8(8).u16(1024).u16(443);
  if (type == 10) {
    data.u16(exporter).u16(0);
  }
  return nfcapd_record(type, data.text(rest.bytes(), rest.bytes().size()));
}

/// One LZO1X stream of literals alone.
inline std::string lzo_literals(std::string_view bytes) {
  std::string out;
  if (bytes.size() > 3) {
    // 0000LLLL, 0 and more bytes: 18 and 255 for each of them, and the last one.
    if (bytes.size() <= 18) {
      out += static_cast<char>(bytes.size() - 3);
    } else {
      out += '\0';
      std::size_t left = bytes.size() - 18;
      for (; left > 255; left -= 255) {
        out += '\0';
      }
      out += static_cast<char>(left);
    }
  } else if (!bytes.empty()) {
    out += static_cast<char>(17 + bytes.size());
  }
  out += bytes;
  return out + std::string("\x11\0\0", 3);
}

inline std::string nfcapd_pack(BlockCompression compression, const std::string& bytes) {
  std::string out(bytes.size() + bytes.size() / 64 + 1024, '\0');
  switch (compression) {
    case BlockCompression::lzo:
      return lzo_literals(bytes);
    case BlockCompression::bzip2: {
      auto size = static_cast<unsigned>(out.size());
      BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(bytes.data()),
                               static_cast<unsigned>(bytes.size()), 9, 0, 0);
      out.resize(size);
      return out;
    }
    case BlockCompression::lz4:
      out.resize(static_cast<std::size_t>(LZ4_compress_default(
          bytes.data(), out.data(), static_cast<int>(bytes.size()), static_cast<int>(out.size()))));
      return out;
    case BlockCompression::zstd:
      out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
      return out;
    default:
      return bytes;
  }
}

/// A block of records, packed or not.
inline std::string nfcapd_block(const std::vector<std::string>& records,
                                BlockCompression compression = BlockCompression::none,
                                unsigned type = 3, unsigned flags = 0) {
  const std::string packed = nfcapd_pack(compression, fmt::format("{}", fmt::join(records, "")));
  NfcapdBytes header;
  header.u32(static_cast<std::uint32_t>(records.size()));
  header.u32(static_cast<std::uint32_t>(packed.size())).u16(type).u16(flags);
  return header.bytes() + packed;
}

struct NfcapdSums {
  std::uint64_t flows = 0, bytes = 0, packets = 0;
};

/// A file of layout 2. Not `closed`, it is as nfcapd leaves it while it writes.
inline std::string nfcapd_file(const std::vector<std::string>& blocks,
                               BlockCompression compression = BlockCompression::none,
                               const NfcapdSums& sums = {}, bool closed = true) {
  const std::string data = fmt::format("{}", fmt::join(blocks, ""));
  NfcapdBytes header;
  header.u16(0xa50c).u16(2).u32(0x01070101).u64(1'700'000'000);
  header.u8(static_cast<unsigned>(compression)).u8(0).u16(closed ? 1 : 0).u32(1);
  header.u64(closed ? 40 + data.size() : 0).u32(0);
  header.u32(closed ? static_cast<std::uint32_t>(blocks.size()) : 0);
  if (!closed) {
    return header.bytes() + data;
  }
  NfcapdBytes stat;
  stat.u64(sums.flows).u64(sums.bytes).u64(sums.packets).text("", 144 - 24 - 8).u64(5);
  const std::string appendix = nfcapd_block(
      {nfcapd_record(0x8001, NfcapdBytes().text("made up", 8)), nfcapd_record(0x8002, stat)},
      compression);
  return header.bytes() + data + appendix;
}

/// A file of layout 1. Flags: 1 LZO, 2 anonymized, 8 bzip2, 16 LZ4.
inline std::string nfcapd_file1(const std::vector<std::string>& blocks, unsigned flags = 0,
                                const NfcapdSums& sums = {}) {
  NfcapdBytes header;
  header.u16(0xa50c).u16(1).u32(flags).u32(static_cast<std::uint32_t>(blocks.size()));
  header.text("made up", 128);
  header.u64(sums.flows).u64(sums.bytes).u64(sums.packets).text("", 136 - 24 - 4).u32(5);
  return header.bytes() + fmt::format("{}", fmt::join(blocks, ""));
}

}  // namespace weir
