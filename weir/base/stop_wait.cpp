#include "weir/base/stop_wait.hpp"

#include <condition_variable>
#include <mutex>

namespace weir {

bool wait_unless_stopped(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any woken;  // by the request alone
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace weir
