#include "weir/pipeline/metric_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "weir/base/duration.hpp"
#include "weir/base/error.hpp"
#include "weir/base/near_match.hpp"
#include "weir/flow/filter_names.hpp"
#include "weir/pipeline/as_traffic.hpp"

namespace weir {
namespace {

constexpr std::size_t kMaxSeries = 10'000'000;
constexpr unsigned kV4Bits = 32;
constexpr unsigned kV6Bits = 128;

/// Runs `read`, and gives what it throws the place of a node or member. It throws nothing that has
/// one already.
template <typename Place, typename Read>
auto with_place(const Place& place, const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    throw place.error(error.what());
  }
}

FieldId find_label_field(std::string_view word, const FieldNames& names) {
  const auto id = names.find(word);
  if (!id) {
    if (!find_filter_fields(word, names).empty()) {
      throw Error::usage(fmt::format(
          "'{0}' stands for two fields; a label shows one, as in src_{0} or dst_{0}", word));
    }
    throw Error::usage(unknown_filter_field(word, names));
  }
  return *id;
}

std::uint8_t parse_bits(std::string_view text, std::string_view digits, unsigned most) {
  unsigned bits = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (failed != std::errc() || end != digits.data() + digits.size() || bits > most) {
    throw Error::usage(fmt::format(
        "'{}': behind the slash stands how many bits of the address to keep, 0 to {}, as in "
        "src_addr/24 or src_addr/24/64 (IPv4/IPv6)",
        text, most));
  }
  return static_cast<std::uint8_t>(bits);
}

/// What one label of a metric says.
struct LabelConfig {
  MetricLabel label;
  std::string lookup;
};

std::string parse_lookup(const ConfigNode& node) {
  const std::string& name = node.as_text("lookup");
  if (std::find(kLookups.begin(), kLookups.end(), name) == kLookups.end()) {
    throw node.error(fmt::format("there is no lookup '{}', only {}.{}", name,
                                 fmt::join(kLookups, ", "), did_you_mean(name, kLookups)));
  }
  return name;
}

LabelConfig read_label(const ConfigNode& node, const FieldNames& names) {
  LabelConfig config;
  const ConfigNode* shown = &node;
  if (node.kind == ConfigNode::Kind::map) {
    static_cast<void>(node.as_map("label", kLabelKeys));
    shown = node.find("field");
    if (shown == nullptr) {
      throw node.error("label: which field does it show? As in {field: dst_as, lookup: as_name}");
    }
    if (const ConfigNode* const lookup = node.find("lookup")) {
      config.lookup = parse_lookup(*lookup);
    }
  }
  const std::string& text = shown->as_text("label");
  config.label = with_place(*shown, [&] { return parse_label_field(text, names); });
  if (!config.lookup.empty() && storage_of(info(config.label.field).kind) != Storage::integer) {
    throw shown->error(fmt::format("{} of '{}': this is no number; leave the lookup out",
                                   config.lookup, names.name(config.label.field)));
  }
  return config;
}

/// `place` is where its name stands.
template <typename Place>
void add_label(MetricConfig& config, LabelConfig label, std::string name, const Place& place) {
  label.label.name = std::move(name);
  config.metric.labels.push_back(std::move(label.label));
  config.lookups.push_back(std::move(label.lookup));
  with_place(place, [&] { check(config.metric); });
}

void read_labels(const ConfigNode& node, const FieldNames& names, MetricConfig& config) {
  if (node.kind == ConfigNode::Kind::list) {
    for (const ConfigNode& item : node.items) {
      LabelConfig label = read_label(item, names);
      std::string name(names.name(label.label.field));
      add_label(config, std::move(label), std::move(name), item);
    }
    return;
  }
  if (node.kind != ConfigNode::Kind::map) {
    throw node.error(
        "labels: a list of fields belongs here, as in [proto, dst_port], or names with what they "
        "show, as in {protocol: proto}");
  }
  for (const ConfigMember& member : node.members) {
    add_label(config, read_label(member.value, names), member.name, member);
  }
}

FieldId parse_value(const ConfigNode& node, const FieldNames& names) {
  const std::string& word = node.as_text("value");
  const auto id = names.find(word);
  if (!id) {
    throw node.error(unknown_filter_field(word, names));
  }
  if (info(*id).kind != Kind::number) {
    throw node.error(fmt::format(
        "value: '{}' is no number that can be added up; bytes, packets and flows are", word));
  }
  return *id;
}

Metric::Keep parse_keep(const ConfigNode& node) {
  const std::string& word = node.as_text("keep");
  if (std::find(kKeeps.begin(), kKeeps.end(), word) == kKeeps.end()) {
    throw node.error(fmt::format("keep: \"{}\" is none of {}", word, fmt::join(kKeeps, ", ")));
  }
  return word == "top" ? Metric::Keep::top : Metric::Keep::first;
}

/// What the filter is, and where the values come from that are not where their names say: counters
/// are kept only as long as that stays as it is.
std::string whole_meaning(const Metric& metric, const std::string& where, const FieldNames& names,
                          const std::vector<MappedValue>& mapping) {
  std::vector<std::string> parts;
  const auto add = [&](std::string_view what, FieldId id) {
    for (const MappedValue& value : mapping) {
      if (value.field == id) {
        parts.push_back(fmt::format("{} from {}", what, value.path));
      }
    }
  };
  add("value", metric.value);
  for (const MetricLabel& label : metric.labels) {
    add("label " + label.name, label.field);
  }
  for (std::size_t id = 0; id < kFieldCount; ++id) {
    if (metric.where.fields().has(static_cast<FieldId>(id))) {
      add(names.name(static_cast<FieldId>(id)), static_cast<FieldId>(id));
    }
  }
  if (parts.empty()) {
    return where;
  }
  return fmt::format("{}{}[{}]", where, where.empty() ? "" : " ", fmt::join(parts, ", "));
}

std::string default_help(const Metric& metric, const FieldNames& names) {
  std::vector<std::string_view> labels;
  labels.reserve(metric.labels.size());
  for (const MetricLabel& label : metric.labels) {
    labels.emplace_back(label.name);
  }
  return fmt::format("Sum of {}{}{}.", names.name(metric.value), labels.empty() ? "" : " by ",
                     fmt::join(labels, ", "));
}

void check_name(const ConfigNode& node, const std::string& name) {
  for (const std::string_view own : {"weir_", "process_"}) {
    if (name.starts_with(own)) {
      throw node.error(
          fmt::format("'{}': names that begin with {} are weir's own; choose another", name, own));
    }
  }
  // In OpenMetrics a family is called so without `_total`, and no other may have that name.
  if (name == "_total" || name.ends_with("_total_total")) {
    throw node.error(fmt::format("'{}': one _total belongs behind a name; choose another", name));
  }
}

MetricConfig read_metric(const ConfigNode& node, const FieldNames& names,
                         const std::vector<MappedValue>& mapping) {
  static_cast<void>(node.as_map("metric", kMetricKeys));
  MetricConfig config;
  Metric& metric = config.metric;
  const ConfigNode* const name = node.find("name");
  if (name == nullptr) {
    throw node.error("metric: it needs a name, as in name: flow_bytes_total");
  }
  metric.name = name->as_text("name");
  check_name(*name, metric.name);
  with_place(*name, [&] { check(metric); });
  if (const ConfigNode* const value = node.find("value")) {
    metric.value = parse_value(*value, names);
  }
  if (const ConfigNode* const labels = node.find("labels")) {
    read_labels(*labels, names, config);
  }
  if (const ConfigNode* const where = node.find("where")) {
    config.where = where->as_text("where");
    metric.where = with_place(*where, [&] { return Filter::compile(config.where, names); });
  }
  metric.where_text = whole_meaning(metric, config.where, names, mapping);
  if (const ConfigNode* const keep = node.find("keep")) {
    metric.keep = parse_keep(*keep);
  }
  if (const ConfigNode* const most = node.find("max_series")) {
    config.max_series = most->as_number("max_series", 1, kMaxSeries);
  }
  if (const ConfigNode* const ttl = node.find("ttl")) {
    const std::string& text = ttl->as_text("ttl");
    config.ttl =
        with_place(*ttl, [&] { return parse_duration_flag("ttl", text, std::chrono::seconds(1)); });
  }
  const ConfigNode* const help = node.find("help");
  metric.help = help != nullptr ? help->as_text("help") : default_help(metric, names);
  return config;
}

}  // namespace

