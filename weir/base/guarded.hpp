#pragma once

#include <mutex>
#include <utility>

namespace weir {

/// A value that can be reached only while its mutex is held, so an unlocked access does not
/// compile.
template <typename T>
class Guarded {
 public:
  Guarded() = default;
  template <typename... Args>
  explicit Guarded(std::in_place_t /*tag*/, Args&&... args) : value_(std::forward<Args>(args)...) {}

  /// Calls `body(value)` under the lock and returns what it returns. Keep it short: whoever else
  /// needs the value waits.
  template <typename Body>
  auto with(Body&& body) {
    const std::lock_guard lock(mutex_);
    return std::forward<Body>(body)(value_);
  }
  template <typename Body>
  auto with(Body&& body) const {
    const std::lock_guard lock(mutex_);
    return std::forward<Body>(body)(std::as_const(value_));
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace weir
