#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "weir/io/service_manager.hpp"
#include "weir/pipeline/stream.hpp"

namespace weir {

/// Tells the service manager how a stream is: ready, what it does, and that it is alive, which is
/// said only as long as the stream itself goes on or says what it waits for, not merely the
/// process.
class StreamWatch {
 public:
  using Clock = std::chrono::steady_clock;

  /// `silence`: so long a stream that is alive may be silent.
  explicit StreamWatch(std::chrono::milliseconds silence) : silence_(silence) {}

  /// The stream goes on. Any thread.
  void alive(Clock::time_point now = Clock::now()) {
    last_sign_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }

  // These belong to one thread.
  void started() const { manager_.ready(); }
  void stopping() const { manager_.stopping(); }
  /// To be called once a second or so.
  void tick(const StreamStatus& status, Clock::time_point now = Clock::now());

 private:
  ServiceManager manager_;
  std::chrono::milliseconds silence_;
  std::atomic<Clock::rep> last_sign_{Clock::now().time_since_epoch().count()};
  std::string told_;
  Clock::time_point next_{};  ///< when the manager is told again that it is alive
};

/// One line for people: the last window and what was sent, or what is wrong.
[[nodiscard]] std::string describe(const StreamStatus& status);

}  // namespace weir
