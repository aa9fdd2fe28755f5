#include "cli/stream_options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "cli/program_flags.hpp"
#include "weir/base/duration.hpp"
#include "weir/source/kafka_options.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Takes = Flag::Kind;

constexpr unsigned long long kMaxCatchUp = 10'000'000;

seconds parse_seconds(std::string_view flag, std::string_view text) {
  const milliseconds exact = parse_duration_flag(flag, text);
  const auto whole = std::chrono::floor<seconds>(exact);
  if (whole != exact) {
    throw Error::usage(fmt::format("{}: {} is no whole number of seconds", flag, text));
  }
  return whole;
}

bool parse_at_least_once(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, bool>, 2> kDeliveries = {
      {{"exactly-once", false}, {"at-least-once", true}}};
  return parse_choice("--delivery", text, kDeliveries);
}

MessageFormat parse_stream_format(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, MessageFormat>, 3> kFormats = {
      {{"cbor", MessageFormat::cbor},
       {"cbor-typed", MessageFormat::cbor_typed},
       {"json", MessageFormat::json}}};
  return parse_choice("--format", text, kFormats);
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') {
    return "localhost";
  }
  return name.data();
}

/// `k1,k2:9093` with port 9092 → `k1:9092,k2:9093`; an IPv6 address may come without brackets.
std::string with_port(const std::string& hosts, std::uint16_t port) {
  std::string brokers;
  for (const std::string& host : split_list(hosts)) {
    const auto colons = std::count(host.begin(), host.end(), ':');
    const bool has_port = host.starts_with('[') ? !host.ends_with(']') : colons == 1;
    std::string broker = colons > 1 && !host.starts_with('[') ? "[" + host + "]" : host;
    if (!has_port) {
      broker += fmt::format(":{}", port);
    }
    add_brokers(brokers, broker);
  }
  return brokers;
}

std::vector<Flag> kafka_flags(StreamFlags& flags) {
  KafkaBatchOptions& kafka = flags.stream.kafka;
  return {
      {"--brokers,--broker", Takes::list, "HOST:PORT,…",
       "Kafka brokers to start from; may be repeated",
       [&](const std::string& value) { add_brokers(kafka.brokers, value); }},
      {"-i,--host", Takes::value, "HOST,…", "The same, with the port by -p",
       [&](const std::string& value) { flags.hosts = value; }},
      {"-p,--port", Takes::value, "PORT", "Port of the brokers that -i names (9092)",
       [&](const std::string& value) {
         flags.port = static_cast<std::uint16_t>(parse_number("--port", value, 1, 65535));
         flags.port_given = true;
       }},
      {"-t,--topic", Takes::value, "TOPIC", "Topic to write to (network-metadata)",
       [&](const std::string& value) { kafka.topic = value; }},
      {"--delivery", Takes::value, "HOW",
       "exactly-once: one transaction for each window; at-least-once: without transactions "
       "(exactly-once)",
       [&](const std::string& value) { flags.at_least_once = parse_at_least_once(value); }},
      {"--ledger", Takes::value, "NAME",
       "Consumer group and transactional id that keep account of the windows sent "
       "(weir-stream.TOPIC.HOSTNAME)",
       [&](const std::string& value) { flags.ledger = value; }},
      kafka_flag(kafka.properties),
  };
}

std::vector<Flag> record_flags(StreamFlags& flags) {
  WindowRunOptions& run = flags.stream.run;
  return {
      {"--command", Takes::value, "COMMAND",
       fmt::format("nfdump command line, run without a shell, with {{timestamp}}, {{start}} and "
                   "{{end}} filled in ({})",
                   WindowCommand::kScriptsCommand),
       [&](const std::string& value) {
         run.command = value;
         if (!value.empty()) {  // as weir-stream.service gives it where COMMAND is empty
           flags.of_command.emplace_back("--command");
         }
       }},
      {"--timeout", Takes::value, "DURATION", "Of one run of the command (4m)",
       [&](const std::string& value) {
         run.timeout = parse_duration_flag("--timeout", value, seconds(1));
         flags.of_command.emplace_back("--timeout");
       }},
      {"--ignore-stderr", Takes::list, "REGEX",
       "Lines of the command's stderr that are no failure, as for grep -E; may be repeated",
       [&](const std::string& value) {
         run.ignore_stderr.emplace_back(value, "--ignore-stderr");
         flags.of_command.emplace_back("--ignore-stderr");
       }},
      {"--format", Takes::value, "FORMAT",
       "Form of the messages: cbor (texts, the script's bytes), cbor-typed or json (cbor)",
       [&](const std::string& value) { run.format = parse_stream_format(value); }},
      {"--fields", Takes::value, "COLUMN[:NAME],…",
       "Columns to send, with new names (all; with --by those of the script, by what --by says)",
       [&](const std::string& value) { run.fields = value; }},
      {"--key", Takes::list, "NAME,…", "Fields that make the message's key; may be repeated (none)",
       [&](const std::string& value) {
         for (std::string& part : split_list(value)) {
           run.key.push_back(std::move(part));
         }
       }},
  };
}

