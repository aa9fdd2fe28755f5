#include "cli/program_flags.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "weir/source/kafka_options.hpp"

namespace weir {
namespace {

log::Level parse_level(std::string_view text) {
  using Level = log::Level;
  static constexpr std::array<std::pair<std::string_view, Level>, 4> kLevels = {
      {{"debug", Level::debug},
       {"info", Level::info},
       {"warn", Level::warn},
       {"error", Level::error}}};
  return parse_choice("--log.level", text, kLevels);
}

log::Format parse_log_format(std::string_view text) {
  using Format = log::Format;
  static constexpr std::array<std::pair<std::string_view, Format>, 2> kFormats = {
      {{"logfmt", Format::logfmt}, {"json", Format::json}}};
  return parse_choice("--log.format", text, kFormats);
}

/// The port of `host:port` or `[address]:port`; none in `host` and in an IPv6 address without
/// brackets.
std::string_view port_of(std::string_view broker) {
  const auto colon = broker.rfind(':');
  const bool attached = colon != std::string_view::npos && broker.substr(0, colon).ends_with(']');
  if (colon == std::string_view::npos || (!attached && broker.find(':') != colon)) {
    return {};
  }
  return broker.substr(colon + 1);
}

void check_broker(std::string_view broker) {
  if (broker.find('@') != std::string_view::npos) {
    // Not quoted: a password may stand in it.
    throw Error::usage(
        "--brokers takes host:port[,host:port…]; a user and a password belong into a file for -X "
        "@FILE, as sasl.username and sasl.password");
  }
  if (const auto scheme = broker.find("://"); scheme != std::string_view::npos) {
    broker.remove_prefix(scheme + 3);
  }
  if (broker.ends_with(':') || !port_of(broker).empty()) {
    static_cast<void>(
        parse_number(fmt::format("--brokers: port of {}", broker), port_of(broker), 1, 65535));
  }
}

/// `sasl: {username: weir}` is the property sasl.username. Values may be secrets, and are not
/// repeated, nor are names in which one seems to stand: in `{sasl.password:x}` all is the name, and
/// so is a value alone on its line.
void add_properties(const ConfigNode& map, const std::string& prefix, KafkaProperties& properties) {
  for (const ConfigMember& member : map.as_map("kafka")) {
    if (member.name.find_first_of("=:") != std::string::npos ||
        member.value.kind == ConfigNode::Kind::nothing) {
      throw member.error("kafka: a property's name, a colon, a blank and its value belong here");
    }
    const std::string name = prefix + member.name;
    if (member.value.kind == ConfigNode::Kind::map) {
      add_properties(member.value, name + ".", properties);
      continue;
    }
    const std::string what = "kafka: " + name;
    // Without the line: whether properties are others does not depend on where they stand.
    const std::string from = fmt::format("{}: {}", *member.place.file, what);
    properties.push_back({name, member.value.as_text(what), from});
  }
}

/// Properties, a file of them as "@FILE", or a list of both.
void add_from_file(const ConfigNode& node, KafkaProperties& properties) {
  if (node.kind == ConfigNode::Kind::list) {
    for (const ConfigNode& item : node.items) {
      add_from_file(item, properties);
    }
  } else if (node.kind == ConfigNode::Kind::text && node.text.starts_with('@')) {
    try {
      add_kafka_properties(node.text, properties);
    } catch (const Error& error) {
      throw node.error(error.what());
    }
  } else {
    add_properties(node, "", properties);
  }
}

}  // namespace

Flag kafka_flag(KafkaProperties& properties, std::function<void()> given) {
  const auto tell = [given = std::move(given)] {
    if (given) {
      given();
    }
  };
  return {.names = "-X",
          .kind = Flag::Kind::list,
          .placeholder = "KEY=VALUE|@FILE",
          .help = "Property of librdkafka, or a file of them, one on each line; may be repeated",
          .take =
              [&properties, tell](const std::string& value) {
                tell();
                add_kafka_properties(value, properties);
              },
          .key = "kafka",
          .take_node =
              [&properties, tell](const ConfigNode& value) {
                tell();
                add_from_file(value, properties);
              },
          .adds = true};
}

std::vector<Flag> log_flags(log::Level& level, log::Format& format) {
  return {
      {"--log.level", Flag::Kind::value, "LEVEL", "debug, info, warn or error (info)",
       [&level](const std::string& value) { level = parse_level(value); }},
      {"--log.format", Flag::Kind::value, "FORMAT", "logfmt or json (logfmt)",
       [&format](const std::string& value) { format = parse_log_format(value); }},
  };
}

void add_brokers(std::string& brokers, const std::string& value) {
  for (const std::string& part : split_list(value)) {
    check_broker(part);
    brokers += brokers.empty() ? "" : ",";
    brokers += part;
  }
}

}  // namespace weir
