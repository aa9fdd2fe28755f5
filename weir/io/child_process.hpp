#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct ChildOptions {
  std::chrono::milliseconds timeout = std::chrono::minutes(4);
  /// Between SIGTERM and SIGKILL.
  std::chrono::milliseconds kill_after = std::chrono::seconds(2);
  std::size_t max_stderr = std::size_t{64} << 10;  ///< bytes that are kept
  std::vector<std::string> environment;            ///< NAME=value, added to `spawn_child`'s
};

enum class ChildEnd {
  exited,       ///< by itself, with `status`
  killed,       ///< by the signal `status`, which did not come from here
  timed_out,    ///< ended by us: it took longer than the timeout
  stopped,      ///< ended by us: a stop was requested
  not_started,  ///< `error` says why
};

/// What became of a command.
struct ChildResult {
  ChildEnd end = ChildEnd::not_started;
  int status = 0;     ///< exit status or signal
  std::string error;  ///< not started: why, and what to do about it

  std::uint64_t output_bytes = 0;  ///< read from its standard output
  /// A process that it started and left behind held its output open, and may have been writing
  /// still. Those of its process group were killed.
  bool left_open = false;
  std::string errors;                ///< what it wrote to standard error, up to max_stderr
  std::uint64_t errors_dropped = 0;  ///< bytes beyond that

  std::chrono::nanoseconds duration{0};
  std::chrono::microseconds cpu{0};  ///< user and system, with those it has waited for
  /// The largest one's. Linux counts in what this process had when it started the command.
  std::uint64_t peak_memory_bytes = 0;

  /// Ended by itself with status 0, and nothing of it goes on writing.
  [[nodiscard]] bool succeeded() const {
    return end == ChildEnd::exited && status == 0 && !left_open;
  }
  /// How it ended, for a message: "exited with status 1", "was killed by signal 9 (Killed)".
  [[nodiscard]] std::string describe() const;
};

/// Runs words[0] (see `spawn_child`) and waits for it. `on_output` gets what it writes to standard
/// output, piece by piece, in a buffer that is used again, and nothing any more after a timeout or
/// a stop. What on_output throws is thrown on, with the command killed before. The end of the
/// command ends it, whoever holds its output open. One that SIGKILL does not end within two seconds
/// (waiting for a dead file server) is left behind. Thread-safe; needs its thread for itself.
[[nodiscard]] ChildResult run_child(std::span<const std::string> words, const ChildOptions& options,
                                    const std::function<void(std::string_view)>& on_output,
                                    const std::stop_token& stop);

}  // namespace weir
