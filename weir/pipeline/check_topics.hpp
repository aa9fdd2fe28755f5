#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "weir/io/kafka.hpp"
#include "weir/pipeline/finding.hpp"
#include "weir/source/kafka_newest.hpp"
#include "weir/source/kafka_options.hpp"

namespace weir {

/// A topic that is there, and what there is to read in those of its partitions that are wanted.
struct TopicRanges {
  std::string topic;
  std::vector<KafkaRange> ranges;
};

struct TopicsCheck {
  Findings findings;
  std::vector<TopicRanges> topics;
};

/// Whether the topics are there, with which partitions and offsets, and how much there is to read
/// first. `known` are topics that this user may see, for near matches. At most three times
/// `patience`.
[[nodiscard]] TopicsCheck check_topics(KafkaConsumer& consumer, const KafkaSourceOptions& options,
                                       const std::vector<std::string>& known,
                                       std::chrono::milliseconds patience);

/// What reading the end of a topic has brought: whether it may be read, and what holds it up.
[[nodiscard]] Findings judge_reading(const std::string& topic, const KafkaNewest& newest,
                                     const std::string& brokers);

/// What to say of one topic's offsets. `start` are those where reading would begin, one for each of
/// the ranges, -1 for the end.
[[nodiscard]] Finding describe_ranges(const TopicRanges& topic,
                                      const std::vector<std::int64_t>& start);

}  // namespace weir
