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

template <typename T>
bool contains(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
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
    origin.progress.store(Progress::read, std::memory_order_relaxed);
    batch_.add(bytes, tag, offset);
    return !batch_.full();
  }
  void at_end(KafkaTag tag, std::int64_t next) override {
    Origin& origin = *source_.reading_[tag];
    origin.progress.store(Progress::read, std::memory_order_relaxed);
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
      only_(format_kafka_partitions(options_.partitions)),
      watcher_(options_, consumer_) {
  take_saved();
}

void KafkaSource::take_saved() {
  const SourceState& saved = options_.saved;
  for (const OriginState& state : saved.origins) {
    const auto number = kafka_partition_number(state.partition);
    auto origin = std::make_shared<Origin>();
    origin->partition = {state.topic, number.value_or(-1)};
    origin->number = state.partition;
    origin->wanted = number && contains(options_.topics, state.topic) &&
                     (!options_.partitions || contains(*options_.partitions, *number));
    origin->id = state.id;
    origin->shown.with([&](Shown& shown) { shown.id = state.id; });
    halt(*origin,
         fmt::format("topic {} partition {} is not read yet", state.topic, state.partition));
    origin->end = state.end;
    origin->position = state.next;
    origin->lost = state.lost;
    add_origin(std::move(origin));
  }
  absent_ = saved.absent;
  if (!saved.origins.empty() && !watcher_.started()) {
    // Until it is settled where what was not asked for then begins, that is not to be taken for
    // new.
    only_ = saved.only;
  }
}

bool KafkaSource::read(PayloadBatch& batch, const std::stop_token& stop) {
  if (const auto orders = watcher_.take_orders()) {
    obey(*orders);
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
    const std::int64_t position = origin->position.load(std::memory_order_relaxed);
    std::int64_t end = origin->end;
    if (origin->wanted) {
      const KafkaPlan::Place known = watcher_.end(origin->partition);
      // What is known may be of a new log already, whose order has not been obeyed yet.
      const bool same = known.id == origin->id || known.id.empty() || origin->id.empty();
      end = std::max(position, same ? known.offset : end);
    }
    state.origins.push_back({origin->partition.first, origin->number, origin->id, position, end,
                             origin->lost.load(std::memory_order_relaxed)});
  }
  state.absent = absent_;
  state.only = only_;
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
    const std::int64_t position = origin->position.load(std::memory_order_relaxed);
    std::int64_t end = end_of(*origin, status.trouble);
    if (end >= 0) {
      end = std::max(end, position);  // the ends known are a little older than the position
    }
    status.origins.push_back({origin->partition.first, origin->number, position, end});
  }
  status.healthy = status.started && status.trouble.empty();
  return status;
}

std::int64_t KafkaSource::end_of(const Origin& origin, std::string& trouble) const {
  const KafkaPlan::Place known = watcher_.end(origin.partition);
  if (!origin.wanted || known.gone) {
    return -1;  // what is not read any more has no lag
  }
  const auto& [topic, partition] = origin.partition;
  const Progress progress = origin.progress.load(std::memory_order_relaxed);
  const Shown shown = origin.shown.with([](const Shown& now) { return now; });
  const std::int64_t position = origin.position.load(std::memory_order_relaxed);
  std::int64_t end = known.offset;
  std::string why = shown.why;
  const bool other = !known.id.empty() && !shown.id.empty() && known.id != shown.id;
  if (other) {
    why = fmt::format("topic {} was created again, and partition {} is not read yet", topic,
                      partition);
    end = position + std::max<std::int64_t>(end, 0);  // all of the new log is still to be read
  } else if (progress == Progress::read) {
    end = std::max(end, consumer_.cached_end(topic, partition));
  }
  const bool well = progress == Progress::read || (progress == Progress::begun && position >= end);
  if (trouble.empty() && (other || !well)) {
    trouble = std::move(why);
  }
  return end;
}

OriginId KafkaSource::add_origin(std::shared_ptr<Origin> origin) {
  reading_.push_back(origin.get());
  origins_.with([&](auto& all) { all.push_back(std::move(origin)); });
  return static_cast<OriginId>(reading_.size() - 1);
}

