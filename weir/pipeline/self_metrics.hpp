#pragma once

#include <cstdint>
#include <string>

#include "weir/enrich/as_name_updater.hpp"
#include "weir/flow/stages.hpp"
#include "weir/io/http_connections.hpp"
#include "weir/sink/dead_letters.hpp"
#include "weir/sink/metric_text.hpp"
#include "weir/sink/prometheus.hpp"

namespace weir {

/// What the exporter knows of itself at the moment of a scrape. The counters of records come from
/// the same commit as the flow metrics beside them.
struct SelfState {
  const PrometheusSnapshot& flows;
  const SourceStatus& source;
  const AsNameUpdater& names;
  const HttpCounters* http = nullptr;  ///< null before the server is there
  double scrape_duration = 0;          ///< seconds, of the scrape before
  bool ready = false;
  std::uint64_t pending = 0;                       ///< messages read since the last commit
  bool paused = false;                             ///< reading waits for a commit
  const DeadLetterStatus* dead_letters = nullptr;  ///< null: there are none
  std::uint64_t past_name_failures = 0;            ///< of sources of AS names before this one
};

/// All families that are not flow metrics, without an end mark.
std::string self_metrics(const SelfState& state, ExpositionFormat format);

}  // namespace weir
