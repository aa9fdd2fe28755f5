#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/enrich/enrichment.hpp"
#include "weir/flow/field_names.hpp"
#include "weir/pipeline/finding.hpp"
#include "weir/sink/metric.hpp"

namespace weir {

/// What one metric is estimated to take, from measurements of typical traffic.
struct MetricCost {
  std::uint64_t series = 0;  ///< bytes of one series while it is scraped, without its text
  std::uint64_t text = 0;    ///< bytes of the text of its labels
  std::uint64_t other = 0;   ///< bytes that the whole metric takes besides, to keep the heaviest
  double counting = 0;       ///< nanoseconds to count one record
};
[[nodiscard]] MetricCost cost_of(const Metric& metric);

/// What a metric of the configuration counts, and what may be wrong with it. `lookups` says which
/// files there are to fill in what records do not carry.
[[nodiscard]] Findings describe_metric(const Metric& metric, const FieldNames& names,
                                       const EnrichOptions& lookups);

/// What the series of all metrics may take at most, and whether `machine` bytes of memory have
/// room for it; 0: not known.
[[nodiscard]] Finding check_memory(const std::vector<Metric>& metrics, std::uint64_t machine);

/// How long counting one record takes that is in all metrics, beside reading it.
[[nodiscard]] Finding describe_counting(const std::vector<Metric>& metrics);

/// How many label sets a metric has seen among a sample.
struct SeenSeries {
  std::string name;
  std::size_t series = 0;
};
[[nodiscard]] Findings describe_seen(const std::string& source, const std::vector<SeenSeries>& seen,
                                     std::uint64_t records);

}  // namespace weir
