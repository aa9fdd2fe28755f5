#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/config_node.hpp"
#include "weir/enrich/enrichment.hpp"
#include "weir/enrich/sampling.hpp"
#include "weir/flow/decoder_options.hpp"
#include "weir/flow/field_names.hpp"
#include "weir/pipeline/metric_config.hpp"

namespace weir {

/// What the configuration of `weir export` says beyond its flags. Without a file: what the exporter
/// does by itself.
struct ExportConfig {
  FieldNames names;                  ///< the field table's, and the user's own
  std::vector<MappedValue> mapping;  ///< where the user's, and others, are found in JSON
  SamplingOptions sampling;
  EnrichOptions lookups;
  MetricsConfig metrics;
  // Where these are said, for what turns out to be wrong later.
  ConfigPlace sampling_place;
  ConfigPlace lookups_place;
};

// The words that may be used, for schema and messages.
inline constexpr auto kExportSections =
    std::to_array<std::string_view>({"fields", "sampling", "lookups", "metrics"});
inline constexpr auto kFieldKeys = std::to_array<std::string_view>({"from", "type"});
inline constexpr auto kFieldTypes = std::to_array<std::string_view>({"number", "text", "address"});
inline constexpr auto kLookupKeys =
    std::to_array<std::string_view>({"geo", "networks", "interfaces", "exporters"});
inline constexpr auto kSamplingKeys = std::to_array<std::string_view>({"fixed", "table"});

/// Reads these sections of a configuration; what else is in it is left alone. Paths of files are
/// those of the configuration's own folder unless they begin with a slash; they are not opened.
/// Throws Error::usage with file, line and column.
[[nodiscard]] ExportConfig read_export_config(const ConfigNode& root);

}  // namespace weir