OriginId KafkaSource::origin_of(const KafkaPartition& partition) {
  const auto found = std::find_if(reading_.begin(), reading_.end(), [&](const Origin* origin) {
    return origin->partition == partition;
  });
  if (found != reading_.end()) {
    return static_cast<OriginId>(found - reading_.begin());
  }
  auto origin = std::make_shared<Origin>();
  origin->partition = partition;
  origin->number = std::to_string(partition.second);
  return add_origin(std::move(origin));
}

void KafkaSource::obey(const KafkaOrders& orders) {
  for (const KafkaOrder& order : orders.list) {
    obey(order);
  }
  absent_ = orders.absent;
  for (const std::string& topic : options_.saved.absent) {
    if (!contains(options_.topics, topic)) {
      absent_.push_back(topic);
    }
  }
  if (orders.settled) {
    only_ = format_kafka_partitions(options_.partitions);
  }
}

void KafkaSource::obey(const KafkaOrder& order) {
  const OriginId id = origin_of(order.partition);
  Origin& origin = *reading_[id];
  if (order.why == KafkaOrder::Why::halt) {
    consumer_.stop(order.partition.first, order.partition.second);
    halt(origin, fmt::format("topic {} partition {} is not read for now: Kafka says that it does "
                             "not exist",
                             order.partition.first, order.partition.second));
    return;
  }
  if (order.position >= 0 && order.position != origin.position.load()) {
    return;  // answers a failure that has been dealt with
  }
  count_lost(origin, order);
  begin(id, order);
}

void KafkaSource::begin(OriginId id, const KafkaOrder& order) {
  Origin& origin = *reading_[id];
  const std::int64_t next =
      order.why == KafkaOrder::Why::retry ? origin.position.load() : order.offset;
  origin.shown.with([&](Shown& shown) {
    shown = {order.id, fmt::format("topic {} partition {} is to be read from offset {} on, and "
                                   "nothing has come so far",
                                   order.partition.first, order.partition.second, next)};
  });
  origin.progress.store(Progress::begun);
  origin.position.store(next);
  if (origin.id != order.id) {
    origin.id = order.id;
    origin.end = -1;
  }
  const auto& [topic, partition] = order.partition;
  log::debug("reading a partition", {{"topic", topic},
                                     {"partition", std::to_string(partition)},
                                     {"offset", std::to_string(next)}});
  if (const KafkaFailure failure = consumer_.start(topic, partition, next, id, origin.id)) {
    fail(origin, failure);
  }
}

void KafkaSource::halt(Origin& origin, std::string why) {
  origin.shown.with([&](Shown& shown) { shown.why = std::move(why); });
  origin.progress.store(Progress::none);
}

void KafkaSource::count_lost(Origin& origin, const KafkaOrder& order) {
  using Why = KafkaOrder::Why;
  const std::int64_t position = origin.position.load();
  std::int64_t lost = 0;
  switch (order.why) {
    case Why::begin:
    case Why::resume:
    case Why::retry:
    case Why::halt:
      return;
    case Why::appeared:
      if (order.offset == 0) {
        return;
      }
      lost = order.offset;
      break;
    case Why::gap:
      lost = order.offset - position;
      break;
    case Why::recreated:
      lost = std::max<std::int64_t>(order.old_end - position, 0) + order.offset;
      break;
    case Why::truncated:
      break;  // by how much, nobody knows
  }
  lost = std::max<std::int64_t>(lost, 0);
  origin.lost.fetch_add(static_cast<std::uint64_t>(lost));
  lost_log_.write(log::Level::warn,
                  order.why == Why::gap || order.why == Why::appeared
                      ? "records were deleted before they were read"
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
  halt(origin, std::move(text));
  if (failure.kind == KafkaFailure::Kind::unknown) {
    // Its topic may have been deleted. If one of the same name appears, librdkafka would go on in
    // that at the old offset, and what it reads there would be read again from the beginning.
    consumer_.stop(topic, partition);
  }
  watcher_.report(origin.partition, origin.position.load(), failure);
}

}  // namespace weir
