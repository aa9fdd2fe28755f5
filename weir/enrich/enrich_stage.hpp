#pragma once

#include <memory>

#include "weir/enrich/exporter_tables.hpp"
#include "weir/enrich/geo_table.hpp"
#include "weir/enrich/network_table.hpp"
#include "weir/enrich/published.hpp"
#include "weir/flow/field_set.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// All that is known at one moment; null where no file was given.
struct EnrichTables {
  std::shared_ptr<const GeoTable> geo{};
  std::shared_ptr<const NetworkTable> networks{};
  std::shared_ptr<const InterfaceTable> interfaces{};
  std::shared_ptr<const ExporterTable> exporters{};
};

/// The fields that these tables can fill.
[[nodiscard]] FieldSet writes_of(const EnrichTables& tables);

/// The fields that filling `filled` needs to be there.
[[nodiscard]] FieldSet reads_of(const FieldSet& filled);

/// Fills fields of rows that do not carry them: those that are absent, empty or 0.
class EnrichStage : public Stage {
 public:
  /// What is filled is `filled`, as far as the tables know it.
  EnrichStage(std::shared_ptr<const Published<EnrichTables>> tables, const FieldSet& filled);

  void process(FlowBatch& batch, Accounts& accounts, Emit& next) override;

 private:
  Following<EnrichTables> tables_;
  FieldSet filled_;
};

}  // namespace weir
