#pragma once

#include <chrono>
#include <functional>
#include <stop_token>

#include "weir/flow/stages.hpp"

namespace weir {

/// How far a source is read that would go on for ever.
struct ReadToEnd {
  bool follow = false;  ///< for ever, until a stop
  /// So long nothing may come before it is a failure, unless somebody waits for more anyway.
  std::chrono::milliseconds patience = std::chrono::seconds(10);
};

/// Reads a source up to where it ended when it was settled where to begin, or a stop is asked for.
/// `take` gets all batches, also empty ones. Throws Error where the source cannot be read.
void read_to_end(Source& source, const ReadToEnd& how, const std::stop_token& stop,
                 const std::function<void(const PayloadBatch& batch)>& take);

}  // namespace weir
