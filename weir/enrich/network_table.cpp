#include "weir/enrich/network_table.hpp"

#include <array>
#include <optional>
#include <string>

#include "weir/base/flat_map.hpp"
#include "weir/enrich/csv_file.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 3> kColumns = {"prefix", "name", "customer"};
enum : std::size_t { kPrefix, kName, kCustomer };

}  // namespace

NetworkTable NetworkTable::parse(std::string_view text) {
  NetworkTable table;
  AddressRanges::Builder ranges;
  FlatMap<std::string, AddressRanges::Id> ids;
  std::string key;
  CsvReader rows(text, kColumns);
  while (rows.next()) {
    const std::optional<IpNetwork> network = IpNetwork::parse(rows.cell(kPrefix));
    if (!network) {
      rows.refuse(kPrefix, "write a network as 192.0.2.0/24 or 2001:db8::/32");
    }
    key.assign(rows.cell(kName)).append(1, '\0').append(rows.cell(kCustomer));
    auto found = ids.find(key);
    if (found == ids.end()) {
      found = ids.emplace(key, static_cast<AddressRanges::Id>(table.infos_.size())).first;
      table.infos_.push_back(
          {table.texts_.copy(rows.cell(kName)), table.texts_.copy(rows.cell(kCustomer))});
    }
    ranges.add(*network, found->second);
    ++table.size_;
  }
  table.ranges_ = ranges.build();
  return table;
}

}  // namespace weir
