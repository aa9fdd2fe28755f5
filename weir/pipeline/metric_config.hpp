#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/config_node.hpp"
#include "weir/flow/decoder_options.hpp"
#include "weir/flow/field_names.hpp"
#include "weir/sink/metric.hpp"

namespace weir {

/// A metric as a configuration has it: what others decide is left open.
struct MetricConfig {
  Metric metric;                     ///< without lookups
  std::vector<std::string> lookups;  ///< of each label, empty for none
  std::string where;                 ///< the filter as it was written
  std::optional<std::size_t> max_series;
  std::optional<std::chrono::milliseconds> ttl;
};

/// What `metrics` of a configuration says.
struct MetricsConfig {
  /// The metrics that there are without a configuration are among them, in front.
  bool defaults = true;
  std::vector<MetricConfig> own;
};

// The words that may be used, for schema and messages.
inline constexpr auto kMetricKeys = std::to_array<std::string_view>(
    {"name", "help", "value", "where", "labels", "max_series", "keep", "ttl"});
inline constexpr auto kLabelKeys = std::to_array<std::string_view>({"field", "lookup"});
inline constexpr auto kLookups = std::to_array<std::string_view>({"as_name"});
inline constexpr auto kKeeps = std::to_array<std::string_view>({"first", "top"});

/// Reads the list of metrics; `names` are the fields there are, `mapping` where the user's come
/// from. Throws Error::usage with the place.
[[nodiscard]] MetricsConfig read_metrics(const ConfigNode& list, const FieldNames& names,
                                         const std::vector<MappedValue>& mapping);

/// What a label shows, as `field`, for addresses also `field/N` (for IPv4; IPv6 as it is when N is
/// at most 32, else for IPv6 only) or `field/N/M` (IPv4/IPv6). Throws Error::usage without a place.
[[nodiscard]] MetricLabel parse_label_field(std::string_view text, const FieldNames& names);

/// The same the other way round.
[[nodiscard]] std::string label_field_text(const MetricLabel& label, const FieldNames& names);

/// What the flags say of metrics.
struct MetricDefaults {
  std::vector<Metric> metrics{};       ///< that there are without a configuration
  std::size_t max_series = 1'000'000;  ///< of metrics that do not say it
  std::chrono::milliseconds ttl{0};    ///< of metrics that do not say it
  /// A lookup of kLookups; may give null, for none.
  std::function<std::shared_ptr<const Lookup>(std::string_view name)> lookup{};
};

/// The metrics as the exporter takes them.
[[nodiscard]] std::vector<Metric> make_metrics(const MetricsConfig& config,
                                               const MetricDefaults& defaults);

}  // namespace weir
