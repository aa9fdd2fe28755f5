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
  /// The updater must outlive this.
  explicit AsNameLookup(const AsNameUpdater& names) : names_(names) {}

  [[nodiscard]] std::uint64_t generation() const override { return names_.generation(); }
  [[nodiscard]] std::shared_ptr<const NameTable> current() const override;

 private:
  const AsNameUpdater& names_;
};

/// The metrics that the exporter has unless told otherwise: bytes between autonomous systems, sent
/// and received. A flow from an own AS is sent, also when it ends in one; a flow to an own AS is
/// received; other flows are in neither. A flow without an AS number counts as AS 0.
std::vector<Metric> as_traffic_metrics(const std::vector<std::uint32_t>& own_systems,
                                       const std::shared_ptr<const Lookup>& names,
                                       std::size_t max_series);

}  // namespace weir
