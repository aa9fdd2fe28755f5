#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/ip.hpp"

namespace weir {

/// Values of a MaxMind DB file, as bytes of its data section.
namespace mmdb {

inline std::string big_endian(std::uint64_t value, unsigned width) {
  std::string bytes;
  for (unsigned i = width; i > 0; --i) {
    bytes += static_cast<char>(value >> (8 * (i - 1)));
  }
  return bytes;
}

/// What stands before a value of `size` (bytes, or members).
inline std::string control(unsigned type, std::size_t size) {
  const unsigned length = size < 29 ? 0 : size < 285 ? 1 : size < 65821 ? 2 : 3;
  const std::size_t first = length == 0 ? size : 28 + length;
  std::string bytes;
  if (type < 8) {
    bytes += static_cast<char>(type << 5U | first);
  } else {
    bytes += static_cast<char>(first);
    bytes += static_cast<char>(type - 7);
  }
  constexpr std::array<std::size_t, 4> kBase = {0, 29, 285, 65821};
  return bytes + big_endian(size - kBase[length], length);
}

inline std::string text(std::string_view value) {
  return control(2, value.size()) + std::string(value);
}
inline std::string number(std::uint64_t value, unsigned type = 6) {
  unsigned width = 0;
  while (width < 8 && value >> (8 * width) != 0) {
    ++width;
  }
  return control(type, width) + big_endian(value, width);
}
/// A pointer with `width` bytes behind the first.
inline std::string pointer(std::uint32_t target, unsigned width) {
  constexpr std::array<std::uint32_t, 5> kBase = {0, 0, 2048, 526336, 0};
  const std::uint32_t rest = target - kBase[width];
  const std::uint32_t top = width == 4 ? 0 : rest >> (8 * width);
  return static_cast<char>(1U << 5U | (width - 1) << 3U | top) + big_endian(rest, width);
}
using Members = std::vector<std::pair<std::string, std::string>>;
inline std::string map(const Members& members) {
  std::string bytes = control(7, members.size());
  for (const auto& [name, value] : members) {
    bytes += text(name) + value;
  }
  return bytes;
}
inline std::string array(const std::vector<std::string>& items) {
  std::string bytes = control(11, items.size());
  for (const std::string& item : items) {
    bytes += item;
  }
  return bytes;
}

}  // namespace mmdb

/// Makes MaxMind DB files of any shape, broken ones too.
class MmdbWriter {
 public:
  explicit MmdbWriter(unsigned record_bits = 24, unsigned ip_version = 6)
      : record_bits_(record_bits), ip_version_(ip_version) {
    nodes_.push_back({kNone, kNone});
  }

  /// Puts a value into the data section; where it is.
  std::uint32_t put(std::string_view value) {
    const auto at = static_cast<std::uint32_t>(data_.size());
    data_ += value;
    return at;
  }
  /// All addresses of the network lead to the data at `at`; put wider networks first. An IPv4
  /// network is found in ::/96.
  void insert(std::string_view network, std::uint32_t at) {
    const IpNetwork parsed = *IpNetwork::parse(network);
    const bool ipv4 = parsed.address.is_ipv4();
    std::array<std::uint8_t, 16> bits = parsed.address.bytes;
    if (ipv4) {
      bits[10] = bits[11] = 0;
    }
    const unsigned begin = ip_version_ == 4 ? 96 : 0;
    const unsigned end = parsed.length + (ipv4 ? 96U : 0U);
    std::size_t node = 0;
    for (unsigned bit = begin; bit < end; ++bit) {
      const unsigned side = bits[bit / 8] >> (7 - bit % 8) & 1U;
      if (bit + 1 == end) {
        nodes_[node][side] = kData | at;
      } else if ((nodes_[node][side] & kNode) != 0) {
        node = nodes_[node][side] & ~kNode;
      } else {
        const std::uint64_t before = nodes_[node][side];
        nodes_[node][side] = kNode | nodes_.size();
        node = nodes_.size();
        nodes_.push_back({before, before});
      }
    }
  }
  /// Sets a record of the tree as it is in the file.
  void set_record(std::size_t node, unsigned side, std::uint32_t record) {
    nodes_[node][side] = kRaw | record;
  }
  [[nodiscard]] std::size_t nodes() const { return nodes_.size(); }

  [[nodiscard]] std::string bytes() const { return bytes(metadata()); }
  [[nodiscard]] std::string bytes(const std::string& metadata) const {
    std::string file;
    for (const auto& node : nodes_) {
      const std::uint64_t left = record(node[0]);
      const std::uint64_t right = record(node[1]);
      if (record_bits_ == 28) {
        file += mmdb::big_endian(left & 0xffffff, 3);
        file += static_cast<char>(left >> 24U << 4U | right >> 24U);
        file += mmdb::big_endian(right & 0xffffff, 3);
      } else {
        file +=
            mmdb::big_endian(left, record_bits_ / 8) + mmdb::big_endian(right, record_bits_ / 8);
      }
    }
    return file + std::string(16, '\0') + data_ + "\xab\xcd\xefMaxMind.com" + metadata;
  }
  [[nodiscard]] mmdb::Members members() const {
    return {{"node_count", mmdb::number(nodes_.size())},
            {"record_size", mmdb::number(record_bits_, 5)},
            {"ip_version", mmdb::number(ip_version_, 5)},
            {"database_type", mmdb::text("test")},
            {"languages", mmdb::array({mmdb::text("en")})},
            {"binary_format_major_version", mmdb::number(2, 5)},
            {"binary_format_minor_version", mmdb::number(0, 5)},
            {"build_epoch", mmdb::number(1'700'000'000, 9)},
            {"description", mmdb::map({{"en", mmdb::text("for tests")}})}};
  }
  [[nodiscard]] std::string metadata() const { return mmdb::map(members()); }

 private:
  static constexpr std::uint64_t kNone = 0;
  static constexpr std::uint64_t kNode = std::uint64_t{1} << 40U;
  static constexpr std::uint64_t kData = std::uint64_t{1} << 41U;
  static constexpr std::uint64_t kRaw = std::uint64_t{1} << 42U;

  [[nodiscard]] std::uint64_t record(std::uint64_t value) const {
    if ((value & kRaw) != 0) {
      return value & ~kRaw;
    }
    if ((value & kNode) != 0) {
      return value & ~kNode;
    }
    return (value & kData) != 0 ? (value & ~kData) + nodes_.size() + 16 : nodes_.size();
  }

  unsigned record_bits_;
  unsigned ip_version_;
  std::vector<std::array<std::uint64_t, 2>> nodes_;
  std::string data_;
};

}  // namespace weir
