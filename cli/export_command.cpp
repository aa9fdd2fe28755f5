#include "cli/export_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <utility>

#include "cli/export_options.hpp"
#include "cli/export_setup.hpp"
#include "cli/program_setup.hpp"
#include "weir/base/error.hpp"
#include "weir/base/version.hpp"
#include "weir/pipeline/as_traffic.hpp"
#include "weir/pipeline/exporter.hpp"
#include "weir/pipeline/registry.hpp"

namespace weir {
namespace {

/// An address to type where a listener takes all of the machine's.
std::string local(const std::string& address) {
  for (const std::string_view any : {"[::]", "0.0.0.0"}) {
    if (address.starts_with(any)) {
      return "localhost" + address.substr(any.size());
    }
  }
  return address;
}

void announce(const Exporter& exporter, const ExportOptions& options) {
  for (const std::string& address : exporter.addresses()) {
    log::info("listening", {{"address", address}});
  }
  if (options.demo) {
    const std::string& address = exporter.addresses().front();
    const std::string text =
        fmt::format("\n  page     http://{0}/\n  metrics  http://{0}/metrics\n\nCtrl-C stops.\n",
                    local(address));
    // Nobody needs to read it, so that it cannot be written is no reason to stop.
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
  }
}

/// Serves until SIGTERM or SIGINT.
void serve_until_stopped(Exporter& exporter, const sigset_t& signals) {
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) {
      continue;
    }
    if (signal == SIGHUP) {
      exporter.reload([](const std::string&) {});  // what comes of it is logged
      continue;
    }
    if (exporter.failure().empty()) {
      log::info("stopping", {{"signal", signal_name(signal)}});
    }
    return;
  }
}

}  // namespace

int run_export(const std::string& command, const std::vector<std::string>& arguments) {
  const ExportOptions options = read_export_options(command, arguments);
  if (options.help) {
    return 0;
  }
  log::configure(options.log_level, options.log_format);
  warn_of_shown_secrets(options.kafka.properties);
  const sigset_t signals = block_signals();
  raise_file_limit();

  log::info("starting", {{"version", std::string(version())},
                         {"revision", std::string(git_hash())},
                         {"source", describe_source(options)}});
  if (options.own_systems.empty() && !options.demo && options.config.metrics.defaults) {
    log::warn(
        "--asn is not given: only flows from or to AS 0 are counted; give your own AS numbers");
  }
  ExporterParts parts;
  parts.plan = make_plan(options, std::make_shared<AsNameLookup>(name_options(options)));
  parts.plan.dead_letters = make_dead_letters(options);
  parts.replan = [&](const ExportPlan& now) {
    const ExportOptions next = read_export_options(command, arguments);
    ExportPlan plan = make_next_plan(next, options, now);
    plan.taken = [level = next.log_level, format = next.log_format] {
      log::configure(level, format);
    };
    return plan;
  };
  parts.refusals = std::make_unique<RefusalDesk>(parts.plan.dead_letters);
  parts.sink = std::make_unique<PrometheusSink>(PrometheusSinkOptions{
      .metrics = parts.plan.metrics, .hold = options.hold, .refusals = parts.refusals.get()});
  SourceOptions source = source_options(options);
  if (auto state = state_options(options)) {
    parts.state = std::make_unique<ExportState>(std::move(*state), *parts.sink);
    source.saved = parts.state->checkpoint().source;
  }
  parts.source = make_source(source);
  parts.max_pending = options.max_pending;
  parts.openmetrics_created = options.openmetrics_created;
  if (!options.listen_addresses.empty()) {
    parts.http.addresses = options.listen_addresses;
  }
  parts.routes.enable_lifecycle = options.enable_lifecycle;
  parts.on_failure = [] { kill(getpid(), SIGTERM); };  // wakes the thread that waits for signals
  StopDeadline deadline;  // outlives the exporter, whose end may take long
  Exporter exporter(std::move(parts));
  announce(exporter, options);
  serve_until_stopped(exporter, signals);
  const std::string why = exporter.failure();
  deadline.begin(why.empty() ? 0 : Error::kFailed);
  if (!why.empty()) {
    throw Error(command + ": " + why);
  }
  return 0;
}

}  // namespace weir
