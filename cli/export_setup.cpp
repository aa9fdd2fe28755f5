#include "cli/export_setup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "weir/base/log.hpp"
#include "weir/io/http_server.hpp"
#include "weir/source/synthetic_flows.hpp"

namespace weir {

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
  return {options.demo ? SyntheticFlows::kOwnAs : 0};
}

AsNameOptions name_options(const ExportOptions& options) {
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
  return names;
}

std::optional<StateFolder> state_folder_of(const ExportOptions& options) {
  const bool named = !options.state_dir.empty();
  // What a file or standard input brings is counted anew each time, unless somebody asks for more.
  if (options.state_dir == "none" || options.demo || (!named && !options.from.empty())) {
    return std::nullopt;
  }
  std::string folder = options.state_dir;
  if (!named) {
    // systemd gives a list; the first is the one for whoever needs but one.
    const char* const given = std::getenv("STATE_DIRECTORY");
    const std::string_view list = given == nullptr ? "" : given;
    folder = list.empty() ? "./weir-state" : std::string(list.substr(0, list.find(':')));
  }
  const std::vector<std::string> places = options.from.empty()
                                              ? options.kafka.topics
                                              : std::vector<std::string>{"file:" + options.from};
  return StateFolder{state_folder(folder, places), named};
}

std::optional<ExportStateOptions> state_options(const ExportOptions& options) {
  const auto state = state_folder_of(options);
  if (!state) {
    return std::nullopt;
  }
  const std::string why = state->named ? "" : cannot_keep_state(state->folder);
  if (!why.empty()) {
    log::warn("counters and offsets are kept in memory alone, and begin anew with each start: " +
              why + "; name a folder with --state-dir, or none");
    return std::nullopt;
  }
  std::vector<std::uint32_t> own = own_systems(options);
  std::sort(own.begin(), own.end());
  own.erase(std::unique(own.begin(), own.end()), own.end());
  return ExportStateOptions{
      state->folder,
      {{"--asn", fmt::format("{}", fmt::join(own, ","))}, {"--where", options.where_text}},
      options.restart_counters};
}

std::vector<std::string> listen_addresses(const ExportOptions& options) {
  return options.listen_addresses.empty() ? HttpServerOptions().addresses
                                          : options.listen_addresses;
}

}  // namespace weir
