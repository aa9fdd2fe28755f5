#include "weir/enrich/geo_table.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/flat_map.hpp"
#include "weir/enrich/country_codes.hpp"

namespace weir {
namespace {

using Names = std::initializer_list<std::string_view>;
using ValueKind = Mmdb::Value::Kind;

bool capital(char c) {
  return c >= 'A' && c <= 'Z';
}

/// The first of these places that has a text.
std::string_view first_text(const Mmdb& file, Mmdb::Entry entry,
                            std::initializer_list<Names> places) {
  for (const Names& place : places) {
    const Mmdb::Value value = file.find(entry, place);
    if (value.kind == ValueKind::text && !value.text.empty()) {
      return value.text;
    }
  }
  return {};
}

std::uint32_t as_number(const Mmdb::Value& value) {
  std::uint64_t number = value.number;
  if (value.kind == ValueKind::text) {  // IPinfo: "AS64500"
    const std::string_view digits =
        value.text.starts_with("AS") ? value.text.substr(2) : value.text;
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, number);
    if (error != std::errc{} || rest != end) {
      return 0;
    }
  }
  return number <= std::numeric_limits<std::uint32_t>::max() ? static_cast<std::uint32_t>(number)
                                                             : 0;
}

std::array<char, 2> country_of(const Mmdb& file, Mmdb::Entry entry) {
  // The registered country is where the network's owner is; networks that are used everywhere
  // (anycast, satellites) have no other. The last two are IPinfo's.
  const std::string_view code = first_text(
      file, entry,
      {{"country", "iso_code"}, {"registered_country", "iso_code"}, {"country_code"}, {"country"}});
  const bool usable = code.size() == 2 && capital(code[0]) && capital(code[1]);
  return usable ? std::array<char, 2>{code[0], code[1]} : std::array<char, 2>{};
}

GeoInfo info_of(const Mmdb& file, Mmdb::Entry entry) {
  GeoInfo info;
  info.letters = country_of(file, entry);
  info.country_number = country_number(info.country());
  info.as = as_of(file, entry).number;
  return info;
}

}  // namespace

AsOfEntry as_of(const Mmdb& file, Mmdb::Entry entry) {
  for (const Names& place : {Names{"autonomous_system_number"},
                             Names{"traits", "autonomous_system_number"}, Names{"asn"}}) {
    if (const std::uint32_t number = as_number(file.find(entry, place)); number != 0) {
      return {number, first_text(file, entry,
                                 {{"autonomous_system_organization"},
                                  {"traits", "autonomous_system_organization"},
                                  {"as_name"},
                                  {"name"}})};
    }
  }
  return {};
}

/// Gives equal infos one number.
class GeoTable::Infos {
 public:
  explicit Infos(std::vector<GeoInfo>& infos) : infos_(infos) {}

  AddressRanges::Id id_of(const GeoInfo& info) {
    if (info == GeoInfo{}) {
      return 0;
    }
    const std::uint64_t key = std::uint64_t{info.as} << 16U |
                              std::uint64_t{static_cast<unsigned char>(info.letters[0])} << 8U |
                              static_cast<unsigned char>(info.letters[1]);
    const auto [found, is_new] =
        ids_.try_emplace(key, static_cast<AddressRanges::Id>(infos_.size()));
    if (is_new) {
      infos_.push_back(info);
    }
    return found->second;
  }

 private:
  std::vector<GeoInfo>& infos_;
  FlatMap<std::uint64_t, AddressRanges::Id> ids_;  ///< the number follows from the letters
};

GeoTable GeoTable::read(const Mmdb& file) {
  GeoTable table;
  Infos infos(table.infos_);
  FlatMap<Mmdb::Entry, AddressRanges::Id> ids;  // an entry is shared by many networks
  AddressRanges::Builder ranges;
  file.networks([&](const Mmdb::Network& network) {
    auto found = ids.find(network.entry);
    if (found == ids.end()) {
      found = ids.emplace(network.entry, infos.id_of(info_of(file, network.entry))).first;
    }
    if (found->second != 0) {
      ranges.add_next(network.network, found->second);
    }
  });
  table.ranges_ = ranges.build();
  for (const GeoInfo& info : table.infos_) {
    table.has_countries_ = table.has_countries_ || !info.country().empty();
    table.has_as_ = table.has_as_ || info.as != 0;
  }
  if (!table.has_countries_ && !table.has_as_) {
    throw Error::usage(
        "the MaxMind DB file has neither countries nor AS numbers; give a country, city or ASN "
        "database");
  }
  return table;
}

GeoTable GeoTable::merge(const GeoTable& first, const GeoTable& second) {
  GeoTable table;
  Infos infos(table.infos_);
  FlatMap<std::uint64_t, AddressRanges::Id> ids;
  table.ranges_ = AddressRanges::combine(
      first.ranges_, second.ranges_, [&](AddressRanges::Id a, AddressRanges::Id b) {
        const auto [found, is_new] = ids.try_emplace(std::uint64_t{a} << 32U | b, 0);
        if (is_new) {
          GeoInfo info = first.infos_[a];
          const GeoInfo& more = second.infos_[b];
          if (info.country().empty()) {
            info.letters = more.letters;
            info.country_number = more.country_number;
          }
          info.as = info.as != 0 ? info.as : more.as;
          found->second = infos.id_of(info);
        }
        return found->second;
      });
  table.has_countries_ = first.has_countries_ || second.has_countries_;
  table.has_as_ = first.has_as_ || second.has_as_;
  return table;
}

}  // namespace weir
