#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weir/io/kafka.hpp"

namespace weir {

/// What there is to read in one partition: offsets from `first` up to, not including, `next`, some
/// of which may be gaps, marks of transactions or aborted records.
struct KafkaRange {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t first = 0;
  std::int64_t next = 0;
};

/// One message as it was read.
struct KafkaSample {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string bytes;
};

/// What reading the end of one partition brought.
struct KafkaEnd {
  KafkaRange range;
  bool reached = false;        ///< the end of what may be read was seen, or passed
  std::int64_t unsettled = 0;  ///< offsets behind that end, which an open transaction holds back
  KafkaFailure failure;        ///< why it was not reached; none when only the time ran out
};

struct KafkaNewest {
  std::vector<KafkaSample> samples;  ///< by partition, oldest first
  std::vector<KafkaEnd> ends;
};

/// Partitions that are read at most.
inline constexpr std::size_t kMostNewestPartitions = 10;

/// Those of the partitions that `read_kafka_newest` reads: the first that have messages, then the
/// first others.
[[nodiscard]] std::vector<KafkaRange> worth_reading(std::span<const KafkaRange> ranges);

/// Reads the newest `most` messages of one topic's partitions, shared out evenly among those that
/// have any. Ends as soon as the partitions' ends are reached, after `patience` at the latest. The
/// consumer must not read anything else meanwhile.
[[nodiscard]] KafkaNewest read_kafka_newest(KafkaConsumer& consumer,
                                            std::span<const KafkaRange> ranges, std::size_t most,
                                            std::chrono::milliseconds patience);

}  // namespace weir
