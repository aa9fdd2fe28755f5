#include "weir/source/kafka.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "weir/io/kafka_advice.hpp"

namespace weir {
namespace {

constexpr std::chrono::milliseconds kWait{50};

KafkaSourceOptions checked(KafkaSourceOptions options) {
  check_kafka_options(options);
  return options;
}

}  // namespace

/// Takes what the consumer reads into a batch.
class KafkaSource::Delivery final : public KafkaReceiver {
 public:
  Delivery(KafkaSource& source, PayloadBatch& batch) : source_(source), batch_(batch) {}

  bool message(KafkaTag tag, std::int64_t offset, std::string_view bytes) override {
    Origin& origin = *source_.reading_[tag];
    if (offset < origin.position.load(std::memory_order_relaxed)) {
      return true;  // delivered before
    }
    origin.position.store(offset + 1, std::memory_order_relaxed);
    origin.failing.store(false, std::memory_order_relaxed);
    batch_.add(bytes, tag);
    return !batch_.full();
  }
  void at_end(KafkaTag tag, std::int64_t next) override {
    Origin& origin = *source_.reading_[tag];
    origin.failing.store(false, std::memory_order_relaxed);
    if (next > origin.position.load(std::memory_order_relaxed)) {
      origin.position.store(next, std::memory_order_relaxed);
    }
  }
  void failed(KafkaTag tag, const KafkaFailure& failure) override {
    source_.fail(*source_.reading_[tag], failure);
  }

 private:
  KafkaSource& source_;
  PayloadBatch& batch_;
};

KafkaSource::KafkaSource(KafkaSourceOptions options)
    : options_(checked(std::move(options))),
      consumer_(options_.brokers, options_.properties),
      watcher_(options_, consumer_) {}

bool KafkaSource::read(PayloadBatch& batch, const std::stop_token& stop) {
  for (const KafkaOrder& order : watcher_.take_orders()) {
    obey(order);
  }
  if (!stop.stop_requested()) {
    Delivery delivery(*this, batch);
    consumer_.consume(kWait, delivery);
  }
  return true;
}

SourceState KafkaSource::state() const {
  SourceState state;
  state.origins.reserve(reading_.size());
  for (const Origin* origin : reading_) {
    const auto& [topic, partition] = origin->partition;
    state.origins.push_back({topic, std::to_string(partition), "",
                             origin->position.load(std::memory_order_relaxed), -1,
                             origin->lost.load(std::memory_order_relaxed)});
  }
  return state;
}

void KafkaSource::committed(const SourceState& /*state*/) {}

SourceStatus KafkaSource::status() const {
  const auto origins = origins_.with([](const auto& all) { return all; });
  SourceStatus status;
  status.started = watcher_.started();
  status.trouble = watcher_.trouble();
  status.origins.reserve(origins.size());
  for (const auto& origin : origins) {
    const auto& [topic, partition] = origin->partition;
    const std::int64_t position = origin->position.load(std::memory_order_relaxed);
    std::int64_t end =
        std::max(consumer_.cached_end(topic, partition), watcher_.end(origin->partition));
    if (end >= 0) {
      end = std::max(end, position);  // the ends known are a little older than the position
    }
    status.origins.push_back({topic, std::to_string(partition), position, end});
    if (status.trouble.empty() && origin->failing.load(std::memory_order_relaxed)) {
      status.trouble = origin->failure.with([](const std::string& text) { return text; });
    }
  }
  status.healthy = status.started && status.trouble.empty();
  return status;
}

OriginId KafkaSource::origin_of(const KafkaPartition& partition) {
  const auto found = std::find_if(reading_.begin(), reading_.end(), [&](const Origin* origin) {
    return origin->partition == partition;
  });
  const auto id = static_cast<OriginId>(found - reading_.begin());
  if (found == reading_.end()) {
    auto origin = std::make_shared<Origin>();
    origin->partition = partition;
    reading_.push_back(origin.get());
    origins_.with([&](auto& all) { all.push_back(std::move(origin)); });
  }
  return id;
}

void KafkaSource::obey(const KafkaOrder& order) {
  const OriginId id = origin_of(order.partition);
  Origin& origin = *reading_[id];
  if (order.why == KafkaOrder::Why::halt) {
    consumer_.stop(order.partition.first, order.partition.second);
    return;
  }
  const std::int64_t next =
      order.why == KafkaOrder::Why::retry ? origin.position.load() : order.offset;
  if (order.position >= 0 && order.position != origin.position.load()) {
    return;  // answers a failure that has been dealt with
  }
  count_lost(origin, order);
  origin.position.store(next);
  const auto& [topic, partition] = order.partition;
  log::debug("reading a partition", {{"topic", topic},
                                     {"partition", std::to_string(partition)},
                                     {"offset", std::to_string(next)}});
  if (const KafkaFailure failure = consumer_.start(topic, partition, next, id)) {
    fail(origin, failure);
  }
}

void KafkaSource::count_lost(Origin& origin, const KafkaOrder& order) {
  using Why = KafkaOrder::Why;
  const std::int64_t position = origin.position.load();
  std::int64_t lost = 0;
  switch (order.why) {
    case Why::begin:
    case Why::retry:
    case Why::halt:
      return;
    case Why::gap:
      lost = order.offset - position;
      break;
    case Why::recreated:
      lost = order.old_end - position;
      break;
    case Why::truncated:
      break;  // by how much, nobody knows
  }
  lost = std::max<std::int64_t>(lost, 0);
  origin.lost.fetch_add(static_cast<std::uint64_t>(lost));
  lost_log_.write(log::Level::warn,
                  order.why == Why::gap ? "records were deleted before they were read"
                                        : "the log is another or shorter than it was",
                  {{"topic", origin.partition.first},
                   {"partition", std::to_string(origin.partition.second)},
                   {"position", std::to_string(position)},
                   {"continues_at", std::to_string(order.offset)},
                   {"lost", std::to_string(lost)}});
}

void KafkaSource::fail(Origin& origin, const KafkaFailure& failure) {
  const auto& [topic, partition] = origin.partition;
  std::string text =
      fmt::format("reading topic {} partition {} fails: {}", topic, partition, failure.text);
  if (failure.kind == KafkaFailure::Kind::denied) {
    text += fmt::format("; give this user {}", kReadingRights);
  }
  if (failure.kind != KafkaFailure::Kind::out_of_range) {  // of that, what is lost will be logged
    failure_logs_[static_cast<std::size_t>(failure.kind)].write(log::Level::warn, text);
  }
  origin.failure.with([&](std::string& why) { why = std::move(text); });
  origin.failing.store(true);
  if (failure.kind == KafkaFailure::Kind::unknown) {
    // Its topic may have been deleted. If one of the same name appears, librdkafka would go on in
    // that at the old offset, and what it reads there would be read again from the beginning.
    consumer_.stop(topic, partition);
  }
  watcher_.report(origin.partition, origin.position.load(), failure);
}

}  // namespace weir
