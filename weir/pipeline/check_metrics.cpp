#include "weir/pipeline/check_metrics.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "weir/base/duration.hpp"
#include "weir/pipeline/metric_config.hpp"

namespace weir {
namespace {

/// Bytes of a value in a series' key.
std::uint64_t key_size(FieldId id) {
  constexpr std::uint64_t kText = 8;
  switch (storage_of(info(id).kind)) {
    case Storage::integer:
      return info(id).bits <= 32 ? 4 : 8;
    case Storage::real:
      return 8;
    case Storage::address:
      return 16;
    case Storage::text:
      return kText;
  }
  return 0;
}

/// Bytes of a value in the exposition, as they are in traffic of providers.
std::uint64_t text_size(const MetricLabel& label) {
  constexpr std::uint64_t kName = 10;
  constexpr std::uint64_t kText = 6;
  const FieldInfo& field = info(label.field);
  if (label.lookup) {
    return kName;
  }
  switch (field.kind) {
    case Kind::number:
      return field.bits <= 8 ? 2 : field.bits <= 32 ? 5 : 9;
    case Kind::proto:
      return 3;
    case Kind::tcp_flags:
    case Kind::etype:
      return 6;
    case Kind::address:
      return label.v4_bits < 32 ? 14 : 12;
    case Kind::mac:
      return 17;
    case Kind::time:
      return 30;
    case Kind::real:
      return 8;
    case Kind::text:
    case Kind::list:
      return kText;
  }
  return 0;
}

/// Files that fill fields which no record carries.
struct Filled {
  std::string_view part;  ///< of the field's name
  std::string_view file;  ///< what it is called under `lookups`
};
constexpr auto kFilled = std::to_array<Filled>({
    {"exporter_name", "exporters"},
    {"_network", "networks"},
    {"_customer", "networks"},
    {"_if_description", "interfaces"},
    {"_if_speed", "interfaces"},
    {"_country_numeric", "geo"},
});

bool has_file(std::string_view name, const EnrichOptions& lookups) {
  return name == "geo"          ? !lookups.geo.empty()
         : name == "networks"   ? !lookups.networks.empty()
         : name == "interfaces" ? !lookups.interfaces.empty()
                                : !lookups.exporters.empty();
}

void check_filled(const Metric& metric, FieldId id, const EnrichOptions& lookups,
                  Findings& findings) {
  if (id >= kFirstUserField) {
    return;
  }
  const std::string_view name = info(id).name;
  const auto* const filled =
      std::find_if(kFilled.begin(), kFilled.end(),
                   [name](const Filled& each) { return name.ends_with(each.part); });
  if (filled != kFilled.end() && !has_file(filled->file, lookups)) {
    findings.push_back(warning(
        fmt::format("{} reads {}, which records do not carry", metric.name, name),
        fmt::format("Give the file that it comes from: lookups: {{{}: FILE}}", filled->file)));
  }
}

/// Whether a label has so many values that no cap is high enough.
bool has_many_values(const MetricLabel& label) {
  if (label.lookup) {
    return false;
  }
  const FieldInfo& field = info(label.field);
  switch (field.kind) {
    case Kind::address:
      return field.name != "exporter" && label.v4_bits > 24;
    case Kind::time:
    case Kind::mac:
    case Kind::real:
      return true;
    default:
      return field.name.ends_with("src_port") || field.name.ends_with("dst_port") ||
             field.merge == Merge::sum || field.name == "flow_id" || field.name == "connection_id";
  }
}

void check_labels(const Metric& metric, const FieldNames& names, Findings& findings) {
  for (const MetricLabel& label : metric.labels) {
    const bool chosen = metric.where.fields().has(label.field);
    if (has_many_values(label) && metric.keep == Metric::Keep::first && !chosen) {
      findings.push_back(warning(
          fmt::format("{} has a series for each {}; whoever comes first fills it, and then all "
                      "others count in the series \"other\"",
                      metric.name, label_field_text(label, names)),
          info(label.field).kind == Kind::address
              ? fmt::format("Say keep: top, for those with most traffic, or cut addresses to "
                            "networks, as {}/24/48",
                            names.name(label.field))
              : "Say keep: top, for those with most traffic, or where: for those you need"));
    }
    if (label.name == "job" || label.name == "instance") {
      findings.push_back(
          warning(fmt::format("{}: Prometheus gives each series a label {} of its own, and shows "
                              "this one as exported_{}",
                              metric.name, label.name, label.name),
                  "Give the label another name"));
    }
    if (label.name == "le" || label.name == "quantile") {
      findings.push_back(
          warning(fmt::format("{}: {} is what labels of histograms and summaries are called, and "
                              "some programs take this metric for one",
                              metric.name, label.name),
                  "Give the label another name"));
    }
  }
}

std::string describe_label(const MetricLabel& label, const FieldNames& names) {
  std::string shown = label_field_text(label, names);
  if (label.lookup) {
    shown = "the name of " + shown;
  }
  return shown == label.name ? label.name : fmt::format("{} ({})", label.name, shown);
}

/// Megabytes, at least one.
std::string megabytes(std::uint64_t bytes) {
  constexpr std::uint64_t kMega = 1'000'000;
  return with_commas((bytes + kMega - 1) / kMega) + " MB";
}

}  // namespace

MetricCost cost_of(const Metric& metric) {
  // Memory was measured at the peak of a scrape, time by counting made-up records.
  constexpr std::uint64_t kSeries = 198;
  constexpr std::uint64_t kWord = 8;
  constexpr double kTest = 5;
  constexpr double kFind = 18;
  std::set<std::tuple<FieldId, std::uint8_t, std::uint8_t>> parts;
  std::uint64_t key = 0;
  MetricCost cost;
  cost.counting = kFind + (metric.where.matches_all() ? 0 : kTest);
  for (const MetricLabel& label : metric.labels) {
    cost.text += label.name.size() + std::string_view("=\"\",").size() + text_size(label);
    if (parts.emplace(label.field, label.v4_bits, label.v6_bits).second) {
      key += key_size(label.field);
      const bool text = storage_of(info(label.field).kind) == Storage::text;
      cost.counting += text ? 6 : label.v4_bits < 32 || label.v6_bits < 128 ? 9 : 3;
    }
  }
  if (metric.keep == Metric::Keep::top) {
    // Keys compared with those that have a series, and what each costs: docs/series.md.
    constexpr std::uint64_t kKeys = 250'000;
    constexpr std::uint64_t kKey = 70;
    cost.other = kKey * std::clamp<std::uint64_t>(8 * metric.max_series, 8000, kKeys);
    cost.counting += 40;
  }
  cost.series = kSeries + (key + kWord - 1) / kWord * kWord;
  return cost;
}

Findings describe_metric(const Metric& metric, const FieldNames& names,
                         const EnrichOptions& lookups) {
  std::vector<std::string> labels;
  labels.reserve(metric.labels.size());
  for (const MetricLabel& label : metric.labels) {
    labels.push_back(describe_label(label, names));
  }
  std::string text = fmt::format("counts {} in {}", names.name(metric.value), metric.name);
  if (!labels.empty()) {
    text += fmt::format(" by {}", fmt::join(labels, ", "));
  }
  if (!metric.where.matches_all()) {
    text += fmt::format(", where {}", metric.where_text);
  }
  text += fmt::format("; at most {} series", with_commas(metric.max_series));
  if (metric.keep == Metric::Keep::top) {
    text += ", those with most traffic";
  }
  if (metric.ttl.count() != 0) {
    text += ", until they do not count for " + format_duration(metric.ttl);
  }
  Findings findings = {ok(std::move(text))};
  FieldSet fields = metric.where.fields();
  fields.add(metric.value);
  for (const MetricLabel& label : metric.labels) {
    fields.add(label.field);
  }
  for (std::size_t id = 0; id < kFieldCount; ++id) {
    if (fields.has(static_cast<FieldId>(id))) {
      check_filled(metric, static_cast<FieldId>(id), lookups, findings);
    }
  }
  check_labels(metric, names, findings);
  return findings;
}

Finding check_memory(const std::vector<Metric>& metrics, std::uint64_t machine) {
  std::uint64_t bytes = 0;
  std::uint64_t series = 0;
  std::set<std::tuple<std::uint64_t, std::uint64_t, std::size_t, std::uint64_t>> kinds;
  for (const Metric& metric : metrics) {
    const MetricCost cost = cost_of(metric);
    // Without labels there is but one.
    const std::size_t most = metric.labels.empty() ? 1 : metric.max_series;
    bytes += most * (cost.series + cost.text) + cost.other;
    series += most;
    kinds.emplace(cost.series, cost.text, most, cost.other);
  }
  std::string text;
  if (kinds.size() == 1 && std::get<3>(*kinds.begin()) == 0) {
    const auto& [size, label_text, most, none] = *kinds.begin();
    text = fmt::format(
        "at most {} series in {}; full and scraped, they take about {} ({} bytes and a label text "
        "of {} each)",
        with_commas(most),
        metrics.size() == 1 ? "the metric" : fmt::format("each of {} metrics", metrics.size()),
        megabytes(bytes), size, label_text);
  } else {
    text =
        fmt::format("at most {} series in {}; full and scraped, they take about {}",
                    with_commas(series), counted_words(metrics.size(), "metric"), megabytes(bytes));
  }
  if (machine != 0 && bytes > machine) {
    return warning(fmt::format("{}, and there are {}", text, megabytes(machine)),
                   "Lower --max-series, or give weir more memory");
  }
  return ok(std::move(text));
}

Finding describe_counting(const std::vector<Metric>& metrics) {
  double nanoseconds = 0;
  for (const Metric& metric : metrics) {
    nanoseconds += cost_of(metric).counting;
  }
  return ok(fmt::format(
      "counting takes about {:.2f} µs of CPU for a record that is in {}; reading it takes 0.4 to "
      "0.6",
      std::max(nanoseconds, 10.0) / 1000,
      metrics.size() == 1 ? std::string("the metric")
                          : fmt::format("all {} metrics", metrics.size())));
}

Findings describe_seen(const std::string& source, const std::vector<SeenSeries>& seen,
                       std::uint64_t records) {
  std::vector<std::string> parts;
  parts.reserve(seen.size());
  Findings findings;
  for (const SeenSeries& metric : seen) {
    parts.push_back(fmt::format("{} has {}", metric.name,
                                metric.series == 0   ? std::string("no series")
                                : metric.series == 1 ? std::string("1 series")
                                                     : with_commas(metric.series) + " series"));
  }
  if (records != 0 && !parts.empty()) {
    findings.push_back(ok(fmt::format("{}: of {} {}", source, counted_words(records, "record"),
                                      fmt::join(parts, ", "))));
  }
  return findings;
}

}  // namespace weir