MetricsConfig read_metrics(const ConfigNode& list, const FieldNames& names,
                           const std::vector<MappedValue>& mapping) {
  MetricsConfig config;
  if (list.kind == ConfigNode::Kind::text && list.text == "defaults") {
    return config;
  }
  config.defaults = false;
  for (const ConfigNode& node : list.as_list("metrics")) {
    if (node.kind == ConfigNode::Kind::text && node.text == "defaults") {
      config.defaults = true;
      continue;
    }
    MetricConfig metric = read_metric(node, names, mapping);
    const auto same = [&metric](const MetricConfig& other) {
      return other.metric.name == metric.metric.name;
    };
    if (std::any_of(config.own.begin(), config.own.end(), same)) {
      throw node.error(fmt::format("there is a metric {} already; give this one another name",
                                   metric.metric.name));
    }
    config.own.push_back(std::move(metric));
  }
  if (!config.defaults && config.own.empty()) {
    throw list.error(
        "metrics: there is none, so nothing would be counted; leave it out for those "
        "that there are without a configuration");
  }
  if (config.defaults) {
    for (const Metric& metric : as_traffic_metrics({0}, nullptr, 1)) {
      const auto same = [&metric](const MetricConfig& own) {
        return own.metric.name == metric.name;
      };
      if (std::any_of(config.own.begin(), config.own.end(), same)) {
        throw list.error(fmt::format("metrics: {} is among the defaults already", metric.name));
      }
    }
  }
  return config;
}

