#include "cli/progress_bar.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "weir/base/log.hpp"
#include "weir/web/page.hpp"

namespace weir {
namespace {

constexpr std::size_t kLeastBar = 10;  ///< columns, brackets included

std::size_t terminal_width() {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

/// "0:12", "1:02:03"
std::string clock_text(std::int64_t seconds) {
  const auto minutes = seconds / 60;
  return minutes < 60 ? fmt::format("{}:{:02}", minutes, seconds % 60)
                      : fmt::format("{}:{:02}:{:02}", minutes / 60, minutes % 60, seconds % 60);
}

std::string bar(std::uint64_t done, std::uint64_t of, std::size_t columns) {
  const std::size_t inside = columns - 2;
  const double part = static_cast<double>(done) / static_cast<double>(of);
  const auto full = std::min(inside, static_cast<std::size_t>(part * static_cast<double>(inside)));
  std::string text = "[" + std::string(full, '=');
  if (full < inside) {
    text += '>';
    text.append(inside - full - 1, ' ');
  }
  return text + "]";
}

}  // namespace

std::string draw_progress(const StreamProgress& progress, std::chrono::seconds elapsed,
                          std::size_t width) {
  const std::uint64_t of = std::max({progress.of, progress.windows, std::uint64_t{1}});
  std::string text = fmt::format("{}/{} windows, {}, {} rows", progress.windows, of,
                                 window_name(progress.window), grouped(progress.rows));
  if (progress.windows > 0 && progress.windows < of) {
    const double each =
        static_cast<double>(elapsed.count()) / static_cast<double>(progress.windows);
    const double left = each * static_cast<double>(of - progress.windows);
    text += fmt::format(", {} left", clock_text(static_cast<std::int64_t>(left)));
  }
  if (text.size() + 1 + kLeastBar <= width) {
    return bar(progress.windows, of, width - text.size() - 1) + " " + text;
  }
  text.resize(std::min(text.size(), width));
  return text;
}

bool ProgressBar::possible() {
  const char* const terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return !dumb && ::isatty(STDERR_FILENO) == 1;
}

ProgressBar::~ProgressBar() {
  log::set_footer("");
}

void ProgressBar::show(const StreamProgress& progress) {
  if (progress.of < 2) {
    return;
  }
  const auto elapsed =
      std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - begun_);
  // In the last column some terminals would begin a new line.
  log::set_footer(draw_progress(progress, elapsed, terminal_width() - 1));
}

}  // namespace weir
