#include "cli/export_setup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/io/http_server.hpp"
#include "weir/pipeline/as_traffic.hpp"
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

namespace {

/// Which of these fields are taken from elsewhere in a record than usual.
std::string mapped(const FieldSet& fields, const ExportConfig& config) {
  std::string text;
  for (const MappedValue& value : config.mapping) {
    if (fields.has(value.field)) {
      text += fmt::format(", {} from {}", config.names.name(value.field), value.path);
    }
  }
  return text;
}

/// Everything that decides which flows a metric counts, and how much.
std::string meaning_of(const Metric& metric, const ExportOptions& options) {
  std::string text = metric.where_text;
  if (!options.where_text.empty()) {
    text =
        text.empty() ? options.where_text : fmt::format("({}) and ({})", text, options.where_text);
  }
  text += mapped(options.where.fields(), options.config);
  const SamplingOptions& sampling = options.config.sampling;
  if (sampling.rule != SamplingRule::off) {
    text += fmt::format("{}sampling {}", text.empty() ? "" : ", ",
                        kSamplingRuleNames[static_cast<std::size_t>(sampling.rule)]);
  }
  if (sampling.rule == SamplingRule::fixed) {
    text += fmt::format(" {}", sampling.fixed);
  }
  return text;
}

std::vector<std::pair<std::string, std::string>> facts_of(const ExportOptions& options) {
  std::vector<std::pair<std::string, std::string>> facts = {{"Source", describe_source(options)}};
  if (!options.config_file.empty()) {
    facts.emplace_back("Configuration", options.config_file);
  }
  if (options.config.metrics.defaults) {
    facts.emplace_back("Own AS numbers", fmt::format("{}", fmt::join(own_systems(options), ", ")));
  }
  if (!options.where_text.empty()) {
    facts.emplace_back("Only flows where", options.where_text);
  }
  return facts;
}

bool same_properties(const KafkaProperties& a, const KafkaProperties& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const KafkaProperty& one, const KafkaProperty& other) {
                      return one.name == other.name && one.value == other.value;
                    });
}

/// Reads the files that `options` name; what is wrong with them is said with the place of those.
template <typename Files, typename Options>
std::shared_ptr<Files> opened(std::string_view what, const Options& options,
                              const ConfigPlace& place) {
  try {
    return std::make_shared<Files>(options);
  } catch (const Error& error) {
    throw Error::usage(fmt::format("{}: {}: {}", place.to_string(), what, error.what()));
  }
}

/// What is different of that which a running program cannot change; empty: nothing.
std::string fixed_difference(const ExportOptions& a, const ExportOptions& b) {
  const std::pair<const char*, bool> same[] = {
      {"brokers", a.kafka.brokers == b.kafka.brokers},
      {"topic", a.kafka.topics == b.kafka.topics},
      {"partitions", a.kafka.partitions == b.kafka.partitions},
      {"start",
       a.kafka.start.kind == b.kafka.start.kind && a.kafka.start.time == b.kafka.start.time},
      {"kafka (-X)", same_properties(a.kafka.properties, b.kafka.properties)},
      {"from", a.from == b.from},
      {"demo", a.demo == b.demo && a.demo_rate == b.demo_rate},
      {"web.listen-address", a.listen_addresses == b.listen_addresses},
      {"web.enable-lifecycle", a.enable_lifecycle == b.enable_lifecycle},
      {"state-dir", a.state_dir == b.state_dir},
      {"max-pending", a.max_pending == b.max_pending},
      {"new-series-at-zero", a.hold == b.hold},
      {"openmetrics-created", a.openmetrics_created == b.openmetrics_created},
  };
  const auto* const changed =
      std::find_if(std::begin(same), std::end(same), [](const auto& each) { return !each.second; });
  return changed == std::end(same) ? "" : changed->first;
}

}  // namespace

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
  return ExportStateOptions{state->folder, options.restart_counters};
}

std::shared_ptr<DeadLetters> make_dead_letters(const ExportOptions& options) {
  if (options.dead_letter_topic.empty()) {
    return nullptr;
  }
  return std::make_shared<DeadLetters>(DeadLetterOptions{
      options.kafka.brokers, options.kafka.properties, options.dead_letter_topic});
}

ExportPlan make_plan(const ExportOptions& options, const std::shared_ptr<AsNameLookup>& names,
                     const ExportPlan* now) {
  const ExportConfig& config = options.config;
  ExportPlan plan;
  plan.names = names;
  plan.format = options.format;
  plan.mapping = config.mapping;
  plan.where = options.where;
  if (config.sampling.rule != SamplingRule::off) {
    const bool same =
        now != nullptr && now->sampling && now->sampling->options() == config.sampling;
    plan.sampling =
        same ? now->sampling : opened<Sampling>("sampling", config.sampling, config.sampling_place);
  }
  if (!config.lookups.empty()) {
    const bool same =
        now != nullptr && now->enrichment && now->enrichment->options() == config.lookups;
    plan.enrichment = same ? now->enrichment
                           : opened<Enrichment>("lookups", config.lookups, config.lookups_place);
  }
  auto defaults = as_traffic_metrics(own_systems(options), names, options.max_series);
  for (Metric& metric : defaults) {
    metric.where_text += mapped(fields_of(metric), config);
  }
  plan.metrics = make_metrics(config.metrics, {.metrics = std::move(defaults),
                                               .max_series = options.max_series,
                                               .ttl = options.series_ttl,
                                               .lookup = [&](std::string_view) { return names; }});
  for (Metric& metric : plan.metrics) {
    metric.where_text = meaning_of(metric, options);
  }
  plan.facts = facts_of(options);
  return plan;
}

ExportPlan make_next_plan(const ExportOptions& options, const ExportOptions& began_with,
                          const ExportPlan& now) {
  const std::string name = fixed_difference(began_with, options);
  if (!name.empty()) {
    throw Error::usage(
        fmt::format("{} has changed, which takes a restart: stop weir and start it again", name));
  }
  AsNameOptions named = name_options(options);
  const bool same_names = !now.names || now.names->source() == named.source;
  ExportPlan plan = make_plan(
      options, same_names ? now.names : std::make_shared<AsNameLookup>(std::move(named)), &now);
  const bool same_letters =
      (now.dead_letters ? now.dead_letters->status().topic : "") == options.dead_letter_topic;
  plan.dead_letters = same_letters ? now.dead_letters : make_dead_letters(options);
  return plan;
}

std::vector<std::string> listen_addresses(const ExportOptions& options) {
  return options.listen_addresses.empty() ? HttpServerOptions().addresses
                                          : options.listen_addresses;
}

}  // namespace weir
