#include "weir/base/log.hpp"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <ctime>
#include <exception>
#include <memory>

#include "weir/base/guarded.hpp"
#include "weir/base/log_file.hpp"
#include "weir/base/utf8.hpp"

namespace weir::log {
namespace {

std::atomic<Format> line_format{Format::logfmt};  // a reload changes it

/// Where lines go.
struct Output {
  std::shared_ptr<LogFile> file;  ///< null: stderr
  std::string name;               ///< in the lines of the file
  std::string footer;
};

Guarded<Output>& output() {
  static Guarded<Output> instance;
  return instance;
}

/// Of a terminal: to the line's beginning, and clear it.
constexpr std::string_view kClearLine = "\r\x1b[K";

void write_stderr(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "error";
}

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made =
        std::make_shared<spdlog::logger>("weir", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    // The time is written by spdlog (UTC, RFC 3339); the rest of the line is ours.
    made->set_formatter(
        std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc));
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return *instance;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

void append_quoted(std::string& out, std::string_view text) {
  // Messages quote bytes from outside, and a JSON line must be UTF-8 whatever they are.
  std::string mended;
  append_mended(mended, text);
  out += '"';
  for (const char c : mended) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (is_control(c)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_logfmt_value(std::string& out, std::string_view text) {
  const bool plain = !text.empty() && text.find_first_of(" =\"\\") == std::string_view::npos &&
                     std::none_of(text.begin(), text.end(), is_control) && is_valid_utf8(text);
  if (plain) {
    out += text;
  } else {
    append_quoted(out, text);
  }
}

void append_fields(std::string& out, Fields fields) {
  for (const Field& field : fields) {
    out += ' ';
    out += field.key;
    out += '=';
    append_logfmt_value(out, field.value);
  }
}

std::string timestamp() {
  const auto now = std::chrono::system_clock::now();
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     since.count() % 1000);
}

/// As Python's logging names them.
std::string_view python_name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "DEBUG";
    case Level::info:
      return "INFO";
    case Level::warn:
      return "WARNING";
    case Level::error:
      return "ERROR";
  }
  return "ERROR";
}

std::string python_timestamp() {
  const auto now = std::chrono::system_clock::now();
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02},{:03}", local.tm_year + 1900,
                     local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec,
                     since.count() % 1000);
}

std::string render_for_file(const std::string& name, Level level, std::string_view message,
                            Fields fields) {
  std::string line =
      fmt::format("{} - {} - {} : ", python_timestamp(), name, python_name_of(level));
  std::string mended;
  append_mended(mended, message);
  for (const char c : mended) {
    if (is_control(c)) {
      fmt::format_to(std::back_inserter(line), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      line += c;
    }
  }
  append_fields(line, fields);
  return line;
}

std::string render(Level level, std::string_view message, Fields fields) {
  std::string line;
  if (line_format == Format::logfmt) {
    line = fmt::format("ts={} level={} msg=", timestamp(), name_of(level));
    append_logfmt_value(line, message);
    append_fields(line, fields);
    return line;
  }
  line = fmt::format(R"({{"ts":"{}","level":"{}","msg":)", timestamp(), name_of(level));
  append_quoted(line, message);
  for (const Field& field : fields) {
    line += ',';
    append_quoted(line, field.key);
    line += ':';
    append_quoted(line, field.value);
  }
  line += '}';
  return line;
}

}  // namespace

void configure(Level threshold, Format format) {
  line_format = format;
  logger().set_level(to_spdlog(threshold));
}

void to_file(const std::string& path, std::string_view flag, std::string name) {
  auto file = std::make_shared<LogFile>(path, flag);
  output().with([&](Output& out) {
    out.file = std::move(file);
    out.name = std::move(name);
  });
}

void to_stderr() {
  output().with([](Output& out) { out.file = nullptr; });
}

void reopen_file() {
  const auto file = output().with([](const Output& out) { return out.file; });
  if (!file) {
    return;
  }
  if (const std::string why = file->reopen(); !why.empty()) {
    error("cannot open the log file anew; going on with the one of before", {{"error", why}});
  }
}

void set_footer(std::string text) {
  output().with([&](Output& out) {
    if (!out.footer.empty() || !text.empty()) {
      write_stderr(kClearLine);
      write_stderr(text);
    }
    out.footer = std::move(text);
  });
}

void write(Level level, std::string_view message, Fields fields) {
  try {
    if (!logger().should_log(to_spdlog(level))) {
      return;
    }
    output().with([&](const Output& out) {
      if (out.file) {
        out.file->write(render_for_file(out.name, level, message, fields));
        return;
      }
      write_stderr(out.footer.empty() ? "" : kClearLine);
      logger().log(to_spdlog(level), "{}", render(level, message, fields));
      write_stderr(out.footer);
    });
  } catch (const std::exception&) {
    // Without memory for it the line is lost; ending the program over it would be worse.
    return;
  }
}

void Limited::write(Level level, std::string_view message, Fields fields, Clock::time_point now) {
  auto next = next_.load(std::memory_order_relaxed);
  const auto ticks = now.time_since_epoch().count();
  const auto following = (now + interval_).time_since_epoch().count();
  if (ticks < next || !next_.compare_exchange_strong(next, following, std::memory_order_relaxed)) {
    held_back_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const unsigned held_back = held_back_.exchange(0, std::memory_order_relaxed);
  if (held_back == 0) {
    log::write(level, message, fields);
    return;
  }
  try {
    log::write(level, fmt::format("{} ({} more like this since the last line)", message, held_back),
               fields);
  } catch (const std::exception&) {
    log::write(level, message, fields);
  }
}

}  // namespace weir::log