MetricLabel parse_label_field(std::string_view text, const FieldNames& names) {
  const auto slash = text.find('/');
  MetricLabel label;
  label.field = find_label_field(text.substr(0, slash), names);
  if (slash == std::string_view::npos) {
    return label;
  }
  if (info(label.field).kind != Kind::address) {
    throw Error::usage(
        fmt::format("'{}': only addresses can be cut to their network, as in src_addr/24", text));
  }
  const std::string_view bits = text.substr(slash + 1);
  const auto second = bits.find('/');
  if (second != std::string_view::npos) {
    label.v4_bits = parse_bits(text, bits.substr(0, second), kV4Bits);
    label.v6_bits = parse_bits(text, bits.substr(second + 1), kV6Bits);
    return label;
  }
  const std::uint8_t only = parse_bits(text, bits, kV6Bits);
  (only <= kV4Bits ? label.v4_bits : label.v6_bits) = only;
  return label;
}

std::string label_field_text(const MetricLabel& label, const FieldNames& names) {
  const std::string_view name = names.name(label.field);
  if (label.v4_bits == kV4Bits && label.v6_bits == kV6Bits) {
    return std::string(name);
  }
  if (label.v6_bits == kV6Bits) {
    return fmt::format("{}/{}", name, label.v4_bits);
  }
  return fmt::format("{}/{}/{}", name, label.v4_bits, label.v6_bits);
}

std::vector<Metric> make_metrics(const MetricsConfig& config, const MetricDefaults& defaults) {
  std::vector<Metric> metrics;
  if (config.defaults) {
    metrics = defaults.metrics;
    for (Metric& metric : metrics) {
      metric.max_series = defaults.max_series;
      metric.ttl = defaults.ttl;
    }
  }
  for (const MetricConfig& own : config.own) {
    Metric& metric = metrics.emplace_back(own.metric);
    metric.max_series = own.max_series.value_or(defaults.max_series);
    metric.ttl = own.ttl.value_or(defaults.ttl);
    for (std::size_t i = 0; i < metric.labels.size(); ++i) {
      if (!own.lookups[i].empty() && defaults.lookup) {
        metric.labels[i].lookup = defaults.lookup(own.lookups[i]);
      }
    }
  }
  return metrics;
}

}  // namespace weir
