#include "cli/export_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/program_flags.hpp"
#include "weir/base/duration.hpp"
#include "weir/base/error.hpp"
#include "weir/base/near_match.hpp"
#include "weir/pipeline/registry.hpp"

namespace weir {
namespace {

constexpr unsigned long long kMaxSeries = 10'000'000;
constexpr unsigned long long kMaxRate = 10'000'000;
constexpr unsigned long long kMaxPending = 1'000'000'000'000;

std::uint32_t parse_asn(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with("AS") || digits.starts_with("as")) {
    digits.remove_prefix(2);
  }
  try {
    return static_cast<std::uint32_t>(parse_number("--asn", digits, 0, 0xffffffff));
  } catch (const Error& error) {
    throw Error::usage(
        fmt::format("{}; give your AS numbers, as in --asn 64500,64501", error.what()));
  }
}

std::string parse_format(const std::string& text) {
  const auto known = decoder_names();
  if (std::find(known.begin(), known.end(), text) == known.end()) {
    throw Error::usage(fmt::format("--format: \"{}\" is none of {}.{}", text,
                                   fmt::join(known, ", "), did_you_mean(text, known)));
  }
  return text;
}

Filter parse_where(const std::string& text, const FieldNames& names) {
  try {
    return Filter::compile(text, names);
  } catch (const Error& error) {
    throw Error::usage(fmt::format("--where: {}", error.what()));
  }
}

/// Whether counters begin at 0 then.
bool parse_on_change(const std::string& text) {
  if (text != "refuse" && text != "restart") {
    throw Error::usage(
        fmt::format("--on-config-change: \"{}\" is neither refuse nor restart", text));
  }
  return text == "restart";
}

void add_all(std::vector<std::string>& list, const std::string& value) {
  for (std::string& part : split_list(value)) {
    list.push_back(std::move(part));
  }
}

void add_own_systems(std::vector<std::uint32_t>& systems, const std::string& value) {
  const auto parts = split_list(value);
  if (parts.empty()) {
    throw Error::usage("--asn: give your AS numbers, as in --asn 64500,64501");
  }
  for (const std::string& part : parts) {
    systems.push_back(parse_asn(part));
  }
}

std::vector<Flag> source_flags(ExportOptions& options) {
  using Kind = Flag::Kind;
  return {
      {"--brokers,--broker", Kind::list, "HOST:PORT,…",
       "Kafka brokers to start from; may be repeated",
       [&](const std::string& value) { add_brokers(options.kafka.brokers, value); }},
      {"--topic", Kind::list, "TOPIC,…", "Topics to read; may be repeated",
       [&](const std::string& value) { add_all(options.kafka.topics, value); }},
      {"--partitions", Kind::value, "all|LIST", "Partitions to read (all)",
       [&](const std::string& value) {
         options.kafka_flag = "--partitions";
         options.kafka.partitions = parse_kafka_partitions(value);
       }},
      {"--start", Kind::value, "WHEN",
       "Where to begin: latest, earliest or a time as in RFC 3339 (latest)",
       [&](const std::string& value) {
         options.kafka_flag = "--start";
         options.kafka.start = parse_kafka_start(value);
       }},
      kafka_flag(options.kafka.properties, [&options] { options.kafka_flag = "-X"; }),
      {"--dead-letter-topic", Kind::value, "TOPIC",
       "Send refused records there, with the reason and their place in headers",
       [&](const std::string& value) {
         options.kafka_flag = "--dead-letter-topic";
         options.dead_letter_topic = value;
       }},
      {"--from", Kind::value, "FILE|-", "Read JSON lines from a file or standard input, not Kafka",
       [&](const std::string& value) { options.from = value; }},
      {"--demo", Kind::toggle, "", "Make records up instead of reading any",
       [&](const std::string&) { options.demo = true; }},
      {"--demo.rate", Kind::value, "N", "Records made up each second (2000)",
       [&](const std::string& value) {
         options.demo_rate = parse_number("--demo.rate", value, 1, kMaxRate);
       }},
  };
}

/// The same, so that one that is given leaves those of another source out of a configuration.
std::vector<Flag> alternative_source_flags(ExportOptions& options) {
  std::vector<Flag> flags = source_flags(options);
  for (Flag& flag : flags) {
    flag.alternative = flag.names == "--from"             ? "file"
                       : flag.names.starts_with("--demo") ? "demo"
                                                          : "kafka";
  }
  return flags;
}

std::vector<Flag> metric_flags(ExportOptions& options) {
  using Kind = Flag::Kind;
  return {
      {"--asn", Kind::list, "ASN,…", "Your own AS numbers, which tell sent from received (0)",
       [&](const std::string& value) { add_own_systems(options.own_systems, value); }},
      {"--as-names", Kind::value, "URL|FILE|none",
       fmt::format("AS names: a list like cidr-report's asn.txt, or an ASN .mmdb ({})",
                   kDefaultAsNames),
       [&](const std::string& value) {
         options.as_names = value;
         options.as_names_given = true;
       }},
      {"--max-series", Kind::value, "N",
       "Series of each metric; what is beyond counts in the series \"other\" (1000000)",
       [&](const std::string& value) {
         options.max_series = parse_number("--max-series", value, 1, kMaxSeries);
       }},
      {"--where", Kind::value, "FILTER", "Count only flows that match, as in 'proto == tcp'",
       [&](const std::string& value) {
         options.where = parse_where(value, options.config.names);
         options.where_text = value;
       }},
      {"--format", Kind::value, "FORMAT",
       fmt::format("Form of the records: {} (auto)", fmt::join(decoder_names(), ", ")),
       [&](const std::string& value) { options.format = parse_format(value); }},
  };
}

std::vector<Flag> state_flags(ExportOptions& options) {
  using Kind = Flag::Kind;
  return {
      {.names = "--state-dir",
       .placeholder = "DIR|none",
       .help = "Where counters and offsets are kept together ($STATE_DIRECTORY, else ./weir-state)",
       .take = [&](const std::string& value) { options.state_dir = value; },
       .with_alternatives = true},
      {"--on-config-change", Kind::value, "refuse|restart",
       "What to do if the counters kept mean something else: end, or begin them at 0 (refuse)",
       [&](const std::string& value) { options.restart_counters = parse_on_change(value); }},
      {"--max-pending", Kind::value, "N",
       "Messages that may wait while the state cannot be written, then reading pauses (10000000)",
       [&](const std::string& value) {
         options.max_pending = parse_number("--max-pending", value, 1, kMaxPending);
       }},
      {"--new-series-at-zero", Kind::maybe, "[DURATION]",
       "Series that appear show 0 first, for longer than your longest scrape interval (65s)",
       [&](const std::string& value) {
         options.hold = parse_duration_flag("--new-series-at-zero", value);
       },
       "65s"},
      {"--series-ttl", Kind::value, "DURATION",
       "Do not show series any longer that did not count for so long (never)",
       [&](const std::string& value) {
         options.series_ttl = parse_duration_flag("--series-ttl", value, std::chrono::seconds(1));
       }},
      {"--openmetrics-created", Kind::toggle, "",
       "Say in OpenMetrics since when each series has been counted",
       [&](const std::string&) { options.openmetrics_created = true; }},
  };
}

std::vector<Flag> program_flags(ExportOptions& options) {
  using Kind = Flag::Kind;
  return {
      {"--web.listen-address,--addr", Kind::list, "ADDRESS",
       "Address and port to serve on; may be repeated (:9590)",
       [&](const std::string& value) { options.listen_addresses.push_back(value); }},
      {"--web.enable-lifecycle", Kind::toggle, "", "Allow POST /-/reload",
       [&](const std::string&) { options.enable_lifecycle = true; }},
  };
}

}  // namespace

