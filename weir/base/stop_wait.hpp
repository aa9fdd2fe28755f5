#pragma once

#include <chrono>
#include <stop_token>

namespace weir {

/// Waits for `time`, or until a stop is requested. True where all of the time has passed without
/// such a request.
bool wait_unless_stopped(const std::stop_token& stop, std::chrono::milliseconds time);

}  // namespace weir
