#include "weir/source/kafka_watcher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "weir/io/kafka_advice.hpp"

namespace weir {
namespace {

using Kind = KafkaFailure::Kind;
using std::chrono::milliseconds;

/// While something is wrong, and until everything has begun.
constexpr milliseconds kRetry{1000};
/// A broker that has just started may deny a topic it has not loaded yet. Taking that for true
/// would read a whole topic from its beginning.
constexpr milliseconds kMissingFor{1500};
constexpr int kMissingAnswers = 2;

/// Milliseconds, as Kafka stamps messages, of the first that is not before `time`.
std::int64_t to_kafka_time(UnixNanos time) {
  constexpr UnixNanos kNanosPerMilli = 1'000'000;
  return static_cast<std::int64_t>(time / kNanosPerMilli + (time % kNanosPerMilli != 0 ? 1 : 0));
}

}  // namespace

void KafkaWatcher::Trouble::add(Kind what, const std::string& words) {
  if (text.find(words) != std::string::npos) {
    return;  // many partitions, one reason
  }
  if (text.empty()) {
    kind = what;
  } else {
    text += "; ";
  }
  text += words;
}

KafkaWatcher::KafkaWatcher(const KafkaSourceOptions& options, KafkaConsumer& consumer)
    : options_(options), consumer_(consumer) {
  for (const std::string& topic : options.topics) {
    topics_[topic];
  }
  trouble_.with(
      [&](std::string& text) { text = "no answer from Kafka at " + options.brokers + " yet"; });
  thread_ = std::jthread([this](const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { consumer_.wake(); });
    run(stop);
  });
}

std::vector<KafkaOrder> KafkaWatcher::take_orders() {
  if (!has_orders_.load(std::memory_order_acquire)) {
    return {};
  }
  return orders_.with([this](Orders& orders) {
    has_orders_.store(false, std::memory_order_relaxed);
    if (orders.settled) {
      started_.store(true, std::memory_order_release);
    }
    return std::exchange(orders.list, {});
  });
}

void KafkaWatcher::report(const KafkaPartition& partition, std::int64_t position,
                          const KafkaFailure& failure) {
  const bool out_of_range = failure.kind == Kind::out_of_range;
  reports_.with([&](Reports& reports) { reports[partition] = {position, out_of_range}; });
  if (out_of_range) {
    hurry_ = true;
    consumer_.wake();
  }
}

std::string KafkaWatcher::trouble() const {
  return trouble_.with([](const std::string& text) { return text; });
}

std::int64_t KafkaWatcher::end(const KafkaPartition& partition) const {
  return ends_.with([&](const auto& ends) {
    const auto found = ends.find(partition);
    return found == ends.end() ? -1 : found->second;
  });
}

void KafkaWatcher::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const bool well = look(stop);
    if (stop.stop_requested()) {
      return;
    }
    if (well && std::exchange(troubled_, false)) {
      log::info("Kafka answers, all topics and partitions are there");
    }
    wait(stop, well && started() ? options_.refresh : std::min(kRetry, options_.refresh));
  }
}

void KafkaWatcher::wait(const std::stop_token& stop, Clock::duration how_long) {
  const auto until = Clock::now() + how_long;
  for (auto now = Clock::now(); now < until && !stop.stop_requested(); now = Clock::now()) {
    consumer_.serve(std::chrono::ceil<milliseconds>(until - now));
    if (hurry_.exchange(false)) {
      return;
    }
    if (consumer_.take_lost()) {
      show({Kind::unreachable, explain({Kind::unreachable, "all connections are lost"})});
      return;
    }
  }
}

bool KafkaWatcher::look(const std::stop_token& stop) {
  Reports reports = reports_.with([](Reports& all) { return std::exchange(all, {}); });
  Trouble trouble;
  const KafkaTopics answer = consumer_.describe(options_.topics, options_.request_timeout, stop);
  if (answer.failure) {
    trouble.add(answer.failure.kind, explain(answer.failure));
  } else {
    static_cast<void>(consumer_.take_lost());
    for (const KafkaTopic& topic : answer.topics) {
      learn(topic, trouble);
    }
    if (learn_ends(stop, trouble)) {
      consumer_.forget_failure();
    }
    give_orders(stop, std::exchange(reports, {}), trouble);
  }
  // What could not be looked into stays on the list, unless it has been reported anew.
  reports_.with([&](Reports& all) { all.merge(reports); });
  if (!stop.stop_requested()) {
    show(trouble);
  }
  return trouble.text.empty();
}

void KafkaWatcher::learn(const KafkaTopic& answer, Trouble& trouble) {
  const auto found = topics_.find(answer.name);
  if (found == topics_.end()) {
    return;
  }
  Topic& topic = found->second;
  topic.there = !answer.failure;
  if (answer.failure.kind == Kind::unknown) {
    learn_missing(topic, answer.name, trouble);
  } else if (answer.failure) {
    trouble.add(answer.failure.kind,
                fmt::format("topic {}: {}", answer.name, explain(answer.failure)));
  } else {
    learn_partitions(topic, answer, trouble);
  }
}