ExportOptions read_export_options(const std::string& command,
                                  const std::vector<std::string>& arguments) {
  ExportOptions options;
  options.help =
      parse_flags(command, "Reads flow records and serves counters of them for Prometheus.",
                  export_flags(options), arguments, export_sections(options)) == Parsed::help;
  if (!options.help) {
    check_export_options(options);
  }
  return options;
}

ConfigSections export_sections(ExportOptions& options) {
  return {.names = {kExportSections.begin(), kExportSections.end()},
          .take = [&options](const ConfigNode& root) {
            options.config_file = *root.place.file;
            options.config = read_export_config(root);
          }};
}

std::vector<Flag> export_flags(ExportOptions& options) {
  std::vector<Flag> all = alternative_source_flags(options);
  for (auto table : {metric_flags(options), state_flags(options), program_flags(options),
                     log_flags(options.log_level, options.log_format)}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

namespace {

void check_mapping(const ExportOptions& options) {
  if (options.config.mapping.empty() || options.format == "auto" || options.format == "json") {
    return;
  }
  throw Error::usage(fmt::format(
      "fields are found in JSON records alone, and --format {} reads none: give auto or "
      "json, or leave fields out",
      options.format));
}

}  // namespace

void check_export_options(const ExportOptions& options) {
  check_mapping(options);
  const bool kafka = !options.kafka.brokers.empty() || !options.kafka.topics.empty();
  const int sources = (kafka ? 1 : 0) + (options.from.empty() ? 0 : 1) + (options.demo ? 1 : 0);
  if (sources == 0) {
    throw Error::usage(
        "nothing to read: give --brokers and --topic, or --from FILE, or --demo to look around");
  }
  if (sources > 1) {
    throw Error::usage("--brokers with --topic, --from and --demo exclude each other: give one");
  }
  if (!kafka && !options.kafka_flag.empty()) {
    throw Error::usage(fmt::format("{} is about Kafka, and means nothing with --from or --demo",
                                   options.kafka_flag));
  }
  const auto& topics = options.kafka.topics;
  if (std::find(topics.begin(), topics.end(), options.dead_letter_topic) != topics.end()) {
    throw Error::usage(fmt::format(
        "--dead-letter-topic: {} is read, so what is refused would come back; name another topic",
        options.dead_letter_topic));
  }
  if (options.demo && !options.state_dir.empty() && options.state_dir != "none") {
    throw Error::usage("--state-dir means nothing with --demo: what is made up is not kept");
  }
  if (kafka && options.kafka.brokers.empty()) {
    throw Error::usage("--brokers is missing: where is Kafka? As in --brokers kafka1:9092");
  }
  if (kafka && options.kafka.topics.empty()) {
    throw Error::usage(
        "--topic is missing: which topic has the records? As in --topic pmacct.acct");
  }
}

}  // namespace weir
