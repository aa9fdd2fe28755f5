#include "weir/io/kafka_session.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace weir::rdkafka {

Session::Session(ClientConf conf)
    : handle_(open_client(RD_KAFKA_CONSUMER, std::move(conf), events_)),
      main_queue_(rd_kafka_queue_get_main(handle_.get())),
      queue_(rd_kafka_queue_new(handle_.get())) {}

Session::~Session() {
  for (; next_ < fetched_count_; ++next_) {
    rd_kafka_message_destroy(fetched_[next_]);
  }
  for (const Place& place : places()) {
    rd_kafka_consume_stop(readings_.at(place.topic).handle.get(), place.partition);
  }
}

KafkaFailure Session::start(const Place& place) {
  Reading& reading = readings_[place.topic];
  if (!reading.handle) {
    reading.handle.reset(rd_kafka_topic_new(handle_.get(), place.topic.c_str(), nullptr));
    if (!reading.handle) {
      return failure(rd_kafka_last_error());
    }
  }
  stop(place.topic, place.partition);
  const auto index = static_cast<std::size_t>(place.partition);
  reading.partitions.resize(std::max(reading.partitions.size(), index + 1));
  Partition& partition = reading.partitions[index];
  partition = {.tag = place.tag, .next = place.next, .id = place.id};
  compare_ids();
  if (rd_kafka_consume_start_queue(reading.handle.get(), place.partition, place.next,
                                   queue_.get()) != 0) {
    return failure(rd_kafka_last_error());
  }
  partition.read = true;
  return {};
}

void Session::stop(const std::string& topic, std::int32_t partition) {
  const auto found = readings_.find(topic);
  if (found == readings_.end() ||
      static_cast<std::size_t>(partition) >= found->second.partitions.size()) {
    return;
  }
  Reading& reading = found->second;
  if (std::exchange(reading.partitions[static_cast<std::size_t>(partition)].read, false)) {
    rd_kafka_consume_stop(reading.handle.get(), partition);
    drop_fetched_of(reading.handle.get(), partition);
  }
}

void Session::drop_fetched_of(const rd_kafka_topic_t* topic, std::int32_t partition) {
  const std::string_view name = rd_kafka_topic_name(topic);
  std::size_t kept = next_;
  for (std::size_t i = next_; i < fetched_count_; ++i) {
    rd_kafka_message_t* message = fetched_[i];
    if (message->partition == partition && message->rkt != nullptr &&
        rd_kafka_topic_name(message->rkt) == name) {
      rd_kafka_message_destroy(message);
    } else {
      fetched_[kept++] = message;
    }
  }
  fetched_count_ = kept;
}

void Session::fetch(Millis wait) {
  next_ = 0;
  // The batch call waits until the batch is full, so it takes only what is there, and the wait for
  // a first message is a call of its own.
  const auto take = [this](std::size_t from) {
    const auto got = rd_kafka_consume_batch_queue(queue_.get(), 0, fetched_.data() + from,
                                                  fetched_.size() - from);
    fetched_count_ = from + static_cast<std::size_t>(std::max<ssize_t>(got, 0));
  };
  take(0);
  if (fetched_count_ != 0) {
    return;
  }
  rd_kafka_message_t* first = rd_kafka_consume_queue(queue_.get(), static_cast<int>(wait.count()));
  if (first != nullptr) {
    fetched_[0] = first;
    take(1);
  }
}

void Session::compare_ids() {
  topic_ids_ = events_.topic_ids();
  for (auto& [name, reading] : readings_) {
    const std::string known = events_.topic_id(name);
    for (Partition& partition : reading.partitions) {
      partition.other = !known.empty() && !partition.id.empty() && known != partition.id;
    }
  }
}

/// Null where there is none such. Not by the topic's opaque, which is of whoever was the first to
/// name the topic to librdkafka.
Session::Partition* Session::partition_of(const rd_kafka_message_t& message) {
  if (message.rkt != last_topic_) {
    auto found = std::find_if(readings_.begin(), readings_.end(), [&](const auto& entry) {
      return entry.second.handle.get() == message.rkt;
    });
    if (found == readings_.end()) {
      found = readings_.find(rd_kafka_topic_name(message.rkt));
      if (found == readings_.end()) {
        return nullptr;
      }
    }
    last_topic_ = message.rkt;
    last_reading_ = &found->second;
  }
  std::vector<Partition>& partitions = last_reading_->partitions;
  const auto index = static_cast<std::size_t>(message.partition);
  return index < partitions.size() ? &partitions[index] : nullptr;
}

bool Session::hand_out(const rd_kafka_message_t& message, KafkaReceiver& receiver) {
  if (message.rkt == nullptr) {
    return true;  // an event, of no partition
  }
  Partition* partition = partition_of(message);
  if (partition == nullptr) {
    stray_log_.write(log::Level::error,
                     "librdkafka has handed out a message of a partition that nobody reads",
                     {{"topic", rd_kafka_topic_name(message.rkt)},
                      {"partition", std::to_string(message.partition)}});
    return true;
  }
  if (!partition->read) {
    return true;
  }
  if (partition->other) {
    receiver.failed(partition->tag, {KafkaFailure::Kind::unknown, "the topic was created again"});
    return true;
  }
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    partition->next = message.offset + 1;
    return receiver.message(partition->tag, message.offset,
                            {static_cast<const char*>(message.payload), message.len});
  }
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    partition->next = message.offset;
    receiver.at_end(partition->tag, message.offset);
  } else {
    receiver.failed(partition->tag, failure(message.err, rd_kafka_message_errstr(&message)));
  }
  return true;
}

void Session::consume(Millis wait, KafkaReceiver& receiver) {
  if (next_ == fetched_count_) {
    fetch(wait);
    if (topic_ids_ != events_.topic_ids()) {
      compare_ids();  // after fetching: what was fetched may be of the new ones
    }
  }
  bool more = true;
  while (more && next_ < fetched_count_) {
    const Message message(fetched_[next_++]);
    more = hand_out(*message, receiver);
  }
}

bool Session::knows_another(const std::string& topic, const std::string& id) const {
  if (id.empty()) {
    return false;
  }
  const auto found = readings_.find(topic);
  return events_.topic_had_another_id(topic, id) ||
         (found != readings_.end() &&
          std::any_of(found->second.partitions.begin(), found->second.partitions.end(),
                      [&](const Partition& partition) {
                        return !partition.id.empty() && partition.id != id;
                      }));
}

std::vector<Place> Session::places() const {
  std::vector<Place> all;
  for (const auto& [name, reading] : readings_) {
    for (std::size_t i = 0; i < reading.partitions.size(); ++i) {
      const Partition& partition = reading.partitions[i];
      if (partition.read) {
        all.push_back(
            {name, static_cast<std::int32_t>(i), partition.next, partition.tag, partition.id});
      }
    }
  }
  return all;
}

}  // namespace weir::rdkafka
