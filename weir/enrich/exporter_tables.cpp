#include "weir/enrich/exporter_tables.hpp"

#include <charconv>
#include <limits>
#include <optional>

#include "weir/enrich/csv_file.hpp"

namespace weir {
namespace {

constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && rest == end ? std::optional(number) : std::nullopt;
}

/// The factor of a unit at the end of `text`, which is cut off.
double take_unit(std::string_view& text) {
  constexpr std::string_view kUnits = "kMGT";
  double factor = 1;
  for (const char unit : kUnits) {
    factor *= 1000;
    if (text.ends_with(unit) || (unit == 'k' && text.ends_with('K'))) {
      text.remove_suffix(1);
      return factor;
    }
  }
  return 1;
}

/// Bits a second: digits, perhaps with a fraction and k, M, G or T behind them.
std::optional<std::uint64_t> parse_speed(std::string_view text) {
  if (const auto whole = parse_number(text)) {
    return whole;
  }
  const double factor = take_unit(text);
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  constexpr double kMost = 1e18;
  if (error != std::errc{} || rest != end || !(number >= 0) || number * factor > kMost) {
    return std::nullopt;
  }
  constexpr double kRound = 0.5;
  return static_cast<std::uint64_t>(number * factor + kRound);
}

IpAddress exporter_of(const CsvReader& rows, std::size_t column) {
  const std::optional<IpAddress> address = IpAddress::parse(rows.cell(column));
  if (!address) {
    rows.refuse(column, "write the exporter's address, IPv4 or IPv6");
  }
  return *address;
}

}  // namespace

InterfaceTable InterfaceTable::parse(std::string_view text) {
  constexpr std::array<std::string_view, 5> kColumns = {"exporter", "ifindex", "name",
                                                        "description", "speed"};
  enum : std::size_t { kExporter, kIndex, kName, kDescription, kSpeed };
  InterfaceTable table;
  CsvReader rows(text, kColumns);
  while (rows.next()) {
    const AddressKey exporter = key_of(exporter_of(rows, kExporter));
    const std::optional<std::uint64_t> index = parse_number(rows.cell(kIndex));
    if (!index || *index > kMax32) {
      rows.refuse(kIndex, "write the interface's SNMP index, 0 to 4294967295");
    }
    InterfaceInfo info{table.texts_.copy(rows.cell(kName)),
                       table.texts_.copy(rows.cell(kDescription)), 0};
    if (!rows.cell(kSpeed).empty()) {
      const std::optional<std::uint64_t> speed = parse_speed(rows.cell(kSpeed));
      if (!speed) {
        rows.refuse(kSpeed, "write bits a second, as 1000000000, 100M, 2.5G or 10G");
      }
      info.speed = *speed;
    }
    table.interfaces_.insert_or_assign(Key{exporter[0], exporter[1], *index}, info);
  }
  return table;
}

const InterfaceInfo* InterfaceTable::find(const IpAddress& exporter, std::uint64_t index) const {
  const AddressKey key = key_of(exporter);
  const auto found = interfaces_.find(Key{key[0], key[1], index});
  return found == interfaces_.end() ? nullptr : &found->second;
}

ExporterTable ExporterTable::parse(std::string_view text) {
  constexpr std::array<std::string_view, 2> kColumns = {"address", "name"};
  enum : std::size_t { kAddress, kName };
  ExporterTable table;
  CsvReader rows(text, kColumns);
  while (rows.next()) {
    const IpAddress exporter = exporter_of(rows, kAddress);
    if (rows.cell(kName).empty()) {
      rows.refuse(kName, "write a name behind the address and a comma");
    }
    table.names_.insert_or_assign(key_of(exporter), table.texts_.copy(rows.cell(kName)));
  }
  return table;
}

std::string_view ExporterTable::name(const IpAddress& exporter) const {
  const auto found = names_.find(key_of(exporter));
  return found == names_.end() ? std::string_view{} : found->second;
}

SamplingTable SamplingTable::parse(std::string_view text) {
  constexpr std::array<std::string_view, 2> kColumns = {"exporter", "rate"};
  enum : std::size_t { kExporter, kRate };
  SamplingTable table;
  CsvReader rows(text, kColumns);
  while (rows.next()) {
    const std::optional<std::uint64_t> rate = parse_number(rows.cell(kRate));
    if (!rate || *rate == 0 || *rate > kMax32) {
      rows.refuse(kRate, "write how many packets one stands for, 1 to 4294967295");
    }
    if (rows.cell(kExporter) == "*") {
      table.others_ = *rate;
    } else {
      table.rates_.insert_or_assign(key_of(exporter_of(rows, kExporter)), *rate);
    }
  }
  return table;
}

std::uint64_t SamplingTable::rate(const IpAddress& exporter) const {
  const auto found = rates_.find(key_of(exporter));
  return found == rates_.end() ? others_ : found->second;
}

}  // namespace weir
