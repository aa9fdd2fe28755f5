#include "weir/sink/metric.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "weir/base/error.hpp"
#include "weir/sink/series_key.hpp"

namespace weir {
namespace {

/// Prometheus's rule for names of metrics (`[a-zA-Z_:][a-zA-Z0-9_:]*`) and, without the colon, of
/// labels.
bool is_name(std::string_view name, bool colons) {
  const auto fits = [colons](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (c == ':' && colons);
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), fits);
}

void check_label(const Metric& metric, const MetricLabel& label) {
  if (!is_name(label.name, false) || label.name.starts_with("__")) {
    throw Error::usage(
        fmt::format("metric {}: '{}' cannot be a label's name; use letters, digits and "
                    "underscores, with no digit and no two underscores in front",
                    metric.name, label.name));
  }
  if (label.lookup && storage_of(info(label.field).kind) != Storage::integer) {
    throw Error::usage(fmt::format(
        "metric {}: label {} looks up names of '{}', which is no number; leave the lookup out",
        metric.name, label.name, info(label.field).name));
  }
  const bool whole = label.v4_bits == 32 && label.v6_bits == 128;
  if (!whole && info(label.field).kind != Kind::address) {
    throw Error::usage(fmt::format(
        "metric {}: label {} wants a network of '{}', which is no address; leave the mask out",
        metric.name, label.name, info(label.field).name));
  }
  if (label.v4_bits > 32 || label.v6_bits > 128) {
    throw Error::usage(fmt::format(
        "metric {}: label {} wants networks of {} and {} bits; IPv4 has 32 and IPv6 128",
        metric.name, label.name, label.v4_bits, label.v6_bits));
  }
}

}  // namespace

void check(const Metric& metric) {
  if (!is_name(metric.name, true) || !metric.name.ends_with("_total")) {
    throw Error::usage(
        fmt::format("'{}' cannot be a metric's name; use letters, digits, underscores and colons, "
                    "with no digit in front and _total at the end",
                    metric.name));
  }
  const FieldInfo& value = info(metric.value);
  if (storage_of(value.kind) != Storage::integer) {
    throw Error::usage(
        fmt::format("metric {}: the value '{}' is no number; bytes, packets and "
                    "flows are what is counted most",
                    metric.name, value.name));
  }
  if (metric.labels.size() > SeriesKeyPlan::kMaxLabels) {
    throw Error::usage(fmt::format("metric {} has {} labels; at most {} are possible", metric.name,
                                   metric.labels.size(), SeriesKeyPlan::kMaxLabels));
  }
  std::set<std::string_view> names;
  for (const MetricLabel& label : metric.labels) {
    check_label(metric, label);
    if (!names.insert(label.name).second) {
      throw Error::usage(fmt::format("metric {} has two labels named {}; rename one of them",
                                     metric.name, label.name));
    }
  }
}

FieldSet fields_of(const Metric& metric) {
  FieldSet fields = metric.where.fields();
  fields.add(metric.value);
  for (const MetricLabel& label : metric.labels) {
    fields.add(label.field);
  }
  return fields;
}

}  // namespace weir
