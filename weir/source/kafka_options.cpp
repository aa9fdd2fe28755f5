#include "weir/source/kafka_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <set>

#include "weir/base/error.hpp"
#include "weir/io/file.hpp"

namespace weir {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 20;
constexpr std::int32_t kMaxPartition = 1'000'000;  // far beyond what a cluster carries

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::optional<std::int32_t> parse_partition(std::string_view text) {
  text = trim(text);
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0 ||
      number > kMaxPartition) {
    return std::nullopt;
  }
  return number;
}

Error bad_partitions(std::string_view text) {
  return Error::usage(fmt::format(
      "--partitions: \"{}\" is neither all nor a list of partition numbers such as 0,3,5-7", text));
}

/// Kafka's own rule for names; anything else would be asked for in vain for ever.
bool is_topic_name(std::string_view name) {
  constexpr std::size_t kLongest = 249;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kLongest && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), allowed);
}

}  // namespace

void add_kafka_properties(std::string_view word, KafkaProperties& properties) {
  if (word.starts_with('@')) {
    for (KafkaProperty& property : read_kafka_properties(std::string(word.substr(1)))) {
      properties.push_back(std::move(property));
    }
    return;
  }
  const auto equals = word.find('=');
  const std::string_view name = trim(word.substr(0, equals));
  if (equals == std::string_view::npos || name.empty()) {
    // Not quoted: what was meant as a value, a password say, may stand in the wrong place.
    throw Error::usage("-X takes name=value with a librdkafka property, or @FILE");
  }
  properties.push_back({std::string(name), std::string(word.substr(equals + 1))});
}

KafkaProperties read_kafka_properties(const std::string& path) {
  const FileContent file = read_file(path, kMaxFile);
  if (!file.ok()) {
    throw Error::usage(fmt::format("-X @{}: {}", path, file.error));
  }
  KafkaProperties properties;
  std::string_view rest = file.bytes;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const auto newline = rest.find('\n');
    const std::string_view line = trim(rest.substr(0, newline));
    rest = newline == std::string_view::npos ? std::string_view() : rest.substr(newline + 1);
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    const auto equals = line.find('=');
    const std::string_view name = trim(line.substr(0, equals));
    if (equals == std::string_view::npos || name.empty()) {
      throw Error::usage(fmt::format("-X @{}: line {} is not name=value", path, number));
    }
    properties.push_back({std::string(name), std::string(trim(line.substr(equals + 1))),
                          std::string(KafkaProperty::kPropertyFile)});
  }
  return properties;
}

std::optional<std::vector<std::int32_t>> parse_kafka_partitions(std::string_view text) {
  if (trim(text) == "all") {
    return std::nullopt;
  }
  std::set<std::int32_t> numbers;
  std::string_view rest = text;
  for (bool last = false; !last;) {
    const auto comma = rest.find(',');
    last = comma == std::string_view::npos;
    const std::string_view item = rest.substr(0, comma);
    rest = last ? std::string_view() : rest.substr(comma + 1);
    const auto dash = item.find('-');
    const auto low = parse_partition(item.substr(0, dash));
    const auto high = dash == std::string_view::npos ? low : parse_partition(item.substr(dash + 1));
    if (!low || !high || *high < *low) {
      throw bad_partitions(text);
    }
    for (std::int32_t number = *low; number <= *high; ++number) {
      numbers.insert(number);
    }
  }
  return std::vector<std::int32_t>(numbers.begin(), numbers.end());
}

std::string format_kafka_partitions(const std::optional<std::vector<std::int32_t>>& partitions) {
  if (!partitions) {
    return {};
  }
  const std::set<std::int32_t> numbers(partitions->begin(), partitions->end());
  std::string text;
  for (auto number = numbers.begin(); number != numbers.end();) {
    const std::int32_t low = *number;
    std::int32_t high = low;
    for (++number; number != numbers.end() && *number == high + 1; ++number) {
      ++high;
    }
    text += fmt::format("{}{}", text.empty() ? "" : ",", low);
    if (high != low) {
      text += fmt::format("-{}", high);
    }
  }
  return text;
}

std::optional<std::int32_t> kafka_partition_number(std::string_view text) {
  return parse_partition(text);
}

KafkaStart parse_kafka_start(std::string_view text) {
  if (text == "latest") {
    return {KafkaStart::Kind::latest, 0};
  }
  if (text == "earliest") {
    return {KafkaStart::Kind::earliest, 0};
  }
  if (const auto time = parse_time(text)) {
    return {KafkaStart::Kind::time, *time};
  }
  throw Error::usage(fmt::format(
      "--start: \"{}\" is neither latest, earliest nor a time such as 2026-01-02T03:04:05Z", text));
}

void check_kafka_options(const KafkaSourceOptions& options) {
  if (trim(options.brokers).empty()) {
    throw Error::usage("--brokers is missing: give host:port[,host:port…]");
  }
  if (options.topics.empty()) {
    throw Error::usage("--topic is missing: give the topic to read");
  }
  std::set<std::string_view> seen;
  for (const std::string& topic : options.topics) {
    if (!is_topic_name(topic)) {
      throw Error::usage(fmt::format(
          "--topic: \"{}\" cannot be a topic's name (1 to 249 of a-z A-Z 0-9 . _ -)", topic));
    }
    if (!seen.insert(topic).second) {
      throw Error::usage(fmt::format("--topic: \"{}\" is given twice", topic));
    }
  }
  if (options.partitions && options.partitions->empty()) {
    throw Error::usage("--partitions: the list is empty; give numbers, or all");
  }
}

}  // namespace weir
