#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace weir {

/// Reloads when asked to, on a thread of its own, one reload at a time: who asks while one is under
/// way is answered by the next.
class Reloader {
 public:
  /// Why it failed, or nothing.
  using Reload = std::function<std::string()>;
  using Done = std::function<void(const std::string& why)>;

  explicit Reloader(Reload reload);
  /// Waits for a reload that is under way. Who was not answered is told that it is too late.
  ~Reloader();
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  /// Any thread; does not block. After `stop` it is told that it is too late.
  void request(Done done);
  /// Waits for a reload that is under way; there is no other after that.
  void stop();

 private:
  void work(const std::stop_token& stop);
  [[nodiscard]] std::vector<Done> take(const std::stop_token& stop);

  Reload reload_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<Done> waiting_;  ///< under the mutex
  bool stopped_ = false;       ///< under the mutex
  std::jthread thread_;        ///< last: it uses all of the above
};

}  // namespace weir
