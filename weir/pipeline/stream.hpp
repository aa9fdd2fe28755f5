#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "weir/base/guarded.hpp"
#include "weir/io/file_lock.hpp"
#include "weir/pipeline/native_window.hpp"
#include "weir/pipeline/stream_world.hpp"
#include "weir/pipeline/window_run.hpp"
#include "weir/sink/kafka.hpp"
#include "weir/state/window_plan.hpp"

namespace weir {

struct StreamOptions {
  KafkaBatchOptions kafka;  ///< its ledger empty: at least once
  WindowRunOptions run;
  std::optional<NativeOptions> native;  ///< in place of `run`'s command
  std::string timezone = "local";
  std::chrono::seconds interval = std::chrono::minutes(5);
  std::string state = "last";  ///< path of the file with the last finished window
  std::uint64_t max_catch_up = 288;
  std::chrono::seconds grace{30};
  std::chrono::seconds give_up = std::chrono::hours(1);
  std::optional<Window> since;  ///< these again, leaving ledger and state alone
  std::optional<Window> until;
  bool dry_run = false;  ///< only `Stream::dry_run` will be called
};

/// For metrics and for people. Counters are since the start of the program.
struct StreamStatus {
  std::uint64_t windows_sent = 0;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;                            ///< of keys and values
  std::map<std::string, std::uint64_t> skipped;       ///< windows, by reason
  std::map<std::string, std::uint64_t> failures;      ///< attempts at a window, by reason
  std::uint64_t mended = 0;                           ///< texts that were not UTF-8
  std::optional<Window> last;                         ///< the last finished window
  std::optional<std::chrono::sys_seconds> last_end;   ///< when that one ended
  std::uint64_t lag = 0;                              ///< windows that are due and not sent
  std::chrono::duration<double> command_duration{0};  ///< of making the last window's rows
  std::chrono::duration<double> window_duration{0};   ///< of the last window, run and sending
  std::string trouble;                                ///< what is wrong now; empty: nothing
};

/// How far a run is, after each window.
struct StreamProgress {
  std::uint64_t windows = 0;  ///< finished
  std::uint64_t of = 0;       ///< that are or were due
  Window window;              ///< the last one finished
  std::uint64_t rows = 0;     ///< of all of them
};

/// Sends windows to Kafka, oldest first, each exactly once (with a ledger) or at least once.
class Stream {
 public:
  /// Takes the lock beside the state file, which is held until destruction; where another process
  /// has it, `locked_out_by` says so and nothing else may be called. Throws Error::usage for
  /// options that make no sense, a state file that cannot be read or written, an unknown zone.
  explicit Stream(StreamOptions options, StreamWorld world = {});
  ~Stream();

  /// Another instance is at work with the same state: who it is; empty: none.
  [[nodiscard]] const std::string& locked_out_by() const;

  /// Sends all that is due (or what --since and --until name) and waits for what is nearly there.
  /// False where something is left undone; the log says what. Throws Error where that is for good.
  [[nodiscard]] bool run_once(const std::stop_token& stop);
  /// Sends what is due whenever it is, until a stop is requested. Throws Error as run_once.
  void follow(const std::stop_token& stop);
  /// Prints what would be sent, through `take`, touching neither Kafka nor the state.
  [[nodiscard]] bool dry_run(const WindowRows::Take& take, const std::stop_token& stop);

  /// Any thread.
  [[nodiscard]] StreamStatus status() const;

  /// Called after each window, on the thread that runs.
  std::function<void(const StreamProgress&)> on_progress;
  /// Called on the thread that runs whenever it goes on: at least twice a minute, but for a run of
  /// the command, which may take as long as its timeout, and for merging and sorting many groups.
  std::function<void()> on_alive;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
