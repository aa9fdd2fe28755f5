#pragma once

#include <string>

#include "weir/io/http_connections.hpp"
#include "weir/pipeline/stream.hpp"
#include "weir/sink/metric_text.hpp"

namespace weir {

/// What a stream in follow mode knows of itself at the moment of a scrape.
struct StreamSelf {
  const StreamStatus& status;
  const HttpCounters* http = nullptr;  ///< null before the server is there
  double scrape_duration = 0;          ///< seconds, of the scrape before
};

/// All families that `weir stream` has, without an end mark. Every reason for which a window may
/// fail or be skipped is there from the start, so that its first occurrence is an increase.
std::string stream_metrics(const StreamSelf& self, ExpositionFormat format);

}  // namespace weir
