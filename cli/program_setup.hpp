#pragma once

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "weir/io/kafka.hpp"

namespace weir {

// What a command that goes on for a while sets up before it starts threads.

/// SIGTERM, SIGINT and SIGHUP are taken by the main thread, which waits for the set that this
/// returns; every thread started later leaves them alone. SIGPIPE is ignored.
sigset_t block_signals();

/// Many clients may be connected; the usual soft limit of 1024 files is too low for that.
void raise_file_limit();

/// SIGTERM or SIGINT, as it is called.
[[nodiscard]] std::string signal_name(int signal);

/// Ends the process where stopping takes too long: a library may wait for a server that does not
/// answer, as librdkafka does for the one that gives it tokens. Whatever must not be lost is safe
/// at any moment, so nothing is.
class StopDeadline {
 public:
  static constexpr std::chrono::milliseconds kPatience{4500};

  /// Begins to count: after `patience` the process ends with `status`, unless this is destroyed
  /// before. Does nothing if it has begun already.
  void begin(int status, std::chrono::milliseconds patience = kPatience);

 private:
  std::jthread thread_;
};

/// Warns of secrets among -X properties that were given on the command line.
void warn_of_shown_secrets(const KafkaProperties& properties);

}  // namespace weir
