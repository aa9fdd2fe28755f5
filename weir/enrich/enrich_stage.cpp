#include "weir/enrich/enrich_stage.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "weir/enrich/country_codes.hpp"

namespace weir {
namespace {

/// The fields of one end of a flow.
template <FieldId kAddr, FieldId kCountry, FieldId kNumeric, FieldId kAs, FieldId kNetwork,
          FieldId kCustomer>
struct End {
  static constexpr FieldId addr = kAddr, country = kCountry, numeric = kNumeric, as = kAs,
                           network = kNetwork, customer = kCustomer;
};
using SrcEnd = End<field("src_addr"), field("src_country"), field("src_country_numeric"),
                   field("src_as"), field("src_network"), field("src_customer")>;
using DstEnd = End<field("dst_addr"), field("dst_country"), field("dst_country_numeric"),
                   field("dst_as"), field("dst_network"), field("dst_customer")>;

template <FieldId kIndex, FieldId kName, FieldId kDescription, FieldId kSpeed>
struct Interface {
  static constexpr FieldId index = kIndex, name = kName, description = kDescription, speed = kSpeed;
};
using In = Interface<field("in_if"), field("in_if_name"), field("in_if_description"),
                     field("in_if_speed")>;
using Out = Interface<field("out_if"), field("out_if_name"), field("out_if_description"),
                      field("out_if_speed")>;

constexpr FieldId kExporter = field("exporter");
constexpr FieldId kExporterName = field("exporter_name");

template <typename... Ids>
FieldSet set_of(Ids... ids) {
  FieldSet set;
  (set.add(ids), ...);
  return set;
}

/// What the rows want of one end's place.
struct Wanted {
  bool country;
  bool numeric;
  bool as;
};

void set_text(Flow& row, FieldId id, std::string_view text) {
  if (!text.empty()) {
    set(row, id, text);
  }
}

void set_number(Flow& row, FieldId id, std::uint64_t number) {
  if (number != 0) {
    set(row, id, number);
  }
}

/// What of `wanted` the row lacks. A country that it carries in one form has the other.
template <typename Side>
Wanted lacking(Flow& row, Wanted wanted) {
  if (wanted.country || wanted.numeric) {
    const std::string_view letters = get_text(row, Side::country);
    const std::uint64_t number = get_integer(row, Side::numeric);
    if (!letters.empty() || number != 0) {
      if (wanted.country && letters.empty()) {
        set_text(row, Side::country, country_code(number));
      } else if (wanted.numeric && number == 0) {
        set_number(row, Side::numeric, country_number(letters));
      }
      wanted.country = false;
      wanted.numeric = false;
    }
  }
  wanted.as = wanted.as && get_integer(row, Side::as) == 0;
  return wanted;
}

/// Rows whose address is looked up, all of a batch together.
template <typename Table>
class Lookups {
 public:
  explicit Lookups(const Table& table) : table_(table) {}

