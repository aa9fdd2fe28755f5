#include "weir/source/kafka_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/error.hpp"
#include "weir/base/log.hpp"

namespace weir {
namespace {

using FailureKind = KafkaFailure::Kind;
using StartKind = KafkaStart::Kind;
using Why = KafkaOrder::Why;

/// A broker that has just started may deny a topic it has not loaded yet. Taking that for true
/// would read a whole topic from its beginning.
constexpr std::chrono::milliseconds kMissingFor{1500};
constexpr int kMissingAnswers = 2;

using NumberSet = std::set<std::int32_t>;

std::optional<NumberSet> to_set(const std::optional<std::vector<std::int32_t>>& numbers) {
  return numbers ? std::optional<NumberSet>(std::in_place, numbers->begin(), numbers->end())
                 : std::nullopt;
}

std::optional<NumberSet> saved_partitions(const std::string& only) {
  try {
    return only.empty() ? std::nullopt : to_set(parse_kafka_partitions(only));
  } catch (const Error&) {
    return std::nullopt;  // of another version: as if all had been asked for
  }
}

}  // namespace

KafkaPlan::KafkaPlan(const KafkaSourceOptions& options)
    : options_(options),
      wanted_(to_set(options.partitions)),
      saved_only_(saved_partitions(options.saved.only)) {
  for (const std::string& name : options.topics) {
    topics_[name];
  }
  take_saved(options.saved);
}

void KafkaPlan::take_saved(const SourceState& saved) {
  for (const std::string& name : saved.absent) {
    if (const auto found = topics_.find(name); found != topics_.end()) {
      found->second.settled = true;
    }
  }
  for (const OriginState& origin : saved.origins) {
    const auto found = topics_.find(origin.topic);
    const auto number = kafka_partition_number(origin.partition);
    if (found == topics_.end() || !number || origin.next < 0) {
      continue;
    }
    Topic& topic = found->second;
    topic.settled = true;
    topic.read = true;
    if (!wanted_ || wanted_->contains(*number)) {
      topic.partitions.try_emplace(
          *number,
          Partition{.from = From::saved, .id = origin.id, .next = origin.next, .end = origin.end});
    }
  }
  for (auto& [name, topic] : topics_) {
    const auto known = [&read = topic.partitions, this](std::int32_t number) {
      return saved_only_->contains(number) || read.contains(number);
    };
    topic.widened = topic.read && saved_only_ &&
                    (!wanted_ || !std::all_of(wanted_->begin(), wanted_->end(), known));
  }
}

/// Its place is in a log that was deleted.
bool KafkaPlan::recreated(const Topic& topic, const Partition& partition) {
  return (partition.ordered || partition.from == From::saved) && !partition.id.empty() &&
         !topic.id.empty() && partition.id != topic.id;
}

void KafkaPlan::missing(const std::string& name, Clock::time_point now, KafkaTrouble& trouble) {
  const auto found = topics_.find(name);
  if (found == topics_.end()) {
    return;
  }
  Topic& topic = found->second;
  topic.there = false;
  if (topic.missing++ == 0) {
    topic.missing_since = now;
  }
  if (topic.missing >= kMissingAnswers && now - topic.missing_since >= kMissingFor) {
    topic.settled = true;
    topic.widened = false;
    // What had no place yet will be new when it appears.
    std::erase_if(topic.partitions, [](const auto& entry) { return starting(entry.second); });
  }
  trouble.add(FailureKind::unknown,
              fmt::format("topic {} does not exist at {}; check --topic, or create it: it is then "
                          "read from its beginning",
                          name, options_.brokers));
}

void KafkaPlan::unclear(const std::string& name) {
  if (const auto found = topics_.find(name); found != topics_.end()) {
    found->second.there = false;
  }
}

void KafkaPlan::there(const KafkaTopic& answer, KafkaTrouble& trouble) {
  const auto found = topics_.find(answer.name);
  if (found == topics_.end()) {
    return;
  }
  Topic& topic = found->second;
  topic.there = !topic.former.contains(answer.id);
  if (!topic.there) {
    trouble.add(FailureKind::other,
                fmt::format("topic {}: a broker has not heard yet that it was created "
                            "again",
                            answer.name));
    return;
  }
  learn_id(topic, answer);
  topic.missing = 0;
  const NumberSet there(answer.partitions.begin(), answer.partitions.end());
  for (auto& [number, partition] : topic.partitions) {
    partition.there = there.contains(number);
  }
  // Of a topic that was created again before anything of it was read.
  std::erase_if(topic.partitions,
                [&](const auto& entry) { return !entry.second.there && starting(entry.second); });
  for (const std::int32_t number : wanted_ ? *wanted_ : there) {
    if (there.contains(number)) {
      add_partition(topic, number);
    } else {
      trouble.add(FailureKind::unknown,
                  fmt::format("topic {} has no partition {} (it has {}); check --partitions",
                              answer.name, number, there.size()));
    }
  }
  topic.settled = true;
  topic.widened = false;
}

void KafkaPlan::learn_id(Topic& topic, const KafkaTopic& answer) {
  if (answer.id.empty() || answer.id == topic.id) {
    return;
  }
  if (!topic.id.empty()) {
    topic.former.insert(topic.id);
  }
  topic.id = answer.id;
  bool again = false;
  for (auto& [number, partition] : topic.partitions) {
    if (partition.id.empty() && partition.ordered) {
      partition.id = topic.id;  // brokers that know no ids were replaced by others
    }
    again = again || recreated(topic, partition);
  }
  if (again) {
    log::warn("topic was deleted and created again; it is read from its beginning",
              {{"topic", answer.name}});
  }
}

void KafkaPlan::add_partition(Topic& topic, std::int32_t number) const {
  const auto [entry, added] = topic.partitions.try_emplace(number);
  Partition& partition = entry->second;
  partition.there = true;
  if (added) {
    const bool not_asked_for = topic.widened && !saved_only_->contains(number);
    partition.from = !topic.settled || not_asked_for ? From::start : From::beginning;
  }
}

std::vector<KafkaOffset> KafkaPlan::places() const {
  std::vector<KafkaOffset> all;
  for (const auto& [name, topic] : topics_) {
    if (!topic.there) {
      continue;  // one that is gone must not spoil the answer for the others
    }
    for (const auto& [number, partition] : topic.partitions) {
      if (partition.there) {
        all.push_back({name, number, -1, {}});
      }
    }
  }
  return all;
}

bool KafkaPlan::learn_ends(const Offsets& ends, const std::set<KafkaPartition>& unknown) {
  bool all = true;
  for (auto& [name, topic] : topics_) {
    for (auto& [number, partition] : topic.partitions) {
      const KafkaPartition where{name, number};
      partition.unknown = unknown.contains(where);
      const auto found = ends.find(where);
      if (found == ends.end()) {
        all = false;
        continue;
      }
      partition.latest = found->second;
      if (!recreated(topic, partition)) {
        partition.end = found->second;
      }
    }
  }
  return all;
}

/// Begins as --start says, and has not begun.
bool KafkaPlan::starting(const Partition& partition) {
  return partition.from == From::start && !partition.ordered;
}

bool KafkaPlan::from_first(const Topic& topic, const Partition& partition) {
  return recreated(topic, partition) || (partition.from == From::beginning && !partition.ordered);
}

KafkaPlan::Questions KafkaPlan::questions(const Reports& reports) const {
  Questions all;
  for (const auto& [name, topic] : topics_) {
    for (const auto& [number, partition] : topic.partitions) {
      if (!topic.there || !partition.there || partition.unknown) {
        continue;
      }
      const bool start = starting(partition);
      const bool failed = !partition.halted && reports.contains({name, number});
      if (start && options_.start.kind == StartKind::time) {
        all.time.push_back({name, number, -1, {}});
      } else if (from_first(topic, partition) || (partition.ordered && failed) ||
                 (start && options_.start.kind == StartKind::earliest)) {
        all.first.push_back({name, number, -1, {}});
      }
    }
  }
  return all;
}

std::vector<KafkaOrder> KafkaPlan::decide(const Offsets& first, const Offsets& time,
                                          Reports& reports) {
  std::vector<KafkaOrder> orders;
  for (auto& [name, topic] : topics_) {
    for (auto& [number, partition] : topic.partitions) {
      decide_one({name, number}, topic, partition, first, reports, orders);
    }
    start(name, topic, first, time, orders);
  }
  return orders;
}

/// A reader may go on in a new topic of the same name from the old offset, without a word where
/// that is in range. So reading stops at the first sign that a topic is gone, be it from the
/// description of topics or from a partition's leader.
void KafkaPlan::decide_one(const KafkaPartition& where, Topic& topic, Partition& partition,
                           const Offsets& first, Reports& reports,
                           std::vector<KafkaOrder>& orders) {
  if (topic.missing != 0 || partition.unknown) {
    if (partition.ordered && !std::exchange(partition.halted, true)) {
      orders.push_back({where, Why::halt, -1, partition.id});
    }
    return;
  }
  if (!topic.there || !partition.there) {
    return;
  }
  const auto begin = first.find(where);
  const auto report = reports.find(where);
  if (from_first(topic, partition)) {
    if (begin != first.end()) {
      order(where, topic, partition, begin->second, orders);
      reports.erase(where);  // speaks of the log that is gone
    }
  } else if (!partition.ordered && partition.from == From::saved) {
    order(where, topic, partition, partition.next, orders);
  } else if (partition.ordered && std::exchange(partition.halted, false)) {
    orders.push_back({where, Why::retry, -1, partition.id});
  } else if (partition.ordered && report != reports.end() && begin != first.end()) {
    order_again(where, partition, report->second, begin->second, orders);
    reports.erase(report);
  }
}

/// All at once, so that whoever is killed in between does not take some of them for new.
void KafkaPlan::start(const std::string& name, Topic& topic, const Offsets& first,
                      const Offsets& time, std::vector<KafkaOrder>& orders) const {
  if (!topic.there) {
    return;
  }
  std::vector<std::pair<std::int32_t, std::int64_t>> places;
  for (const auto& [number, partition] : topic.partitions) {
    if (!starting(partition)) {
      continue;
    }
    places.emplace_back(number, start_of({name, number}, partition, first, time));
    if (partition.unknown || places.back().second < 0) {
      return;
    }
  }
  for (const auto& [number, offset] : places) {
    order({name, number}, topic, topic.partitions[number], offset, orders);
  }
}

std::int64_t KafkaPlan::start_of(const KafkaPartition& where, const Partition& partition,
                                 const Offsets& first, const Offsets& time) const {
  if (options_.start.kind == StartKind::latest) {
    return partition.latest;
  }
  const bool at_time = options_.start.kind == StartKind::time;
  const Offsets& answers = at_time ? time : first;
  const auto found = answers.find(where);
  if (found == answers.end()) {
    return -1;
  }
  // Nothing that late: the end, which was asked for before, so that what came between counts.
  return at_time && found->second < 0 ? partition.latest : found->second;
}

void KafkaPlan::order(const KafkaPartition& where, Topic& topic, Partition& partition,
                      std::int64_t offset, std::vector<KafkaOrder>& orders) {
  const bool another = recreated(topic, partition);
  const bool resumed = !another && !partition.ordered && partition.from == From::saved;
  if (!topic.id.empty()) {
    partition.id = topic.id;
  }
  const Why why = another                             ? Why::recreated
                  : resumed                           ? Why::resume
                  : partition.from == From::beginning ? Why::appeared
                                                      : Why::begin;
  orders.push_back({where, why, offset, partition.id, another ? partition.end : -1});
  if (!resumed || partition.latest >= 0) {
    partition.end = partition.latest;
  }
  partition.halted = false;
  partition.ordered = true;
  topic.read = true;
}

void KafkaPlan::order_again(const KafkaPartition& where, const Partition& partition,
                            const Report& report, std::int64_t first,
                            std::vector<KafkaOrder>& orders) {
  const std::string& id = partition.id;
  if (report.out_of_range && report.position < first) {
    orders.push_back({where, Why::gap, first, id, -1, report.position});
  } else if (report.out_of_range && partition.latest >= 0 && report.position > partition.latest) {
    // With a topic id it is known to be the same log, cut short by a broker that lost its tail:
    // what is left has been read. Without, a new topic is by far the likelier reason.
    const std::int64_t place = id.empty() ? first : partition.latest;
    orders.push_back({where, Why::truncated, place, id, -1, report.position});
  } else {
    orders.push_back({where, Why::retry, -1, id});
  }
}

bool KafkaPlan::settled() const {
  return std::all_of(topics_.begin(), topics_.end(), [](const auto& entry) {
    const Topic& topic = entry.second;
    return topic.settled && !topic.widened &&
           std::none_of(topic.partitions.begin(), topic.partitions.end(),
                        [](const auto& partition) { return starting(partition.second); });
  });
}

std::vector<std::string> KafkaPlan::absent() const {
  std::vector<std::string> names;
  for (const auto& [name, topic] : topics_) {
    const bool begins =
        std::any_of(topic.partitions.begin(), topic.partitions.end(),
                    [](const auto& partition) { return starting(partition.second); });
    if (topic.settled && !topic.read && !begins) {
      names.push_back(name);
    }
  }
  return names;
}

std::map<KafkaPartition, KafkaPlan::Place> KafkaPlan::ends() const {
  std::map<KafkaPartition, Place> all;
  for (const auto& [name, topic] : topics_) {
    for (const auto& [number, partition] : topic.partitions) {
      all[{name, number}] = {partition.id, partition.end, topic.there && !partition.there};
    }
  }
  return all;
}

}  // namespace weir
