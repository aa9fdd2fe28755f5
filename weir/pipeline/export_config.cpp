#include "weir/pipeline/export_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/near_match.hpp"
#include "weir/decode/json_path.hpp"

namespace weir {
namespace {

constexpr std::uint64_t kMaxRate = 0xffffffff;

std::string file_of(const ConfigNode& node, std::string_view what) {
  const std::string& path = node.as_text(what);
  if (path.empty()) {
    throw node.error(fmt::format("{}: here belongs the name of a file", what));
  }
  const std::filesystem::path base =
      node.place.file ? std::filesystem::path(*node.place.file).parent_path() : "";
  return (base / path).string();
}

Kind parse_type(const ConfigNode& node) {
  static constexpr std::array<Kind, kFieldTypes.size()> kKinds = {Kind::number, Kind::text,
                                                                  Kind::address};
  const std::string& word = node.as_text("type");
  const auto* const found = std::find(kFieldTypes.begin(), kFieldTypes.end(), word);
  if (found == kFieldTypes.end()) {
    throw node.error(fmt::format("type: \"{}\" is none of {}.{}", word,
                                 fmt::join(kFieldTypes, ", "), did_you_mean(word, kFieldTypes)));
  }
  return kKinds[static_cast<std::size_t>(found - kFieldTypes.begin())];
}

/// The field called so; a new one where the field table has none of that name.
FieldId field_called(const ConfigMember& member, Kind type, const ConfigNode* given,
                     FieldNames& names) {
  if (const auto known = find_field(member.name)) {
    if (given != nullptr) {
      throw given->error(fmt::format(
          "'{}' is a field of weir's own and has its type; leave type out", member.name));
    }
    return *known;
  }
  try {
    return names.add(member.name, type);
  } catch (const Error& error) {
    throw member.error(error.what());
  }
}

void read_field(const ConfigMember& member, ExportConfig& config) {
  const ConfigNode* from = &member.value;
  const ConfigNode* type = nullptr;
  if (member.value.kind == ConfigNode::Kind::map) {
    static_cast<void>(member.value.as_map("field " + member.name, kFieldKeys));
    from = member.value.find("from");
    type = member.value.find("type");
    if (from == nullptr) {
      throw member.error(fmt::format(
          "field {0}: where in a record is it? As in {0}: {{from: $.flow.{0}, type: text}}",
          member.name));
    }
  }
  const std::string& path = from->as_text("field " + member.name);
  try {
    static_cast<void>(parse_json_path(path));
  } catch (const Error& error) {
    throw from->error(error.what());
  }
  const Kind kind = type != nullptr ? parse_type(*type) : Kind::text;
  config.mapping.push_back({path, field_called(member, kind, type, config.names)});
}

/// `fixed 1000`
std::optional<std::uint64_t> fixed_rate(const ConfigNode& node) {
  constexpr std::string_view kFixed = "fixed ";
  if (!node.text.starts_with(kFixed)) {
    return std::nullopt;
  }
  ConfigNode number = node;
  number.text.erase(0, std::min(node.text.find_first_not_of(' ', kFixed.size()), node.text.size()));
  return number.as_number("sampling: fixed", 1, kMaxRate);
}

SamplingOptions read_sampling(const ConfigNode& node) {
  SamplingOptions sampling;
  if (node.kind == ConfigNode::Kind::map) {
    if (node.as_map("sampling", kSamplingKeys).size() != 1) {
      throw node.error("sampling: give one of fixed and table");
    }
    if (const ConfigNode* const table = node.find("table")) {
      sampling.rule = SamplingRule::table;
      sampling.table = file_of(*table, "sampling: table");
    } else {
      sampling.rule = SamplingRule::fixed;
      sampling.fixed = node.find("fixed")->as_number("sampling: fixed", 1, kMaxRate);
    }
    return sampling;
  }
  const std::string& word = node.as_text("sampling");
  if (const auto rate = fixed_rate(node)) {
    sampling.rule = SamplingRule::fixed;
    sampling.fixed = *rate;
  } else if (word == "record") {
    sampling.rule = SamplingRule::record;
  } else if (word != "off" && word != "false") {  // as YAML 1.1 would have `off`
    throw node.error(
        fmt::format("sampling: \"{}\" is none of record, off, fixed N and {{table: FILE}}", word));
  }
  return sampling;
}

EnrichOptions read_lookups(const ConfigNode& node) {
  static_cast<void>(node.as_map("lookups", kLookupKeys));
  EnrichOptions lookups;
  if (const ConfigNode* const geo = node.find("geo")) {
    if (geo->kind == ConfigNode::Kind::list) {
      for (const ConfigNode& item : geo->items) {
        lookups.geo.push_back(file_of(item, "geo"));
      }
    } else {
      lookups.geo.push_back(file_of(*geo, "geo"));
    }
  }
  const auto read = [&node](std::string_view name, std::string& path) {
    if (const ConfigNode* const file = node.find(name)) {
      path = file_of(*file, name);
    }
  };
  read("networks", lookups.networks);
  read("interfaces", lookups.interfaces);
  read("exporters", lookups.exporters);
  return lookups;
}

}  // namespace

ExportConfig read_export_config(const ConfigNode& root) {
  ExportConfig config;
  if (const ConfigNode* const fields = root.find("fields")) {
    for (const ConfigMember& member : fields->as_map("fields")) {
      read_field(member, config);
    }
  }
  if (const ConfigNode* const sampling = root.find("sampling")) {
    config.sampling = read_sampling(*sampling);
    config.sampling_place = sampling->place;
  }
  if (const ConfigNode* const lookups = root.find("lookups")) {
    config.lookups = read_lookups(*lookups);
    config.lookups_place = lookups->place;
  }
  if (const ConfigNode* const metrics = root.find("metrics")) {
    config.metrics = read_metrics(*metrics, config.names, config.mapping);
  }
  return config;
}

}  // namespace weir
