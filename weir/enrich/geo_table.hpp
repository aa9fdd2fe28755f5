#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "weir/base/ip.hpp"
#include "weir/enrich/address_ranges.hpp"
#include "weir/enrich/mmdb.hpp"

namespace weir {

/// What is known of an address's place.
struct GeoInfo {
  std::array<char, 2> letters{};     ///< ISO 3166-1 alpha-2; zeros: not known
  std::uint16_t country_number = 0;  ///< ISO 3166-1 numeric; 0: not known
  std::uint32_t as = 0;              ///< 0: not known

  [[nodiscard]] std::string_view country() const {
    return letters[0] == '\0' ? std::string_view{}
                              : std::string_view(letters.data(), letters.size());
  }
  bool operator==(const GeoInfo&) const = default;
};

/// Countries and autonomous systems of addresses, out of MaxMind DB files. Immutable, so that
/// threads can share it.
class GeoTable {
 public:
  GeoTable() : infos_(1) {}

  /// Takes all that is of use out of a file in the layouts of MaxMind (country, city, ASN, ISP,
  /// enterprise), DB-IP or IPinfo. Throws a usage Error where the file is damaged or has neither
  /// countries nor AS numbers.
  [[nodiscard]] static GeoTable read(const Mmdb& file);

  /// Both; where both know something, the first counts.
  [[nodiscard]] static GeoTable merge(const GeoTable& first, const GeoTable& second);

  /// Valid as long as this object; of an unknown address all members are 0.
  [[nodiscard]] const GeoInfo& find(const IpAddress& address) const {
    return infos_[ranges_.find(address)];
  }
  /// The same of many at once; see AddressRanges::find_all. `numbers` are for `info`.
  void find_all(std::span<const IpAddress> addresses, AddressRanges::Id* numbers) const {
    ranges_.find_all(addresses, numbers);
  }
  [[nodiscard]] const GeoInfo& info(AddressRanges::Id number) const { return infos_[number]; }
  [[nodiscard]] std::size_t size() const { return ranges_.size(); }
  [[nodiscard]] bool has_countries() const { return has_countries_; }
  [[nodiscard]] bool has_as() const { return has_as_; }

 private:
  class Infos;

  AddressRanges ranges_;
  std::vector<GeoInfo> infos_;  ///< by number; that of 0 knows nothing
  bool has_countries_ = false;
  bool has_as_ = false;
};

/// The number and the organisation of an autonomous system in an entry of such a file, where there
/// are any.
struct AsOfEntry {
  std::uint32_t number = 0;  ///< 0: none
  std::string_view name{};   ///< empty: none; part of the file
};
[[nodiscard]] AsOfEntry as_of(const Mmdb& file, Mmdb::Entry entry);

}  // namespace weir
