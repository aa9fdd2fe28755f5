#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "weir/base/ip.hpp"
#include "weir/enrich/address_ranges.hpp"
#include "weir/flow/batch.hpp"

namespace weir {

/// What the user calls a network.
struct NetworkInfo {
  std::string_view name;
  std::string_view customer;

  bool operator==(const NetworkInfo&) const = default;
};

/// The user's own networks. Immutable, so that threads can share it.
class NetworkTable {
 public:
  NetworkTable() : infos_(1) {}

  /// Reads lines of prefix, name and customer; see CsvReader. Throws a usage Error that names the
  /// line.
  [[nodiscard]] static NetworkTable parse(std::string_view text);

  /// That of the longest prefix which contains the address; two empty texts where none does. Valid
  /// as long as this object.
  [[nodiscard]] const NetworkInfo& find(const IpAddress& address) const {
    return infos_[ranges_.find(address)];
  }
  /// The same of many at once; see AddressRanges::find_all. `numbers` are for `info`.
  void find_all(std::span<const IpAddress> addresses, AddressRanges::Id* numbers) const {
    ranges_.find_all(addresses, numbers);
  }
  [[nodiscard]] const NetworkInfo& info(AddressRanges::Id number) const { return infos_[number]; }
  /// Lines read.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  AddressRanges ranges_;
  std::vector<NetworkInfo> infos_;  ///< by number; that of 0 is empty
  TextArena texts_;
  std::size_t size_ = 0;
};

}  // namespace weir
