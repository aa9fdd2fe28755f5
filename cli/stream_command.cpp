#include "cli/stream_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

#include "cli/program_setup.hpp"
#include "cli/progress_bar.hpp"
#include "cli/record_printer.hpp"
#include "cli/stream_options.hpp"
#include "cli/stream_watch.hpp"
#include "weir/base/duration.hpp"
#include "weir/base/error.hpp"
#include "weir/base/version.hpp"
#include "weir/pipeline/stream_server.hpp"

namespace weir {
namespace {

using Body = std::function<bool(const std::stop_token&)>;

/// The signal that came, after waiting for so long at most; 0 when there was none.
int wait_for_signal(const sigset_t& signals, time_t seconds) {
  const timespec wait{seconds, 0};
  const int signal = sigtimedwait(&signals, nullptr, &wait);
  return signal > 0 ? signal : 0;
}

/// Runs `body` on a thread of its own, while this one takes signals and calls `tick` each second.
/// Returns what it returns and throws what it throws.
bool run_until_stopped(const Body& body, const std::function<void()>& tick,
                       const std::function<void()>& on_stop, const sigset_t& signals) {
  std::atomic<bool> ended = false;
  bool well = false;
  std::exception_ptr failure;
  std::jthread worker([&](const std::stop_token& stop) {
    try {
      well = body(stop);
    } catch (...) {
      failure = std::current_exception();
    }
    ended = true;
    ::kill(::getpid(), SIGTERM);  // wakes who waits for signals
  });
  while (!ended) {
    tick();
    const int signal = wait_for_signal(signals, 1);
    if (signal == SIGHUP) {
      log::reopen_file();
    } else if (signal != 0 && !ended && !worker.get_stop_token().stop_requested()) {
      log::info("stopping", {{"signal", signal_name(signal)}});
      on_stop();
      worker.request_stop();
    }
  }
  worker.join();
  while (wait_for_signal(signals, 0) != 0) {  // the one that was to wake it, perhaps
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
  return well;
}

std::string made_of(const StreamOptions& stream) {
  if (!stream.native) {
    return stream.run.command;
  }
  return fmt::format("files in {}, {}", fmt::join(stream.native->folders, ", "),
                     stream.native->by.empty() ? "each flow" : "by " + stream.native->by);
}

std::vector<std::pair<std::string, std::string>> facts(const StreamOptions& stream) {
  const bool ledger = !stream.kafka.ledger.empty();
  return {{stream.native ? "Rows" : "Command", made_of(stream)},
          {"Kafka", fmt::format("{}, topic {}", stream.kafka.brokers, stream.kafka.topic)},
          {"Delivery", ledger ? "exactly once, ledger " + stream.kafka.ledger : "at least once"},
          {"Windows",
           fmt::format("of {}, time zone {}", format_duration(stream.interval), stream.timezone)},
          {"State", stream.state}};
}

std::unique_ptr<StreamServer> serve(const StreamFlags& flags, const Stream& stream) {
  if (flags.listen_addresses.empty()) {
    return nullptr;
  }
  StreamServerParts parts;
  parts.status = [&stream] { return stream.status(); };
  parts.http.addresses = flags.listen_addresses;
  parts.routes.enable_lifecycle = flags.enable_lifecycle;
  parts.on_reload = [] { log::reopen_file(); };
  parts.facts = facts(flags.stream);
  auto server = std::make_unique<StreamServer>(std::move(parts));
  for (const std::string& address : server->addresses()) {
    log::info("listening", {{"address", address}});
  }
  return server;
}

int follow(const StreamFlags& flags, Stream& stream, StopDeadline& deadline,
           const sigset_t& signals) {
  raise_file_limit();
  const auto server = serve(flags, stream);
  // The stream gives a sign twice a minute, but for a run of the command.
  StreamWatch watch(flags.stream.run.timeout + std::chrono::minutes(1));
  stream.on_alive = [&watch] { watch.alive(); };
  watch.started();
  const Body body = [&](const std::stop_token& stop) {
    stream.follow(stop);
    return true;
  };
  static_cast<void>(run_until_stopped(
      body, [&] { watch.tick(stream.status()); },
      [&] {
        watch.stopping();
        deadline.begin(0);
      },
      signals));
  return 0;
}

int run_once(Stream& stream, StopDeadline& deadline, const sigset_t& signals) {
  std::optional<ProgressBar> bar;
  if (ProgressBar::possible()) {
    bar.emplace();
    stream.on_progress = [&](const StreamProgress& progress) { bar->show(progress); };
  }
  const bool well =
      run_until_stopped([&](const std::stop_token& stop) { return stream.run_once(stop); }, [] {},
                        [&] { deadline.begin(Error::kFailed); }, signals);
  const StreamStatus status = stream.status();
  log::info(well ? "all windows that are due are sent" : "windows are left to be sent",
            {{"sent", std::to_string(status.windows_sent)}, {"rows", std::to_string(status.rows)}});
  return well ? 0 : Error::kFailed;
}

int dry_run(const StreamFlags& flags, Stream& stream, const sigset_t& signals) {
  RecordPrinter printer(flags.stream.run.format, stdout);
  bool wanted = true;
  const bool well = run_until_stopped(
      [&](const std::stop_token& stop) {
        std::stop_source enough;
        const std::stop_callback forward(stop, [&enough] { enough.request_stop(); });
        const bool whole = stream.dry_run(
            [&](std::string_view message, const std::string*) {
              if (!printer.print(message)) {
                enough.request_stop();
              }
            },
            enough.get_token());
        wanted = printer.finish();
        return whole;
      },
      [] {}, [] {}, signals);
  // Whoever has read enough is no failure.
  return well || !wanted ? 0 : Error::kFailed;
}

/// Another one is at work with the same state file. For cron's sake that is no failure: it sends
/// what this one would have.
int locked_out(const StreamFlags& flags, const std::string& by) {
  const std::string why =
      fmt::format("{} is at work with the state file {}", by, flags.stream.state);
  if (flags.follow || flags.stream.since) {
    throw Error(why +
                "; stop it first, or give another --state and --ledger where it sends something "
                "else");
  }
  log::warn(why + ", and this one leaves it to that");
  return 0;
}

int run(const StreamFlags& flags) {
  warn_of_shown_secrets(flags.stream.kafka.properties);
  const sigset_t signals = block_signals();
  StopDeadline deadline;  // outlives the stream, whose end may take long
  Stream stream(flags.stream);
  if (!stream.locked_out_by().empty()) {
    return locked_out(flags, stream.locked_out_by());
  }
  if (flags.stream.dry_run) {
    return dry_run(flags, stream, signals);
  }
  log::info("starting", {{"version", std::string(version())},
                         {"revision", std::string(git_hash())},
                         {"brokers", flags.stream.kafka.brokers},
                         {"topic", flags.stream.kafka.topic},
                         {"ledger", flags.stream.kafka.ledger}});
  return flags.follow ? follow(flags, stream, deadline, signals)
                      : run_once(stream, deadline, signals);
}

}  // namespace

int run_stream(const std::string& command, const std::vector<std::string>& arguments) {
  StreamFlags flags;
  const auto parsed = parse_flags(
      command,
      "Sends the rows of an nfdump command, or what it reads of nfcapd's files itself, to Kafka, "
      "once for each window.",
      stream_flags(flags), arguments);
  if (parsed == Parsed::help) {
    return 0;
  }
  settle_stream_flags(flags);
  log::configure(flags.log_level, flags.log_format);
  if (flags.log_file.empty()) {
    return run(flags);
  }
  log::to_file(flags.log_file, "--log-file", "stream-flow");
  try {
    return run(flags);
  } catch (const std::exception& error) {
    // What ends the program is told on stderr too, where nothing else is.
    log::error(error.what());
    throw;
  }
}

}  // namespace weir
