#include "cli/export_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <utility>

#include "cli/export_options.hpp"
#include "weir/base/error.hpp"
#include "weir/base/version.hpp"
#include "weir/io/file.hpp"
#include "weir/pipeline/as_traffic.hpp"
#include "weir/pipeline/exporter.hpp"
#include "weir/pipeline/registry.hpp"
#include "weir/source/synthetic_flows.hpp"

namespace weir {
namespace {

/// Signals are taken by the main thread; every thread started later leaves them alone.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

/// Many clients may be connected; the usual soft limit of 1024 files is too low for that.
void raise_file_limit() {
  constexpr rlim_t kEnough = 65536;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < kEnough) {
    limit.rlim_cur = std::min(limit.rlim_max, kEnough);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

SourceOptions source_options(const ExportOptions& options) {
  SourceOptions source;
  if (options.demo) {
    source.kind = "demo";
    source.demo_rate = options.demo_rate;
  } else if (!options.from.empty()) {
    source.kind = "file";
    source.path = options.from;
  } else {
    source.kind = "kafka";
    source.kafka = options.kafka;
  }
  return source;
}

std::string describe_source(const ExportOptions& options) {
  if (options.demo) {
    return fmt::format("{} made-up records a second", options.demo_rate);
  }
  if (!options.from.empty()) {
    return options.from == "-" ? "standard input" : options.from;
  }
  return fmt::format("Kafka at {}, topic {}", options.kafka.brokers,
                     fmt::join(options.kafka.topics, ", "));
}

std::vector<std::uint32_t> own_systems(const ExportOptions& options) {
  if (!options.own_systems.empty()) {
    return options.own_systems;
  }
  if (options.demo) {
    return {SyntheticFlows::kOwnAs};
  }
  log::warn("--asn is not given: only flows from or to AS 0 are counted; give your own AS numbers");
  return {0};
}

std::unique_ptr<AsNameUpdater> start_names(const ExportOptions& options) {
  AsNameOptions names;
  names.source = options.as_names;
  if (options.demo && !options.as_names_given) {
    // The demonstration needs nobody else: its networks are invented, and so are their names.
    names.source = "http://demo.invalid/asn.txt";
    names.cache_folder = "";
    names.fetch = [](const std::string&, const std::stop_token&) {
      return HttpFetchResult{200, SyntheticFlows(1).as_names(), ""};
    };
  }
  return std::make_unique<AsNameUpdater>(std::move(names));
}

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
      log::info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
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
  const sigset_t signals = block_signals();
  raise_file_limit();

  ExporterParts parts;
  parts.where = options.where;
  parts.format = options.format;
  const auto own = own_systems(options);
  parts.names = start_names(options);
  parts.metrics =
      as_traffic_metrics(own, std::make_shared<AsNameLookup>(*parts.names), options.max_series);
  parts.source = make_source(source_options(options));
  if (!options.listen_addresses.empty()) {
    parts.http.addresses = options.listen_addresses;
  }
  parts.routes.enable_lifecycle = options.enable_lifecycle;
  parts.facts = {{"Source", describe_source(options)},
                 {"Own AS numbers", fmt::format("{}", fmt::join(own, ", "))}};
  if (!options.where_text.empty()) {
    parts.facts.emplace_back("Only flows where", options.where_text);
  }
  log::info("starting", {{"version", std::string(version())},
                         {"revision", std::string(git_hash())},
                         {"source", describe_source(options)}});
  parts.on_failure = [] { kill(getpid(), SIGTERM); };  // wakes the thread that waits for signals
  Exporter exporter(std::move(parts));
  announce(exporter, options);
  serve_until_stopped(exporter, signals);
  if (const std::string why = exporter.failure(); !why.empty()) {
    throw Error(command + ": " + why);
  }
  return 0;
}

}  // namespace weir
