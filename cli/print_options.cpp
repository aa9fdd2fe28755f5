#include "cli/print_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <thread>
#include <utility>

#include "cli/lookup_flags.hpp"
#include "cli/program_flags.hpp"
#include "weir/base/near_match.hpp"
#include "weir/io/memory_limit.hpp"
#include "weir/pipeline/export_config.hpp"
#include "weir/pipeline/registry.hpp"

namespace weir {
namespace {

using Takes = Flag::Kind;

constexpr unsigned long long kMaxThreads = 256;

PrintFormat parse_print_format(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, PrintFormat>, 3> kFormats = {
      {{"table", PrintFormat::table}, {"json", PrintFormat::json}, {"csv", PrintFormat::csv}}};
  return parse_choice("--format", text, kFormats);
}

/// Half of what there is.
std::size_t default_memory() {
  const std::size_t limit = memory_limit();
  return limit == 0 ? std::size_t{1} << 30U : limit / 2;
}

std::string temporary_folder() {
  const char* const given = std::getenv("TMPDIR");
  // /tmp is in memory on many systems, which is what there is too little of.
  return given != nullptr && *given != '\0' ? given : "/var/tmp";
}

bool is_help(std::string_view word) {
  return word == "-h" || word == "--help" || word == "-help";
}

bool is_toggle(const std::vector<Flag>& flags, std::string_view word) {
  if (word.starts_with("--")) {
    word.remove_prefix(1);
  }
  return std::any_of(flags.begin(), flags.end(), [&](const Flag& flag) {
    const std::string names = flag.names + ",";
    return flag.kind == Takes::toggle && names.find(std::string(word) + ",") != std::string::npos;
  });
}

std::string parse_records(const std::string& text) {
  const auto known = decoder_names();
  if (std::find(known.begin(), known.end(), text) == known.end()) {
    throw Error::usage(fmt::format("--input-format: \"{}\" is none of {}.{}", text,
                                   fmt::join(known, ", "), did_you_mean(text, known)));
  }
  return text;
}

/// In a file `fields` with names are the user's own, see print_sections.
Flag fields_flag(PrintOptions& print) {
  return {.names = "--fields",
          .kind = Takes::value,
          .placeholder = "FIELD[:NAME],…",
          .help =
              "Columns, with new names; duration, pps, bps and bpp are computed (with --by: its "
              "fields, flows, packets, bytes)",
          .take = [&print](const std::string& value) { print.fields = value; },
          .take_node =
              [&print](const ConfigNode& value) {
                if (value.kind != ConfigNode::Kind::map) {
                  print.fields = fmt::format("{}", fmt::join(value.as_texts("fields"), ","));
                }
              }};
}

std::vector<Flag> row_flags(PrintFlags& flags) {
  PrintOptions& print = flags.print;
  return {
      {"--by", Takes::value, "FIELD[/BITS],…",
       "Group by these fields, addresses by their network where bits are given, as in "
       "src_addr/24 (no groups: a row for each record)",
       [&](const std::string& value) { print.by = value; }},
      fields_flag(print),
      {"--where", Takes::value, "FILTER",
       "Only records that match, as 'proto == tcp and port == 443'",
       [&](const std::string& value) { print.input.where = value; }},
      {"--count", Takes::value, "N", "Only the first N records that match (all)",
       [&](const std::string& value) {
         print.input.count =
             parse_number("--count", value, 1, std::numeric_limits<std::uint64_t>::max());
       }},
      {"--top", Takes::value, "N",
       "Only the N greatest groups or records, and all others as one row",
       [&](const std::string& value) {
         print.top = parse_number("--top", value, 1, std::numeric_limits<std::uint32_t>::max());
       }},
      {"--order", Takes::value, "COLUMN[:asc|desc]",
       "Sort by this column: groups, and with --top records (tables and --top: bytes; else none)",
       [&](const std::string& value) { print.order = value; }},
      {"--bidirectional", Takes::toggle, "",
       "Both directions of a connection are one group; what came back is out_packets, out_bytes",
       [&](const std::string&) { print.bidirectional = true; }},
  };
}

std::vector<Flag> output_flags(PrintFlags& flags) {
  PrintOptions& print = flags.print;
  return {
      {"--format", Takes::value, "FORMAT",
       "table, json (an object a line) or csv (on a terminal table, else json)",
       [&](const std::string& value) {
         flags.format = value;
         print.format = parse_print_format(value);
       }},
      {"--threads", Takes::value, "N",
       "That read and group (with --by and --top one for each processor; without them 1, which "
       "keeps the order of records)",
       [&](const std::string& value) {
         flags.threads = static_cast<unsigned>(parse_number("--threads", value, 1, kMaxThreads));
       }},
      {"--max-memory", Takes::value, "BYTES",
       "Of groups, with k, M or G; more are put into a file in $TMPDIR (half of what there is)",
       [&](const std::string& value) { print.max_memory = parse_size("--max-memory", value); }},
      {"-q,--quiet", Takes::toggle, "", "No summary and no progress bar on stderr",
       [&](const std::string&) { flags.quiet = true; }},
  };
}

std::vector<Flag> kafka_flags(PrintFlags& flags) {
  const auto only_kafka = [&flags](const char* name) { flags.kafka_flag = name; };
  return {
      {"--from-kafka", Takes::toggle, "",
       "Read topics, from --start up to where they end now; needs --brokers and --topic",
       [&](const std::string&) { flags.from_kafka = true; }},
      {"--brokers,--broker", Takes::list, "HOST:PORT,…",
       "Kafka brokers to start from; may be repeated",
       [&flags, only_kafka](const std::string& value) {
         only_kafka("--brokers");
         add_brokers(flags.kafka.brokers, value);
       }},
      {"--topic", Takes::list, "TOPIC,…", "Topics to read; may be repeated",
       [&flags, only_kafka](const std::string& value) {
         only_kafka("--topic");
         for (std::string& topic : split_list(value)) {
           flags.kafka.topics.push_back(std::move(topic));
         }
       }},
      {"--partitions", Takes::value, "all|LIST", "Partitions to read (all)",
       [&flags, only_kafka](const std::string& value) {
         only_kafka("--partitions");
         flags.kafka.partitions = parse_kafka_partitions(value);
       }},
      {"--start", Takes::value, "WHEN",
       "Where to begin: earliest, latest or a time as in RFC 3339 (earliest; with --follow latest)",
       [&flags, only_kafka](const std::string& value) {
         only_kafka("--start");
         flags.kafka.start = parse_kafka_start(value);
         flags.start = value;
       }},
      {"--follow", Takes::toggle, "", "Wait for more at the end of the topics, until Ctrl-C",
       [&flags, only_kafka](const std::string&) {
         only_kafka("--follow");
         flags.print.input.follow = true;
       }},
      {"--input-format", Takes::value, "FORMAT",
       fmt::format("Form of the topics' records: {} (auto)", fmt::join(decoder_names(), ", ")),
       [&flags, only_kafka](const std::string& value) {
         only_kafka("--input-format");
         flags.print.input.records = parse_records(value);
       }},
      kafka_flag(flags.kafka.properties, [only_kafka] { only_kafka("-X"); }),
  };
}

/// A file for something that no flag has one for.
void settle_lookups(PrintFlags& flags) {
  EnrichOptions& enrich = flags.print.input.enrich;
  if (enrich.geo.empty()) {
    enrich.geo = flags.lookups.geo;
  }
  for (const auto file :
       {&EnrichOptions::networks, &EnrichOptions::interfaces, &EnrichOptions::exporters}) {
    if ((enrich.*file).empty()) {
      enrich.*file = flags.lookups.*file;
    }
  }
  enrich.check = std::chrono::milliseconds(0);  // it does not run for long
}

void settle_kafka(PrintFlags& flags) {
  PrintInput& input = flags.print.input;
  if (!flags.from_kafka) {
    if (!flags.kafka_flag.empty()) {
      throw Error::usage(
          fmt::format("{} is about Kafka: give --from-kafka as well, to read records from there",
                      flags.kafka_flag));
    }
    return;
  }
  if (flags.start.empty()) {
    flags.kafka.start.kind = input.follow ? KafkaStart::Kind::latest : KafkaStart::Kind::earliest;
  } else if (flags.kafka.start.kind == KafkaStart::Kind::latest && !input.follow) {
    throw Error::usage(
        "--start latest begins where --from-kafka ends: give --follow to wait for more");
  }
  input.kafka = flags.kafka;
}

}  // namespace

std::vector<Flag> print_flags(PrintFlags& flags) {
  std::vector<Flag> all = row_flags(flags);
  for (auto table :
       {output_flags(flags), kafka_flags(flags), lookup_flags(flags.print.input.enrich)}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

ConfigSections print_sections(PrintFlags& flags) {
  return {.names = {"lookups"}, .take = [&flags](const ConfigNode& root) {
            ConfigNode sections = root;
            std::erase_if(sections.members, [](const ConfigMember& member) {
              return member.name == "fields" && member.value.kind != ConfigNode::Kind::map;
            });
            ExportConfig config = read_export_config(sections);
            flags.print.input.names = std::move(config.names);
            flags.print.input.mapping = std::move(config.mapping);
            flags.lookups = std::move(config.lookups);
          }};
}

std::vector<std::string> take_sources(const std::vector<Flag>& flags,
                                      std::vector<std::string>& arguments) {
  std::vector<std::string> sources;
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") {
      sources.insert(sources.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                     arguments.end());
      break;
    }
    if (!word.starts_with('-') || word == "-") {
      sources.push_back(word);
      continue;
    }
    rest.push_back(word);
    const bool alone =
        word.find('=') != std::string::npos || is_help(word) || is_toggle(flags, word);
    if (!alone && i + 1 < arguments.size()) {
      rest.push_back(arguments[++i]);
    }
  }
  arguments = std::move(rest);
  return sources;
}

void settle_print_flags(PrintFlags& flags, bool terminal) {
  PrintOptions& print = flags.print;
  settle_kafka(flags);
  if (print.input.sources.empty() && !flags.from_kafka) {
    throw Error::usage(
        "weir print: name what to print: an nfcapd file, a folder of them, a file of JSON records, "
        "- for standard input, or --from-kafka with --brokers and --topic");
  }
  if (flags.format.empty()) {
    // Rows that come one by one are shown at once, not when the width of columns is known.
    const bool one_by_one = print.input.follow && !print.by && print.top == 0;
    print.format = terminal && !one_by_one ? PrintFormat::table : PrintFormat::json;
  }
  print.units = terminal;
  print.threads = flags.threads;
  if (flags.threads == 0) {
    const bool any_order = (print.by || print.top != 0) && print.input.count == 0;
    print.threads = any_order ? std::max(std::thread::hardware_concurrency(), 1U) : 1;
  }
  if (print.max_memory == 0) {
    print.max_memory = default_memory();
  }
  print.spill_folder = temporary_folder();
  settle_lookups(flags);
}

std::size_t parse_size(std::string_view flag, std::string_view text) {
  static constexpr std::array<std::pair<char, std::size_t>, 4> kUnits = {
      {{'k', 1000}, {'K', 1000}, {'M', 1'000'000}, {'G', 1'000'000'000}}};
  std::size_t unit = 1;
  std::string_view digits = text;
  for (const auto& [name, size] : kUnits) {
    if (text.ends_with(name)) {
      unit = size;
      digits.remove_suffix(1);
    }
  }
  constexpr std::size_t kMost = std::size_t{1} << 50;
  if (digits.empty() || digits.size() > 15 ||
      digits.find_first_not_of("0123456789") != std::string_view::npos) {
    throw Error::usage(
        fmt::format("{}: \"{}\" is no size; write a number of bytes, as 500M or 2G", flag, text));
  }
  return parse_number(flag, digits, 1, kMost / unit) * unit;
}

}  // namespace weir
