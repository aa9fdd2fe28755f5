#include "weir/base/log.hpp"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <memory>

#include "weir/base/utf8.hpp"

namespace weir::log {
namespace {

Format line_format = Format::logfmt;

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

std::string render(Level level, std::string_view message, Fields fields) {
  std::string line;
  if (line_format == Format::logfmt) {
    line = fmt::format("ts={} level={} msg=", timestamp(), name_of(level));
    append_logfmt_value(line, message);
    for (const Field& field : fields) {
      line += ' ';
      line += field.key;
      line += '=';
      append_logfmt_value(line, field.value);
    }
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

void write(Level level, std::string_view message, Fields fields) {
  try {
    if (logger().should_log(to_spdlog(level))) {
      logger().log(to_spdlog(level), "{}", render(level, message, fields));
    }
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
