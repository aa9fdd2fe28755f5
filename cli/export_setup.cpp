#include "cli/export_setup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

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

std::vector<std::string> listen_addresses(const ExportOptions& options) {
  return options.listen_addresses.empty() ? HttpServerOptions().addresses
                                          : options.listen_addresses;
}

}  // namespace weir
