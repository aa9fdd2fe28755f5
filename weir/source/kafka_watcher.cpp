#include "weir/source/kafka_watcher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "weir/io/kafka_advice.hpp"

namespace weir {
namespace {

using FailureKind = KafkaFailure::Kind;
using std::chrono::milliseconds;

/// While something is wrong, and until everything has begun.
constexpr milliseconds kRetry{1000};
/// Milliseconds, as Kafka stamps messages, of the first that is not before `time`.
std::int64_t to_kafka_time(UnixNanos time) {
  constexpr UnixNanos kNanosPerMilli = 1'000'000;
  return static_cast<std::int64_t>(time / kNanosPerMilli + (time % kNanosPerMilli != 0 ? 1 : 0));
}

}  // namespace

KafkaWatcher::KafkaWatcher(const KafkaSourceOptions& options, KafkaConsumer& consumer)
    : options_(options),
      consumer_(consumer),
      plan_(options),
      started_(plan_.settled()),
      ends_(std::in_place, plan_.ends()) {
  trouble_.with(
      [&](std::string& text) { text = "no answer from Kafka at " + options.brokers + " yet"; });
  orders_.with([this](KafkaOrders& orders) {
    orders.settled = plan_.settled();
    orders.absent = plan_.absent();
  });
  thread_ = std::jthread([this](const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { consumer_.wake(); });
    run(stop);
  });
}

std::optional<KafkaOrders> KafkaWatcher::take_orders() {
  if (!has_orders_.load(std::memory_order_acquire)) {
    return std::nullopt;
  }
  return orders_.with([this](KafkaOrders& orders) {
    has_orders_.store(false, std::memory_order_relaxed);
    if (orders.settled) {
      started_.store(true, std::memory_order_release);
    }
    KafkaOrders taken = orders;
    orders.list.clear();
    return std::optional(std::move(taken));
  });
}

void KafkaWatcher::report(const KafkaPartition& partition, std::int64_t position,
                          const KafkaFailure& failure) {
  const bool out_of_range = failure.kind == FailureKind::out_of_range;
  reports_.with([&](auto& reports) {
    reports[partition] = {.position = position, .out_of_range = out_of_range};
  });
  if (out_of_range) {
    hurry_ = true;
    consumer_.wake();
  }
}

std::string KafkaWatcher::trouble() const {
  return trouble_.with([](const std::string& text) { return text; });
}

KafkaPlan::Place KafkaWatcher::end(const KafkaPartition& partition) const {
  return ends_.with([&](const auto& ends) {
    const auto found = ends.find(partition);
    return found == ends.end() ? KafkaPlan::Place() : found->second;
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
      show({FailureKind::unreachable,
            explain({FailureKind::unreachable, "all connections are lost"})});
      return;
    }
  }
}

bool KafkaWatcher::look(const std::stop_token& stop) {
  auto reports = reports_.with([](auto& all) { return std::exchange(all, {}); });
  KafkaTrouble trouble;
  const KafkaTopics answer = consumer_.describe(options_.topics, options_.request_timeout, stop);
  if (answer.failure) {
    trouble.add(answer.failure.kind, explain(answer.failure));
  } else {
    static_cast<void>(consumer_.take_lost());
    for (const KafkaTopic& topic : answer.topics) {
      learn(topic, trouble);
    }
    learn_ends(stop, trouble);
    give_orders(stop, reports, trouble);
  }
  // What could not be looked into stays on the list, unless it has been reported anew.
  reports_.with([&](auto& all) { all.merge(reports); });
  if (!stop.stop_requested()) {
    show(trouble);
  }
  return trouble.text.empty();
}

void KafkaWatcher::learn(const KafkaTopic& topic, KafkaTrouble& trouble) {
  if (!topic.failure) {
    plan_.there(topic, trouble);
  } else if (topic.failure.kind == FailureKind::unknown) {
    plan_.missing(topic.name, Clock::now(), trouble);
  } else {
    plan_.unclear(topic.name);
    trouble.add(topic.failure.kind,
                fmt::format("topic {}: {}", topic.name, explain(topic.failure)));
  }
}

void KafkaWatcher::learn_ends(const std::stop_token& stop, KafkaTrouble& trouble) {
  // Asked of every partition's leader each time: a topic's description comes from any broker and
  // says nothing about whether the leader can be reached.
  std::set<KafkaPartition> unknown;
  const auto ends = offsets(plan_.places(), KafkaConsumer::kLatest, stop, trouble, unknown);
  if (plan_.learn_ends(ends, unknown)) {
    consumer_.forget_failure();
  }
}

void KafkaWatcher::give_orders(const std::stop_token& stop, KafkaPlan::Reports& reports,
                               KafkaTrouble& trouble) {
  std::set<KafkaPartition> unknown;  // will be found out of in the next round
  const KafkaPlan::Questions questions = plan_.questions(reports);
  const auto first = offsets(questions.first, KafkaConsumer::kEarliest, stop, trouble, unknown);
  const auto time =
      offsets(questions.time, to_kafka_time(options_.start.time), stop, trouble, unknown);
  std::vector<KafkaOrder> list = plan_.decide(first, time, reports);
  ends_.with([ends = plan_.ends()](auto& known) mutable { known = std::move(ends); });
  orders_.with([&](KafkaOrders& orders) {
    const bool news =
        !list.empty() || orders.settled != plan_.settled() || orders.absent != plan_.absent();
    std::move(list.begin(), list.end(), std::back_inserter(orders.list));
    orders.settled = plan_.settled();
    orders.absent = plan_.absent();
    if (news) {
      has_orders_.store(true, std::memory_order_release);
    }
  });
}

KafkaPlan::Offsets KafkaWatcher::offsets(std::span<const KafkaOffset> places, std::int64_t what,
                                         const std::stop_token& stop, KafkaTrouble& trouble,
                                         std::set<KafkaPartition>& unknown) {
  KafkaPlan::Offsets found;
  if (places.empty()) {
    return found;
  }
  const KafkaOffsets answer = consumer_.list_offsets(places, what, options_.request_timeout, stop);
  if (answer.failure) {
    trouble.add(answer.failure.kind, explain(answer.failure));
  }
  if (answer.failure.kind == FailureKind::unknown) {
    for (const KafkaOffset& place : places) {
      unknown.emplace(place.topic, place.partition);
    }
  }
  for (const KafkaOffset& offset : answer.offsets) {
    if (offset.failure) {
      trouble.add(offset.failure.kind,
                  fmt::format("topic {}: {}", offset.topic, explain(offset.failure)));
      if (offset.failure.kind == FailureKind::unknown) {
        unknown.emplace(offset.topic, offset.partition);
      }
    } else {
      found[{offset.topic, offset.partition}] = offset.offset;
    }
  }
  return found;
}

std::string KafkaWatcher::explain(const KafkaFailure& failure) const {
  // A request that nobody answered only says that it took too long; the connection knows why.
  if (failure.kind == FailureKind::unreachable) {
    if (const KafkaFailure connection = consumer_.connection_failure()) {
      return kafka_advice(connection, options_.brokers);
    }
  }
  return kafka_advice(failure, options_.brokers);
}

void KafkaWatcher::show(const KafkaTrouble& trouble) {
  if (!trouble.text.empty()) {
    troubled_ = true;
    logs_[static_cast<std::size_t>(trouble.kind)].write(log::Level::warn, trouble.text);
  }
  trouble_.with([&](std::string& text) { text = trouble.text; });
}

}  // namespace weir
