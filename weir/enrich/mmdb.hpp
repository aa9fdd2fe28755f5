#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "weir/base/ip.hpp"

namespace weir {

/// A MaxMind DB file in memory (https://maxmind.github.io/MaxMind-DB/, version 2.0), for reading
/// all of it once. Whatever the bytes are, nothing outside of them is read, and the work is bounded
/// by their number: libmaxminddb 1.7 overflows its stack on maps that are nested deeply enough, and
/// maps the file, so that a database that is overwritten in place ends the program.
class Mmdb {
 public:
  /// Where a network's data is; networks with the same data have the same.
  using Entry = std::uint32_t;

  struct Network {
    IpNetwork network;
    Entry entry = 0;
  };

  /// A value of the kinds that are of use here.
  struct Value {
    enum class Kind : std::uint8_t { none, text, number };
    Kind kind = Kind::none;
    std::string_view text{};  ///< UTF-8 as far as the file keeps to its format; part of this object
    std::uint64_t number = 0;
  };

  /// Whether the bytes are such a file and not, say, text.
  [[nodiscard]] static bool looks_like(std::string_view bytes);

  /// Throws a usage Error where they are not, or where the file is damaged so that it cannot be
  /// read at all.
  explicit Mmdb(std::string bytes);

  /// Visits the networks that have data, those of IPv4 first, ascending and without overlap. IPv4
  /// networks that an IPv6 tree has a second time (in 2002::/16 and the like) come once. Throws an
  /// Error where the tree is damaged.
  void networks(const std::function<void(const Network&)>& visit) const;

  /// The value that the names lead to, through maps; none where there is no text or number there,
  /// or damage. Throws an Error where the file's data is knotted so that reading takes for ever.
  [[nodiscard]] Value find(Entry entry, std::initializer_list<std::string_view> names) const;

 private:
  struct Control;
  class Walk;

  void read_metadata(std::size_t begin);
  [[nodiscard]] std::uint32_t record(std::uint32_t node, unsigned side) const;
  [[nodiscard]] bool control_at(std::size_t& at, Control& out) const;
  [[nodiscard]] bool follow(std::size_t& at, Control& out) const;
  [[nodiscard]] bool skip(std::size_t& at) const;
  [[nodiscard]] bool member(std::size_t& at, std::string_view name) const;
  [[nodiscard]] Value value_at(std::size_t at) const;
  [[nodiscard]] Value find_from(std::size_t at,
                                std::initializer_list<std::string_view> names) const;

  std::string bytes_;
  std::string_view data_;  ///< what offsets count in: the data section, first the metadata's
  std::uint32_t node_count_ = 0;
  unsigned record_bits_ = 0;
  unsigned address_bits_ = 0;
  mutable std::uint64_t steps_ = 0;  ///< values looked at so far
};

}  // namespace weir
