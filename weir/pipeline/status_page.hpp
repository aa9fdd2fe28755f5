#pragma once

#include <string>
#include <utility>
#include <vector>

#include "weir/enrich/as_name_updater.hpp"
#include "weir/flow/stages.hpp"
#include "weir/sink/dead_letters.hpp"
#include "weir/sink/prometheus.hpp"

namespace weir {

/// What the landing page tells of an exporter.
struct StatusFacts {
  PrometheusSnapshot flows;  ///< a summary is enough
  const SourceStatus& source;
  const AsNameUpdater& names;
  const std::vector<std::pair<std::string, std::string>>& setup;  ///< name and value, in order
  std::string not_ready;                                          ///< empty: ready
  const DeadLetterStatus* dead_letters = nullptr;                 ///< null: there are none
};

/// The page at `/`, HTML: what is read, what became of it, and where the metrics are.
std::string status_page(const StatusFacts& facts);

}  // namespace weir
