#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "weir/sink/kafka.hpp"

namespace weir {

/// What a stream uses of the world, for tests.
struct StreamWorld {
  std::unique_ptr<BatchSink> sink;  ///< null: Kafka as the options say
  std::function<std::chrono::sys_seconds()> now;
  std::function<void(std::chrono::milliseconds, const std::stop_token&)> sleep;
};

/// The world with the clocks it lacks; a sink is not made.
[[nodiscard]] StreamWorld real_world(StreamWorld world);

/// The folder a file is in, `.` for a mere name.
[[nodiscard]] std::string folder_of(const std::string& path);

}  // namespace weir
