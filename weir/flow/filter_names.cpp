#include "weir/flow/filter_names.hpp"

#include <fmt/format.h>

#include <array>

#include "weir/base/near_match.hpp"

namespace weir {
namespace {

struct EitherSide {
  std::string_view word;
  FieldId one;
  FieldId other;
};

constexpr auto kEitherSide = std::to_array<EitherSide>({
    {"addr", field("src_addr"), field("dst_addr")},
    {"port", field("src_port"), field("dst_port")},
    {"as", field("src_as"), field("dst_as")},
    {"net", field("src_net"), field("dst_net")},
    {"if", field("in_if"), field("out_if")},
    {"mask", field("src_mask"), field("dst_mask")},
    {"vlan", field("src_vlan"), field("dst_vlan")},
    {"country", field("src_country"), field("dst_country")},
    {"network", field("src_network"), field("dst_network")},
    {"customer", field("src_customer"), field("dst_customer")},
});

/// Words people bring along that are too far from ours for a near match.
struct Synonym {
  std::string_view word;
  std::string_view ours;
};
constexpr auto kSynonyms = std::to_array<Synonym>({
    {"ip", "addr"},
    {"host", "addr"},
    {"srcip", "src_addr"},
    {"dstip", "dst_addr"},
    {"src", "src_addr, src_port, src_as or src_net"},
    {"dst", "dst_addr, dst_port, dst_as or dst_net"},
    {"protocol", "proto"},
    {"asn", "as"},
    {"router", "exporter"},
    {"hostname", "label"},
    {"octets", "bytes"},
    {"any", "no filter at all"},
});

}  // namespace

std::vector<FieldId> find_filter_fields(std::string_view word, const FieldNames& names) {
  if (const auto id = names.find(word)) {
    return {*id};
  }
  for (const EitherSide& pair : kEitherSide) {
    if (pair.word == word) {
      return {pair.one, pair.other};
    }
  }
  if (word == "flags") {
    return {field("tcp_flags")};
  }
  return {};
}

std::string unknown_filter_field(std::string_view word, const FieldNames& known) {
  const std::string problem = fmt::format("there is no field '{}'.", word);
  for (const FieldInfo& row : kNamedFields) {
    if (row.pmacct == word || row.goflow2 == word) {
      return fmt::format("{} It is called {} here.", problem, row.name);
    }
  }
  for (const Synonym& synonym : kSynonyms) {
    if (synonym.word == word) {
      return fmt::format("{} Write {}.", problem, synonym.ours);
    }
  }
  std::vector<std::string_view> names = known.all();
  names.emplace_back("flags");
  for (const EitherSide& pair : kEitherSide) {
    names.push_back(pair.word);
  }
  const std::string near = did_you_mean(word, names);
  return problem + (near.empty() ? " docs/filter.md lists them all." : near);
}

}  // namespace weir
