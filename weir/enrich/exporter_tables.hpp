#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "weir/base/flat_map.hpp"
#include "weir/base/ip.hpp"
#include "weir/flow/batch.hpp"

namespace weir {

// What the user knows of exporters. Each is read from a table (see CsvReader) by `parse`, which
// throws a usage Error that names the line; of several lines for one key the last counts. All are
// immutable, so that threads can share them, and what they give is valid as long as they are.

/// An address as a key of a map.
using AddressKey = std::array<std::uint64_t, 2>;
inline AddressKey key_of(const IpAddress& address) {
  AddressKey key;
  std::memcpy(key.data(), address.bytes.data(), sizeof key);
  return key;
}

struct InterfaceInfo {
  std::string_view name;
  std::string_view description;
  std::uint64_t speed = 0;  ///< bits a second; 0: not known
};

/// Columns exporter, ifindex, name, description, speed.
class InterfaceTable {
 public:
  [[nodiscard]] static InterfaceTable parse(std::string_view text);
  /// Null where nothing is known.
  [[nodiscard]] const InterfaceInfo* find(const IpAddress& exporter, std::uint64_t index) const;
  [[nodiscard]] std::size_t size() const { return interfaces_.size(); }

 private:
  using Key = std::array<std::uint64_t, 3>;
  FlatMap<Key, InterfaceInfo> interfaces_;
  TextArena texts_;
};

/// Columns address, name.
class ExporterTable {
 public:
  [[nodiscard]] static ExporterTable parse(std::string_view text);
  /// Empty where none is known.
  [[nodiscard]] std::string_view name(const IpAddress& exporter) const;
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  FlatMap<AddressKey, std::string_view> names_;
  TextArena texts_;
};

/// Columns exporter, rate. An exporter `*` stands for all that have no line.
class SamplingTable {
 public:
  [[nodiscard]] static SamplingTable parse(std::string_view text);
  /// 0 where none is known.
  [[nodiscard]] std::uint64_t rate(const IpAddress& exporter) const;
  [[nodiscard]] std::size_t size() const { return rates_.size() + (others_ == 0 ? 0 : 1); }

 private:
  FlatMap<AddressKey, std::uint64_t> rates_;
  std::uint64_t others_ = 0;  ///< of those without a line; 0: none
};

}  // namespace weir
