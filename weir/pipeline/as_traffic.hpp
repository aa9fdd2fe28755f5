#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "weir/enrich/as_name_updater.hpp"
#include "weir/flow/lookup.hpp"
#include "weir/sink/metric.hpp"

namespace weir {

/// AS names as a lookup for labels. Thread-safe.
class AsNameLookup final : public Lookup {
 public:
  /// Throws as AsNameUpdater does.
  explicit AsNameLookup(AsNameOptions options)
      : source_(options.source), updater_(std::move(options)) {}

  [[nodiscard]] std::uint64_t generation() const override { return updater_.generation(); }
  [[nodiscard]] std::shared_ptr<const NameTable> current() const override;

  /// Where they come from, as it was given.
  [[nodiscard]] const std::string& source() const { return source_; }
  [[nodiscard]] AsNameUpdater& updater() { return updater_; }

 private:
  std::string source_;
  AsNameUpdater updater_;
};

/// The metrics that the exporter has unless told otherwise: bytes between autonomous systems, sent
/// and received. A flow from an own AS is sent, also when it ends in one; a flow to an own AS is
/// received; other flows are in neither. A flow without an AS number counts as AS 0.
std::vector<Metric> as_traffic_metrics(const std::vector<std::uint32_t>& own_systems,
                                       const std::shared_ptr<const Lookup>& names,
                                       std::size_t max_series);

}  // namespace weir
