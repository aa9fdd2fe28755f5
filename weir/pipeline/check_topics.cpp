#include "weir/pipeline/check_topics.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>

#include "weir/base/near_match.hpp"
#include "weir/pipeline/check_brokers.hpp"

namespace weir {
namespace {

using Millis = std::chrono::milliseconds;
using Place = std::pair<std::string, std::int32_t>;
using Offsets = std::map<Place, std::int64_t>;

std::vector<KafkaOffset> wanted_places(const KafkaTopic& topic, const KafkaSourceOptions& options,
                                       Findings& findings) {
  std::vector<KafkaOffset> places;
  for (const std::int32_t partition : topic.partitions) {
    if (!options.partitions ||
        std::binary_search(options.partitions->begin(), options.partitions->end(), partition)) {
      places.push_back({topic.name, partition, -1, {}});
    }
  }
  std::vector<std::int32_t> missing;
  for (const std::int32_t partition : options.partitions.value_or(std::vector<std::int32_t>())) {
    if (std::find(topic.partitions.begin(), topic.partitions.end(), partition) ==
        topic.partitions.end()) {
      missing.push_back(partition);
    }
  }
  if (!missing.empty()) {
    findings.push_back(warning(
        fmt::format("topic {} has {}, and not number {}", topic.name,
                    counted_words(topic.partitions.size(), "partition"), fmt::join(missing, ", ")),
        "Correct --partitions; weir waits for those that are missing to appear"));
  }
  return places;
}

Finding missing_topic(const std::string& topic, const std::vector<std::string>& known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  const std::string near = did_you_mean(topic, names);
  return problem(fmt::format("topic {} does not exist, or this user may not see it", topic),
                 "Correct --topic or create it; weir waits for it to appear." + near);
}

/// What `list_offsets` answers, by partition. A failure becomes a problem, once.
Offsets ask_offsets(KafkaConsumer& consumer, const std::vector<KafkaOffset>& places,
                    std::int64_t what, Millis patience, const std::string& brokers,
                    Findings& findings) {
  Offsets offsets;
  const KafkaOffsets answer = consumer.list_offsets(places, what, patience, std::stop_token());
  if (answer.failure) {
    findings.push_back(kafka_problem("offsets of the topics", answer.failure, brokers));
    return offsets;
  }
  for (const KafkaOffset& offset : answer.offsets) {
    if (offset.failure) {
      findings.push_back(
          kafka_problem(fmt::format("topic {} partition {}", offset.topic, offset.partition),
                        offset.failure, brokers));
    } else {
      offsets[{offset.topic, offset.partition}] = offset.offset;
    }
  }
  return offsets;
}

std::vector<std::int64_t> starts(const TopicRanges& topic, const KafkaStart& start,
                                 const Offsets& by_time) {
  std::vector<std::int64_t> all;
  for (const KafkaRange& range : topic.ranges) {
    switch (start.kind) {
      case KafkaStart::Kind::latest:
        all.push_back(-1);
        break;
      case KafkaStart::Kind::earliest:
        all.push_back(range.first);
        break;
      case KafkaStart::Kind::time: {
        const auto found = by_time.find({range.topic, range.partition});
        all.push_back(found == by_time.end() ? -1 : found->second);
        break;
      }
    }
  }
  return all;
}

/// The partitions of all topics that are there and wanted.
std::vector<KafkaOffset> find_places(KafkaConsumer& consumer, const KafkaSourceOptions& options,
                                     const std::vector<std::string>& known, Millis patience,
                                     Findings& findings) {
  std::vector<KafkaOffset> places;
  const KafkaTopics described = consumer.describe(options.topics, patience, std::stop_token());
  if (described.failure) {
    findings.push_back(kafka_problem("topics", described.failure, options.brokers));
  }
  for (const KafkaTopic& topic : described.topics) {
    if (topic.failure.kind == KafkaFailure::Kind::unknown) {
      findings.push_back(missing_topic(topic.name, known));
    } else if (topic.failure) {
      findings.push_back(kafka_problem("topic " + topic.name, topic.failure, options.brokers));
    } else {
      const auto wanted = wanted_places(topic, options, findings);
      places.insert(places.end(), wanted.begin(), wanted.end());
    }
  }
  return places;
}

}  // namespace

Finding describe_ranges(const TopicRanges& topic, const std::vector<std::int64_t>& start) {
  constexpr std::size_t kListed = 8;
  std::uint64_t messages = 0;
  std::uint64_t first = 0;
  std::vector<std::string> listed;
  for (std::size_t i = 0; i < topic.ranges.size(); ++i) {
    const KafkaRange& range = topic.ranges[i];
    messages += static_cast<std::uint64_t>(std::max<std::int64_t>(range.next - range.first, 0));
    const std::int64_t from = start[i] < 0 ? range.next : std::max(start[i], range.first);
    first += static_cast<std::uint64_t>(std::max<std::int64_t>(range.next - from, 0));
    if (i < kListed) {
      listed.push_back(fmt::format("{}: {} to {}", range.partition, range.first, range.next));
    }
  }
  if (topic.ranges.size() > kListed) {
    listed.emplace_back("…");
  }
  const std::string where = fmt::format("topic {}, {} to read", topic.topic,
                                        counted_words(topic.ranges.size(), "partition"));
  if (messages == 0) {
    return warning(where + ": empty",
                   "Nothing is wrong if its sender has yet to begin; then check again");
  }
  return ok(fmt::format("{}: up to {} (offsets {}); reading would begin {}", where,
                        counted_words(messages, "message"), fmt::join(listed, ", "),
                        first == 0          ? "behind them"
                        : first == messages ? "with the first"
                                            : fmt::format("with the last {}", with_commas(first))));
}

TopicsCheck check_topics(KafkaConsumer& consumer, const KafkaSourceOptions& options,
                         const std::vector<std::string>& known, Millis patience) {
  TopicsCheck check;
  Findings& findings = check.findings;
  const auto places = find_places(consumer, options, known, patience, findings);
  if (places.empty()) {
    return check;
  }
  const auto ask = [&](std::int64_t what) {
    return ask_offsets(consumer, places, what, patience, options.brokers, findings);
  };
  const Offsets first = ask(KafkaConsumer::kEarliest);
  const Offsets next = first.empty() ? Offsets() : ask(KafkaConsumer::kLatest);
  Offsets by_time;
  if (options.start.kind == KafkaStart::Kind::time && !next.empty()) {
    constexpr UnixNanos kNanosPerMilli = 1'000'000;
    by_time = ask(static_cast<std::int64_t>(options.start.time / kNanosPerMilli));
  }
  for (const KafkaOffset& place : places) {
    const auto low = first.find({place.topic, place.partition});
    const auto high = next.find({place.topic, place.partition});
    if (low == first.end() || high == next.end()) {
      continue;
    }
    if (check.topics.empty() || check.topics.back().topic != place.topic) {
      check.topics.push_back({place.topic, {}});
    }
    check.topics.back().ranges.push_back({place.topic, place.partition, low->second, high->second});
  }
  for (const TopicRanges& topic : check.topics) {
    findings.push_back(describe_ranges(topic, starts(topic, options.start, by_time)));
  }
  return check;
}

Findings judge_reading(const std::string& topic, const KafkaNewest& newest,
                       const std::string& brokers) {
  Findings findings;
  std::vector<std::int32_t> silent;
  for (const KafkaEnd& end : newest.ends) {
    const std::string where = fmt::format("topic {} partition {}", topic, end.range.partition);
    if (end.failure) {
      findings.push_back(kafka_problem(where, end.failure, brokers));
      if (end.failure.kind == KafkaFailure::Kind::denied) {
        break;  // the right is the topic's, so the other partitions would say the same
      }
    } else if (!end.reached) {
      silent.push_back(end.range.partition);
    }
    if (end.unsettled > 0) {
      findings.push_back(warning(
          fmt::format("{}: a transaction is open, which holds back {} at the end", where,
                      counted_words(static_cast<std::uint64_t>(end.unsettled), "message")),
          "They are read when it is committed; if it stays open, see what its producer does"));
    }
  }
  if (!silent.empty()) {
    findings.push_back(
        warning(fmt::format("topic {}: the ends of partitions {} did not come in time", topic,
                            fmt::join(silent, ", ")),
                "Check again; if it stays, see how busy the brokers that lead them are"));
  }
  if (findings.empty()) {
    findings.push_back(ok(fmt::format("topic {} can be read", topic)));
  }
  return findings;
}

}  // namespace weir
