#include "cli/export_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
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
      exporter.reload();
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
  ExportOptions options;
  const auto parsed =
      parse_flags(command, "Reads flow records and serves counters of them for Prometheus.",
                  export_flags(options), arguments);
  if (parsed == Parsed::help) {
    return 0;
  }
  check_export_options(options);
  log::configure(options.log_level, options.log_format);
  warn_of_shown_secrets(options.kafka.properties);
  const sigset_t signals = block_signals();
  raise_file_limit();

  log::info("starting", {{"version", std::string(version())},
                         {"revision", std::string(git_hash())},
                         {"source", describe_source(options)}});
  ExporterParts parts;
  parts.where = options.where;
  parts.format = options.format;
  if (options.own_systems.empty() && !options.demo) {
    log::warn(
        "--asn is not given: only flows from or to AS 0 are counted; give your own AS numbers");
  }
  const auto own = own_systems(options);
  parts.names = std::make_unique<AsNameUpdater>(name_options(options));
  parts.sink = std::make_unique<PrometheusSink>(PrometheusSinkOptions{
      .metrics =
          as_traffic_metrics(own, std::make_shared<AsNameLookup>(*parts.names), options.max_series),
      .hold = options.hold,
      .series_ttl = options.series_ttl});
  SourceOptions source = source_options(options);
  std::string kept = "in memory alone";
  if (auto state = state_options(options)) {
    kept = state->folder;
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
  parts.facts = {{"Source", describe_source(options)},
                 {"Own AS numbers", fmt::format("{}", fmt::join(own, ", "))},
                 {"State", kept}};
  if (!options.where_text.empty()) {
    parts.facts.emplace_back("Only flows where", options.where_text);
  }
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
