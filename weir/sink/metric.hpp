#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "weir/flow/filter.hpp"
#include "weir/flow/flow.hpp"
#include "weir/flow/lookup.hpp"

namespace weir {

/// One label of a metric: a field's value, or what a lookup knows about it.
struct MetricLabel {
  std::string name;
  FieldId field = 0;
  std::shared_ptr<const Lookup> lookup{};  ///< null: the value itself
  // Addresses are cut to networks of so many bits.
  std::uint8_t v4_bits = 32;
  std::uint8_t v6_bits = 128;
};

/// A counter of flows: one row of the exporter's configuration. Each flow that `where` matches adds
/// its `value` to the series with its labels.
struct Metric {
  /// Who is shown when there are more label sets than `max_series`.
  enum class Keep : std::uint8_t {
    first,  ///< whoever came first
    top,    ///< at first whoever came first; heavier ones take their places
  };

  std::string name;  ///< with `_total`
  std::string help;
  FieldId value = field("bytes");
  Filter where{};
  std::string where_text{};  ///< what `where` was compiled from, with all that it depends on
  std::vector<MetricLabel> labels{};
  std::size_t max_series = 1'000'000;  ///< beyond it the series `other`
  Keep keep = Keep::first;
  /// Series that did not count for so long turn dormant; 0: never.
  std::chrono::milliseconds ttl{0};
};

/// Throws Error::usage where names are none that Prometheus takes, two labels have the same one,
/// there are more than 64, or a field cannot be counted or looked up.
void check(const Metric& metric);

/// The fields that a metric reads.
FieldSet fields_of(const Metric& metric);

}  // namespace weir
