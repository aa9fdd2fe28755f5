#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/command_line.hpp"
#include "weir/base/pattern.hpp"
#include "weir/decode/nfdump_format.hpp"
#include "weir/encode/row_encoder.hpp"
#include "weir/pipeline/window_rows.hpp"
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

/// Runs an nfdump command for one window at a time and makes messages of what it prints.
class WindowCommand final : public WindowRows {
 public:
  static constexpr std::string_view kScriptsCommand =
      "/usr/local/bin/nfdump -M /data/nfsen/profiles-data/live/'127-0-0-1_p3000:127-0-0-1_p2055' "
      "-r {timestamp} -A 'dstctry' -o 'fmt:%ts,%dcc,%td,%pkt,%byt,%pps,%bps,%fl' -6 "
      "--no-scale-number";

  /// `plan` outlives it. Throws Error::usage for a command whose output could not be read or proved
  /// whole, for fields and keys that it has not.
  WindowCommand(WindowRunOptions options, const WindowPlan& plan);

  using WindowRows::run;
  [[nodiscard]] WindowRun run(Window window, const Take& take,
                              const std::stop_token& stop) override;

  /// The command's words for a window, for messages.
  [[nodiscard]] std::vector<std::string> words(Window window) const;

 private:
  WindowRunOptions options_;
  const WindowPlan& plan_;
  CommandLine command_;
  NfdumpFormat format_;
};

}  // namespace weir