std::vector<Flag> window_flags(StreamFlags& flags) {
  StreamOptions& stream = flags.stream;
  return {
      {"--interval", Takes::value, "DURATION", "Length of a window (5m)",
       [&](const std::string& value) { stream.interval = parse_seconds("--interval", value); }},
      {"--timezone", Takes::value, "ZONE", "Of the file names: local, UTC, Europe/Prague … (local)",
       [&](const std::string& value) { stream.timezone = value; }},
      {"--state", Takes::value, "FILE",
       "File with the last finished window; FILE.lock beside it lets one weir at a time work "
       "(last)",
       [&](const std::string& value) { stream.state = value; }},
      {"--max-catch-up", Takes::value, "N", "Of missed windows, send the newest N (288)",
       [&](const std::string& value) {
         stream.max_catch_up = parse_number("--max-catch-up", value, 1, kMaxCatchUp);
       }},
      {"--grace", Takes::value, "DURATION", "How long to wait for a window's data (30s)",
       [&](const std::string& value) { stream.grace = parse_seconds("--grace", value); }},
      {"--give-up", Takes::value, "DURATION",
       "How old a window gets that cannot be sent before it is left behind for later ones (1h)",
       [&](const std::string& value) { stream.give_up = parse_seconds("--give-up", value); }},
      {"--since", Takes::value, "WINDOW",
       "Send the windows from this one on, as 202611212305 or 2026-11-21T23:05, again; the state "
       "is left alone",
       [&](const std::string& value) { stream.since = parse_window_flag("--since", value); }},
      {"--until", Takes::value, "WINDOW", "With --since: the last window to send (the newest)",
       [&](const std::string& value) { stream.until = parse_window_flag("--until", value); }},
      {"--dry-run", Takes::toggle, "",
       "Print the records as JSON lines; neither Kafka nor the state is touched",
       [&](const std::string&) { stream.dry_run = true; }},
  };
}

std::vector<Flag> program_flags(StreamFlags& flags) {
  return {
      {"--once", Takes::toggle, "", "Send all windows that are due, then stop; the default",
       [&](const std::string&) { flags.once = true; }},
      {"--follow", Takes::toggle, "", "Stay, and send each window when it is due",
       [&](const std::string&) { flags.follow = true; }},
      {"--web.listen-address", Takes::list, "ADDRESS",
       "With --follow: address and port to serve metrics and health on; may be repeated (none)",
       [&](const std::string& value) { flags.listen_addresses.push_back(value); }},
      {"--web.enable-lifecycle", Takes::toggle, "",
       "Allow POST /-/reload, which opens the log file anew",
       [&](const std::string&) { flags.enable_lifecycle = true; }},
      {"--log-file", Takes::value, "FILE",
       "Append the log to FILE, in the script's form; SIGHUP opens it anew (stderr)",
       [&](const std::string& value) { flags.log_file = value; }},
  };
}

void check_modes(const StreamFlags& flags) {
  const auto exclude = [](bool both, std::string_view one, std::string_view other) {
    if (both) {
      throw Error::usage(fmt::format("{} and {} exclude each other: give one", one, other));
    }
  };
  exclude(flags.once && flags.follow, "--once", "--follow");
  exclude(flags.stream.dry_run && flags.follow, "--dry-run", "--follow");
  exclude(flags.stream.since && flags.follow, "--since", "--follow");
  if (flags.stream.until && !flags.stream.since) {
    throw Error::usage("--until needs --since: which window is the first to be sent?");
  }
  for (const auto& [given, name] :
       {std::pair(!flags.listen_addresses.empty(), "--web.listen-address"),
        std::pair(flags.enable_lifecycle, "--web.enable-lifecycle")}) {
    if (given && !flags.follow) {
      throw Error::usage(fmt::format(
          "{} is for --follow: without it weir stream ends before anybody could ask", name));
    }
  }
}

void settle_brokers(StreamFlags& flags) {
  std::string& brokers = flags.stream.kafka.brokers;
  if (!brokers.empty() && !flags.hosts.empty()) {
    throw Error::usage("--brokers and -i both say where Kafka is: give one");
  }
  if (flags.port_given && flags.hosts.empty()) {
    throw Error::usage(
        "-p is the port of the host that -i names, as in -i kafka1 -p 9092; --brokers takes both "
        "in one, as kafka1:9092");
  }
  if (!flags.hosts.empty()) {
    brokers = with_port(flags.hosts, flags.port);
  }
  if (brokers.empty() && !flags.stream.dry_run) {
    throw Error::usage(
        "--brokers is missing: where is Kafka? As in --brokers kafka1:9092 or -i kafka1 -p 9092; "
        "--dry-run prints the records without Kafka");
  }
}

}  // namespace

Window parse_window_flag(std::string_view flag, std::string_view text) {
  std::string name(text);
  if (text.size() == 16 && text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':') {
    std::erase_if(name, [](char c) { return c == '-' || c == 'T' || c == ':'; });
  }
  const auto window = parse_window(name);
  if (!window) {
    throw Error::usage(
        fmt::format("{}: \"{}\" is no window; write the time in a file's name, as 202611212305 or "
                    "2026-11-21T23:05",
                    flag, text));
  }
  return *window;
}

std::vector<Flag> stream_flags(StreamFlags& flags) {
  flags.stream.kafka.topic = "network-metadata";
  flags.stream.run.command = WindowCommand::kScriptsCommand;
  std::vector<Flag> all = kafka_flags(flags);
  for (auto table : {record_flags(flags), native_flags(flags.native), window_flags(flags),
                     program_flags(flags), log_flags(flags.log_level, flags.log_format)}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

void settle_stream_flags(StreamFlags& flags) {
  check_modes(flags);
  flags.stream.native = settle_native_flags(flags.native, flags.of_command);
  settle_brokers(flags);
  KafkaBatchOptions& kafka = flags.stream.kafka;
  if (flags.at_least_once && !flags.ledger.empty()) {
    throw Error::usage("--ledger is for exactly-once: --delivery at-least-once keeps none");
  }
  if (!flags.at_least_once) {
    kafka.ledger = flags.ledger.empty() ? fmt::format("weir-stream.{}.{}", kafka.topic, host_name())
                                        : flags.ledger;
  }
  if (flags.stream.dry_run && flags.stream.run.format == MessageFormat::cbor_typed) {
    flags.stream.run.format = MessageFormat::json;  // the same values, as they can be printed
  }
}

}  // namespace weir