  void add(Flow& row, const IpAddress& address) {
    rows_[count_] = &row;
    addresses_[count_++] = address;
  }
  /// Calls `fill(row, info, place)` for each, `place` being how many were added before it.
  template <typename Fill>
  void finish(const Fill& fill) {
    table_.find_all({addresses_.data(), count_}, numbers_.data());
    for (std::size_t i = 0; i < count_; ++i) {
      fill(*rows_[i], table_.info(numbers_[i]), i);
    }
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  const Table& table_;
  std::size_t count_ = 0;
  std::array<Flow*, FlowBatch::kCapacity> rows_;
  std::array<IpAddress, FlowBatch::kCapacity> addresses_;
  std::array<AddressRanges::Id, FlowBatch::kCapacity> numbers_;
};

template <typename Side>
void fill_geo(FlowBatch& batch, const GeoTable& table, const FieldSet& filled) {
  const Wanted wanted{filled.has(Side::country), filled.has(Side::numeric), filled.has(Side::as)};
  if (!wanted.country && !wanted.numeric && !wanted.as) {
    return;
  }
  Lookups<GeoTable> lookups(table);
  std::array<Wanted, FlowBatch::kCapacity> lacks;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Flow& row = batch[i];
    const Wanted lack = lacking<Side>(row, wanted);
    if ((lack.country || lack.numeric || lack.as) && row.present.has(Side::addr)) {
      lacks[lookups.count()] = lack;
      lookups.add(row, get_address(row, Side::addr));
    }
  }
  lookups.finish([&](Flow& row, const GeoInfo& info, std::size_t i) {
    if (lacks[i].country) {
      set_text(row, Side::country, info.country());
    }
    if (lacks[i].numeric) {
      set_number(row, Side::numeric, info.country_number);
    }
    if (lacks[i].as) {
      set_number(row, Side::as, info.as);
    }
  });
}

template <typename Side>
void fill_networks(FlowBatch& batch, const NetworkTable& table, const FieldSet& filled) {
  const bool name = filled.has(Side::network);
  const bool customer = filled.has(Side::customer);
  if (!name && !customer) {
    return;
  }
  Lookups<NetworkTable> lookups(table);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (Flow& row = batch[i]; row.present.has(Side::addr)) {
      lookups.add(row, get_address(row, Side::addr));
    }
  }
  lookups.finish([&](Flow& row, const NetworkInfo& info, std::size_t /*place*/) {
    if (name && get_text(row, Side::network).empty()) {
      set_text(row, Side::network, info.name);
    }
    if (customer && get_text(row, Side::customer).empty()) {
      set_text(row, Side::customer, info.customer);
    }
  });
}

template <typename Port>
void fill_interfaces(FlowBatch& batch, const InterfaceTable& table, const FieldSet& filled) {
  const bool name = filled.has(Port::name);
  const bool description = filled.has(Port::description);
  const bool speed = filled.has(Port::speed);
  if (!name && !description && !speed) {
    return;
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Flow& row = batch[i];
    if (!row.present.has(kExporter) || !row.present.has(Port::index)) {
      continue;
    }
    const InterfaceInfo* const info =
        table.find(get_address(row, kExporter), get_integer(row, Port::index));
    if (info == nullptr) {
      continue;
    }
    if (name && get_text(row, Port::name).empty()) {
      set_text(row, Port::name, info->name);
    }
    if (description && get_text(row, Port::description).empty()) {
      set_text(row, Port::description, info->description);
    }
    if (speed && get_integer(row, Port::speed) == 0) {
      set_number(row, Port::speed, info->speed);
    }
  }
}

void fill_exporters(FlowBatch& batch, const ExporterTable& table, const FieldSet& filled) {
  if (!filled.has(kExporterName)) {
    return;
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Flow& row = batch[i];
    if (row.present.has(kExporter) && get_text(row, kExporterName).empty()) {
      set_text(row, kExporterName, table.name(get_address(row, kExporter)));
    }
  }
}

template <typename Side>
FieldSet reads_of_end(const FieldSet& filled) {
  FieldSet reads;
  const bool place = filled.has(Side::country) || filled.has(Side::numeric);
  if (place) {
    reads |= set_of(Side::country, Side::numeric);
  }
  if (place || filled.has(Side::as) || filled.has(Side::network) || filled.has(Side::customer)) {
    reads.add(Side::addr);
  }
  return reads;
}

template <typename Port>
FieldSet reads_of_port(const FieldSet& filled) {
  const bool any =
      filled.has(Port::name) || filled.has(Port::description) || filled.has(Port::speed);
  return any ? set_of(kExporter, Port::index) : FieldSet{};
}

}  // namespace

FieldSet writes_of(const EnrichTables& tables) {
  FieldSet writes;
  if (tables.geo && tables.geo->has_countries()) {
    writes |= set_of(SrcEnd::country, SrcEnd::numeric, DstEnd::country, DstEnd::numeric);
  }
  if (tables.geo && tables.geo->has_as()) {
    writes |= set_of(SrcEnd::as, DstEnd::as);
  }
  if (tables.networks) {
    writes |= set_of(SrcEnd::network, SrcEnd::customer, DstEnd::network, DstEnd::customer);
  }
  if (tables.interfaces) {
    writes |= set_of(In::name, In::description, In::speed, Out::name, Out::description, Out::speed);
  }
  if (tables.exporters) {
    writes.add(kExporterName);
  }
  return writes;
}

FieldSet reads_of(const FieldSet& filled) {
  FieldSet reads = reads_of_end<SrcEnd>(filled);
  reads |= reads_of_end<DstEnd>(filled);
  reads |= reads_of_port<In>(filled);
  reads |= reads_of_port<Out>(filled);
  if (filled.has(kExporterName)) {
    reads.add(kExporter);
  }
  return reads;
}

EnrichStage::EnrichStage(std::shared_ptr<const Published<EnrichTables>> tables,
                         const FieldSet& filled)
    : tables_(std::move(tables)), filled_(filled) {}

void EnrichStage::process(FlowBatch& batch, Accounts& /*accounts*/, Emit& next) {
  const EnrichTables& tables = tables_.newest();
  if (tables.geo) {
    fill_geo<SrcEnd>(batch, *tables.geo, filled_);
    fill_geo<DstEnd>(batch, *tables.geo, filled_);
  }
  if (tables.networks) {
    fill_networks<SrcEnd>(batch, *tables.networks, filled_);
    fill_networks<DstEnd>(batch, *tables.networks, filled_);
  }
  if (tables.interfaces) {
    fill_interfaces<In>(batch, *tables.interfaces, filled_);
    fill_interfaces<Out>(batch, *tables.interfaces, filled_);
  }
  if (tables.exporters) {
    fill_exporters(batch, *tables.exporters, filled_);
  }
  next(batch);
}

}  // namespace weir
