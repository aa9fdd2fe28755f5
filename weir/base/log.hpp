#pragma once

#include <atomic>
#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

namespace weir::log {

enum class Level { debug, info, warn, error };
enum class Format { logfmt, json };

/// One `key=value` of a log line.
struct Field {
  std::string_view key;
  std::string value;
};
using Fields = std::initializer_list<Field>;

/// Sets what is written and how. Called once, before threads start.
void configure(Level threshold, Format format);

/// Appends lines to the file at `path` instead of writing them to stderr, in the form of Python's
/// logging, with local time: `2026-11-21 23:05:01,123 - NAME - INFO : message key=value`. Throws
/// Error::usage that names `flag` where it cannot be opened. Thread-safe, as the next three.
void to_file(const std::string& path, std::string_view flag, std::string name);
/// Lines go to stderr again.
void to_stderr();
/// Opens the file anew, for one that was renamed away; where it cannot, writes to the old one that
/// it could not.
void reopen_file();

/// A text that stays below the lines on a terminal, such as a progress bar: lines on stderr are
/// written above it. Empty takes it away. It is to be shorter than the terminal is wide.
void set_footer(std::string text);

/// Writes one line to stderr: time, level, message, fields. The line is UTF-8 whatever the texts
/// are. Thread-safe; never throws: a line that cannot be made or written is lost.
void write(Level level, std::string_view message, Fields fields = {});

inline void debug(std::string_view message, Fields fields = {}) {
  write(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
  write(Level::info, message, fields);
}
inline void warn(std::string_view message, Fields fields = {}) {
  write(Level::warn, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
  write(Level::error, message, fields);
}

/// Lets one line of a kind through each `interval`, so that trouble which repeats does not fill the
/// disk. The line that gets through says how many were held back. Thread-safe; never throws.
class Limited {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Limited(std::chrono::seconds interval = std::chrono::minutes(1)) : interval_(interval) {}

  void write(Level level, std::string_view message, Fields fields = {},
             Clock::time_point now = Clock::now());

 private:
  std::chrono::seconds interval_;
  std::atomic<Clock::rep> next_{Clock::time_point::min().time_since_epoch().count()};
  std::atomic<unsigned> held_back_{0};
};

}  // namespace weir::log