void KafkaWatcher::learn_missing(Topic& topic, const std::string& name, Trouble& trouble) {
  const auto now = Clock::now();
  if (topic.missing++ == 0) {
    topic.missing_since = now;
  }
  if (topic.missing >= kMissingAnswers && now - topic.missing_since >= kMissingFor) {
    topic.answered = true;
  }
  trouble.add(Kind::unknown,
              fmt::format("topic {} does not exist at {}; check --topic, or create it: it is then "
                          "read from its beginning",
                          name, options_.brokers));
}

void KafkaWatcher::learn_partitions(Topic& topic, const KafkaTopic& answer, Trouble& trouble) {
  const bool recreated = !topic.id.empty() && !answer.id.empty() && topic.id != answer.id;
  if (!answer.id.empty()) {
    topic.id = answer.id;
  }
  topic.missing = 0;
  const std::set<std::int32_t> there(answer.partitions.begin(), answer.partitions.end());
  if (recreated) {
    log::warn("topic was deleted and created again; it is read from its beginning",
              {{"topic", answer.name}});
    std::erase_if(topic.partitions,
                  [&](const auto& entry) { return !there.contains(entry.first); });
    for (auto& [number, partition] : topic.partitions) {
      partition.recreated = partition.recreated || partition.ordered;
    }
  }
  const auto& wanted = options_.partitions ? *options_.partitions : answer.partitions;
  for (const std::int32_t number : wanted) {
    if (!there.contains(number)) {
      trouble.add(Kind::unknown,
                  fmt::format("topic {} has no partition {} (it has {}); check --partitions",
                              answer.name, number, there.size()));
    } else if (topic.partitions.try_emplace(number).second) {
      topic.partitions[number].from_start = !topic.answered;
    }
  }
  topic.answered = true;
}

bool KafkaWatcher::learn_ends(const std::stop_token& stop, Trouble& trouble) {
  // Asked of every partition's leader each time: a topic's description comes from any broker and
  // says nothing about whether the leader can be reached.
  unknown_.clear();
  const auto ends = offsets(places(), KafkaConsumer::kLatest, stop, trouble);
  ends_.with([&](auto& known) {
    for (const auto& [partition, end] : ends) {
      known[partition] = end;
    }
  });
  bool all = true;
  for (auto& [name, topic] : topics_) {
    for (auto& [number, partition] : topic.partitions) {
      const auto found = ends.find({name, number});
      all = all && found != ends.end();
      if (found != ends.end() && !partition.recreated) {
        partition.end = found->second;
      }
    }
  }
  return all;
}

void KafkaWatcher::give_orders(const std::stop_token& stop, Reports reports, Trouble& trouble) {
  using StartKind = KafkaStart::Kind;
  std::vector<KafkaOffset> from_first;
  std::vector<KafkaOffset> from_time;
  std::vector<KafkaOrder> orders;
  halt_missing(orders);
  for (auto& [name, topic] : topics_) {
    if (!topic.there) {
      continue;
    }
    for (auto& [number, partition] : topic.partitions) {
      const KafkaPartition where{name, number};
      if (partition.ordered && !partition.recreated) {
        if (unknown_.contains(where)) {
          continue;
        }
        if (std::exchange(partition.halted, false)) {
          orders.push_back({where, KafkaOrder::Why::retry, -1, -1, -1});
        } else if (reports.contains(where)) {
          from_first.push_back({name, number, -1, {}});
        }
      } else if (partition.recreated || !partition.from_start ||
                 options_.start.kind == StartKind::earliest) {
        from_first.push_back({name, number, -1, {}});
      } else if (options_.start.kind == StartKind::time) {
        from_time.push_back({name, number, -1, {}});
      } else if (partition.end >= 0) {
        order(where, partition, partition.end, orders);
      }
    }
  }
  for (const auto& [where, first] : offsets(from_first, KafkaConsumer::kEarliest, stop, trouble)) {
    Partition& partition = topics_[where.first].partitions[where.second];
    if (partition.ordered && !partition.recreated) {
      order_again(where, reports[where], first, orders);
      reports.erase(where);
    } else {
      order(where, partition, first, orders);
      reports.erase(where);  // speaks of the log that is gone
    }
  }
  for (const auto& [where, found] :
       offsets(from_time, to_kafka_time(options_.start.time), stop, trouble)) {
    // Nothing that late: the end, which was asked for before, so that what came between counts.
    Partition& partition = topics_[where.first].partitions[where.second];
    if (found >= 0 || partition.end >= 0) {
      order(where, partition, found >= 0 ? found : partition.end, orders);
    }
  }
  reports_.with([&](Reports& all) { all.merge(reports); });
  orders_.with([&](Orders& shared) {
    std::move(orders.begin(), orders.end(), std::back_inserter(shared.list));
    shared.settled = settled();
    has_orders_.store(!shared.list.empty() || (shared.settled && !started()),
                      std::memory_order_release);
  });
}

