#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

/// Standard output, or another descriptor that stays its owner's: whole pieces of text of several
/// threads, one after the other. SIGPIPE must be ignored.
class TextOutput {
 public:
  /// `name` is for messages: "standard output".
  TextOutput(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

  /// False where nobody reads any more (a pipe to `head` that has ended), from then on always.
  /// Throws Error where it cannot be written for another reason. Thread-safe.
  bool write(std::string_view text);
  /// Nobody reads any more. Thread-safe.
  [[nodiscard]] bool closed() const { return closed_.load(std::memory_order_relaxed); }

 private:
  const int fd_;
  const std::string name_;
  std::mutex writing_;
  std::atomic<bool> closed_ = false;
};

}  // namespace weir
