#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/time.hpp"
#include "weir/flow/stages.hpp"
#include "weir/io/kafka.hpp"

namespace weir {

/// Where reading begins when nothing says where it had got to.
struct KafkaStart {
  enum class Kind : std::uint8_t { latest, earliest, time };
  Kind kind = Kind::latest;
  UnixNanos time = 0;  ///< of Kind::time: the first message whose timestamp is not before it
};

struct KafkaSourceOptions {
  std::string brokers;                                  ///< host:port[,host:port…]
  std::vector<std::string> topics;                      ///< one or more
  std::optional<std::vector<std::int32_t>> partitions;  ///< none: all, also those added later
  KafkaStart start;
  KafkaProperties properties;  ///< -X
  /// How often new topics and partitions are looked for.
  std::chrono::milliseconds refresh{5000};
  /// How long an answer of the cluster is waited for.
  std::chrono::milliseconds request_timeout{3000};
  /// Where reading had got to before, empty if nothing is known of that.
  SourceState saved;
};

/// What -X takes: `name=value`, or `@FILE` for a file of them. Appends to `properties`. Throws
/// Error::usage, without any value in its text.
void add_kafka_properties(std::string_view word, KafkaProperties& properties);

/// A file of `name=value` lines; blank lines and those that begin with # are skipped, blanks around
/// name and value too. At most 1 MiB. Throws Error::usage.
[[nodiscard]] KafkaProperties read_kafka_properties(const std::string& path);

/// `all`, or a list such as `0,3,5-7`. Throws Error::usage naming --partitions.
[[nodiscard]] std::optional<std::vector<std::int32_t>> parse_kafka_partitions(
    std::string_view text);

/// The shortest list that `parse_kafka_partitions` makes these of, "" for all.
[[nodiscard]] std::string format_kafka_partitions(
    const std::optional<std::vector<std::int32_t>>& partitions);

/// The number of a partition as an origin has it; none for what is no number.
[[nodiscard]] std::optional<std::int32_t> kafka_partition_number(std::string_view text);

/// `latest`, `earliest` or a time as `parse_time` takes it. Throws Error::usage naming --start.
[[nodiscard]] KafkaStart parse_kafka_start(std::string_view text);

/// Throws Error::usage for options that cannot work with any cluster.
void check_kafka_options(const KafkaSourceOptions& options);

}  // namespace weir