/// librdkafka goes on in a new topic of the same name from the old offset, without a word where
/// that is in range. So reading stops at the first sign that a topic is gone, be it from the
/// description of topics or from a partition's leader.
void KafkaWatcher::halt_missing(std::vector<KafkaOrder>& orders) {
  for (auto& [name, topic] : topics_) {
    for (auto& [number, partition] : topic.partitions) {
      const bool gone = topic.missing != 0 || unknown_.contains({name, number});
      if (gone && partition.ordered && !std::exchange(partition.halted, true)) {
        orders.push_back({{name, number}, KafkaOrder::Why::halt, -1, -1, -1});
      }
    }
  }
}

void KafkaWatcher::order(const KafkaPartition& where, Partition& partition, std::int64_t offset,
                         std::vector<KafkaOrder>& orders) {
  const auto why = partition.recreated ? KafkaOrder::Why::recreated : KafkaOrder::Why::begin;
  orders.push_back({where, why, offset, partition.recreated ? partition.end : -1, -1});
  partition.recreated = false;
  partition.halted = false;
  partition.ordered = true;
}

void KafkaWatcher::order_again(const KafkaPartition& where, const Report& report,
                               std::int64_t first, std::vector<KafkaOrder>& orders) {
  using Why = KafkaOrder::Why;
  const std::int64_t end = topics_[where.first].partitions[where.second].end;
  if (report.out_of_range && report.position < first) {
    orders.push_back({where, Why::gap, first, -1, report.position});
  } else if (report.out_of_range && end >= 0 && report.position > end) {
    // With a topic id it is known to be the same log, cut short by a broker that lost its tail:
    // what is left has been read. Without, a new topic is by far the likelier reason.
    const bool same = !topics_[where.first].id.empty();
    orders.push_back({where, Why::truncated, same ? end : first, -1, report.position});
  } else {
    orders.push_back({where, Why::retry, -1, -1, -1});
  }
}

std::map<KafkaPartition, std::int64_t> KafkaWatcher::offsets(std::span<const KafkaOffset> places,
                                                             std::int64_t what,
                                                             const std::stop_token& stop,
                                                             Trouble& trouble) {
  std::map<KafkaPartition, std::int64_t> found;
  if (places.empty()) {
    return found;
  }
  const KafkaOffsets answer = consumer_.list_offsets(places, what, options_.request_timeout, stop);
  if (answer.failure) {
    trouble.add(answer.failure.kind, explain(answer.failure));
  }
  if (answer.failure.kind == Kind::unknown) {
    for (const KafkaOffset& place : places) {
      unknown_.emplace(place.topic, place.partition);
    }
  }
  for (const KafkaOffset& offset : answer.offsets) {
    if (offset.failure) {
      trouble.add(offset.failure.kind,
                  fmt::format("topic {}: {}", offset.topic, explain(offset.failure)));
      if (offset.failure.kind == Kind::unknown) {
        unknown_.emplace(offset.topic, offset.partition);
      }
    } else {
      found[{offset.topic, offset.partition}] = offset.offset;
    }
  }
  return found;
}

std::string KafkaWatcher::explain(const KafkaFailure& failure) const {
  // A request that nobody answered only says that it took too long; the connection knows why.
  if (failure.kind == Kind::unreachable) {
    if (const KafkaFailure connection = consumer_.connection_failure()) {
      return kafka_advice(connection, options_.brokers);
    }
  }
  return kafka_advice(failure, options_.brokers);
}

std::vector<KafkaOffset> KafkaWatcher::places() const {
  std::vector<KafkaOffset> all;
  for (const auto& [name, topic] : topics_) {
    if (!topic.there) {
      continue;  // one that is gone must not spoil the answer for the others
    }
    for (const auto& [number, partition] : topic.partitions) {
      all.push_back({name, number, -1, {}});
    }
  }
  return all;
}

bool KafkaWatcher::settled() const {
  return std::all_of(topics_.begin(), topics_.end(), [](const auto& entry) {
    const auto& partitions = entry.second.partitions;
    return entry.second.answered &&
           std::all_of(partitions.begin(), partitions.end(), [](const auto& partition) {
             return partition.second.ordered || !partition.second.from_start;
           });
  });
}

void KafkaWatcher::show(const Trouble& trouble) {
  if (!trouble.text.empty()) {
    troubled_ = true;
    logs_[static_cast<std::size_t>(trouble.kind)].write(log::Level::warn, trouble.text);
  }
  trouble_.with([&](std::string& text) { text = trouble.text; });
}

}  // namespace weir
