#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/command_line.hpp"
#include "weir/base/pattern.hpp"
#include "weir/decode/nfdump_format.hpp"
#include "weir/encode/row_encoder.hpp"
#include "weir/io/spool_file.hpp"
#include "weir/state/window_plan.hpp"

namespace weir {

/// How the rows of a window are made.
struct WindowRunOptions {
  std::string command;  ///< with `{timestamp}`, `{start}`, `{end}`
  std::chrono::milliseconds timeout = std::chrono::minutes(4);
  std::vector<Pattern> ignore_stderr;  ///< lines of stderr that are no failure
  std::string fields;                  ///< which columns, and their names; empty: all
  MessageFormat format = MessageFormat::cbor;
  std::vector<std::string> key;
};

/// What became of one run of the command.
struct WindowRun {
  enum class End : std::uint8_t {
    whole,    ///< the spool holds all rows of the window
    failed,   ///< it does not, see `reason` and `why`
    stopped,  ///< by the stop token
  };
  End end = End::failed;
  std::string reason;  ///< of a failure, in metrics: exit_status, cut_off, timeout, …
  std::string why;     ///< of a failure, for people, with what to do about it
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;   ///< of the messages' keys and values
  std::uint64_t mended = 0;  ///< texts that were not UTF-8
  std::chrono::nanoseconds duration{0};
};

/// Runs an nfdump command for one window at a time and makes messages of what it prints. One
/// thread.
class WindowCommand {
 public:
  static constexpr std::string_view kScriptsCommand =
      "/usr/local/bin/nfdump -M /data/nfsen/profiles-data/live/'127-0-0-1_p3000:127-0-0-1_p2055' "
      "-r {timestamp} -A 'dstctry' -o 'fmt:%ts,%dcc,%td,%pkt,%byt,%pps,%bps,%fl' -6 "
      "--no-scale-number";

  /// `plan` outlives it. Throws Error::usage for a command whose output could not be read or proved
  /// whole, for fields and keys that it has not.
  WindowCommand(WindowRunOptions options, const WindowPlan& plan);

  /// Runs it for `window`; the spool, which is cleared first, then holds the messages. Throws Error
  /// where the spool's disk fails.
  [[nodiscard]] WindowRun run(Window window, SpoolFile& spool, const std::stop_token& stop);

  /// Takes a message; the key is null where messages have none.
  using Take = std::function<void(std::string_view value, const std::string* key)>;
  /// The same, handing each message on as it is made, before anything is proved. What `take` throws
  /// is thrown on.
  [[nodiscard]] WindowRun run(Window window, const Take& take, const std::stop_token& stop);

  /// The command's words for a window, for messages.
  [[nodiscard]] std::vector<std::string> words(Window window) const;

 private:
  WindowRunOptions options_;
  const WindowPlan& plan_;
  CommandLine command_;
  NfdumpFormat format_;
};

}  // namespace weir
