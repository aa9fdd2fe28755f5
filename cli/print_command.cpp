#include "cli/print_command.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <ranges>
#include <stop_token>
#include <thread>
#include <utility>

#include "cli/print_options.hpp"
#include "cli/program_setup.hpp"
#include "cli/progress_bar.hpp"
#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/base/stop_wait.hpp"
#include "weir/web/page.hpp"

namespace weir {
namespace {

std::size_t terminal_width() {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

/// Shows how far reading is until this is destroyed.
class ReadingBar {
 public:
  explicit ReadingBar(const PrintRun& run)
      : thread_([&run](const std::stop_token& stop) {
          while (wait_unless_stopped(stop, std::chrono::milliseconds(200))) {
            log::set_footer(
                draw_reading(run.read_bytes(), run.total_bytes(), terminal_width() - 1));
          }
          log::set_footer("");
        }) {}

 private:
  std::jthread thread_;
};

/// What kept something from being read. True where there was anything.
bool tell_damage(const PrintReport& report) {
  constexpr std::size_t kMostTold = 100;
  for (const auto* texts : {&report.damage, &report.refused}) {
    for (const std::string& text : *texts | std::views::take(kMostTold)) {
      fmt::print(stderr, "{}\n", text);
    }
    if (texts->size() > kMostTold) {
      fmt::print(stderr, "and {} more that cannot be read\n", texts->size() - kMostTold);
    }
  }
  const NfcapdCounts& records = report.nfcapd.records;
  if (!report.nfcapd.whole()) {
    fmt::print(stderr,
               "lost: {} records that block headers tell of, {} bytes; refused: {} records\n",
               records.lost, report.nfcapd.lost_bytes, records.refused);
  }
  return !report.damage.empty() || !report.refused.empty() || !report.nfcapd.whole();
}

/// Where records may come for ever, the first signal ends reading and what was read is printed; the
/// second one ends all.
class StopOnSignal {
 public:
  /// `signals` are blocked; `run` outlives it.
  StopOnSignal(const sigset_t& signals, PrintRun& run)
      : thread_([signals, &run](const std::stop_token& stop) {
          constexpr timespec kWait{.tv_sec = 0, .tv_nsec = 200'000'000};
          bool told = false;
          while (!stop.stop_requested()) {
            if (::sigtimedwait(&signals, nullptr, &kWait) <= 0) {
              continue;
            }
            if (std::exchange(told, true)) {
              std::_Exit(Error::kFailed);
            }
            run.stop();
          }
        }) {}

 private:
  std::jthread thread_;
};

int print(const PrintFlags& flags) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has enough is no failure
  std::optional<sigset_t> signals;
  if (flags.from_kafka) {
    signals = block_signals();  // before any thread is started
    warn_of_shown_secrets(flags.kafka.properties);
  }
  PrintRun run(flags.print);
  std::optional<StopOnSignal> stop_on_signal;
  if (signals) {
    stop_on_signal.emplace(*signals, run);
  }
  TextOutput out(STDOUT_FILENO, "standard output");
  PrintReport report;
  {
    // Rows and a bar on one terminal would be in each other's way.
    const bool at_the_end = flags.print.by || flags.print.top != 0;
    const bool rows_meanwhile = !at_the_end && ::isatty(STDOUT_FILENO) == 1;
    std::optional<ReadingBar> bar;
    if (!flags.quiet && !rows_meanwhile && ProgressBar::possible() && run.total_bytes() != 0) {
      bar.emplace(run);
      run.on_read = [&bar] { bar.reset(); };
    }
    report = run.run(out);
  }
  if (out.closed()) {
    return 0;
  }
  const bool damaged = tell_damage(report);
  if (report.files == 0 && !report.refused.empty()) {
    return Error::kUsage;
  }
  if (!flags.quiet) {
    fmt::print(stderr, "{}\n", print_summary(report, flags.print.by.has_value()));
  }
  return damaged ? Error::kFailed : 0;
}

}  // namespace

std::string print_summary(const PrintReport& report, bool grouped_rows) {
  const auto sum = [](std::uint64_t value) {
    const bool full = value == std::numeric_limits<std::uint64_t>::max();
    return (full ? "more than " : "") + grouped(value - (full ? 1 : 0));
  };
  std::string text = fmt::format("{} flows, {} packets, {} bytes", sum(report.flows),
                                 sum(report.packets), sum(report.bytes));
  if (report.records != report.flows) {
    text += fmt::format(" in {} records", grouped(report.records));
  }
  if (grouped_rows) {
    text += fmt::format("; {} group{}{}", grouped(report.groups), report.groups == 1 ? "" : "s",
                        report.spilled ? ", more than memory allows: some went to disk" : "");
  }
  if (report.files != 0 || !report.kafka) {
    text += fmt::format("; {} {} read", report.files, report.files == 1 ? "file" : "files");
  }
  if (report.kafka) {
    text += fmt::format("; {} messages read", grouped(report.messages));
  }
  return text;
}

std::string draw_reading(std::uint64_t read, std::uint64_t of, std::size_t width) {
  constexpr std::size_t kLeast = 3;
  const double part =
      of == 0 ? 1.0 : std::min(1.0, static_cast<double>(read) / static_cast<double>(of));
  std::string text =
      fmt::format("{:3.0f} % of {:.1f} MB", 100 * part, static_cast<double>(of) / 1e6);
  if (text.size() + 3 + kLeast > width) {
    text.resize(std::min(text.size(), width));
    return text;
  }
  const std::size_t inside = width - text.size() - 3;
  const auto full = static_cast<std::size_t>(part * static_cast<double>(inside));
  return fmt::format("[{}{}] {}", std::string(full, '='), std::string(inside - full, ' '), text);
}

int run_print(const std::string& command, const std::vector<std::string>& arguments) {
  PrintFlags flags;
  const std::vector<Flag> table = print_flags(flags);
  std::vector<std::string> words = arguments;
  flags.print.input.sources = take_sources(table, words);
  const bool help = std::find_if(words.begin(), words.end(), [](const std::string& word) {
                      return word == "-h" || word == "--help" || word == "-help";
                    }) != words.end();
  const auto parsed = parse_flags(
      help ? command + " [SOURCE…]" : command,
      "Prints flow records of nfcapd files, folders of them, files of JSON records, - (JSON on "
      "standard input), or topics of Kafka, as they are or in groups.",
      table, words, print_sections(flags));
  if (parsed == Parsed::help) {
    return 0;
  }
  settle_print_flags(flags, ::isatty(STDOUT_FILENO) == 1);
  log::configure(log::Level::warn, log::Format::logfmt);
  return print(flags);
}

}  // namespace weir
