#include "weir/io/kafka.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/io/kafka_client.hpp"

namespace weir {
namespace {

/// Messages taken from librdkafka at a time. 500 to 1,000 cost the same; fewer cost more.
constexpr std::size_t kFetch = 500;

/// A topic that is read, and its partitions' tags by partition number.
struct Reading {
  rdkafka::Topic handle;
  std::vector<KafkaTag> tags;
};

}  // namespace

struct KafkaConsumer::Impl {
  KafkaEvents events;  // outlives the handle, whose threads call back until it is closed
  rdkafka::Handle handle;
  rdkafka::Queue main_queue;  // of events
  rdkafka::Queue queue;       // of messages
  std::map<std::string, Reading> topics;
  std::array<rd_kafka_message_t*, kFetch> fetched{};
  std::size_t fetched_count = 0;
  std::size_t next = 0;  // of those fetched, the first not handed out yet

  void drop_fetched() {
    for (; next < fetched_count; ++next) {
      rd_kafka_message_destroy(fetched[next]);
    }
    next = 0;
    fetched_count = 0;
  }
  void drop_fetched_of(const rd_kafka_topic_t* topic, std::int32_t partition);
  void fetch(Millis wait);
  bool hand_out(const rd_kafka_message_t& message, KafkaReceiver& receiver) const;
  [[nodiscard]] KafkaFailure last_error() const { return rdkafka::failure(rd_kafka_last_error()); }
};

KafkaConsumer::KafkaConsumer(const std::string& brokers, const KafkaProperties& properties)
    : impl_(std::make_unique<Impl>()) {
  impl_->handle = rdkafka::open_client(
      RD_KAFKA_CONSUMER, rdkafka::consumer_conf(brokers, properties), properties, impl_->events);
  impl_->main_queue.reset(rd_kafka_queue_get_main(impl_->handle.get()));
  impl_->queue.reset(rd_kafka_queue_new(impl_->handle.get()));
}

KafkaConsumer::~KafkaConsumer() {
  impl_->drop_fetched();
  for (const auto& [name, reading] : impl_->topics) {
    for (std::size_t partition = 0; partition < reading.tags.size(); ++partition) {
      // Fails for those not read, harmlessly.
      rd_kafka_consume_stop(reading.handle.get(), static_cast<std::int32_t>(partition));
    }
  }
}

KafkaFailure KafkaConsumer::start(const std::string& topic, std::int32_t partition,
                                  std::int64_t offset, KafkaTag tag) {
  Reading& reading = impl_->topics[topic];
  if (!reading.handle) {
    rd_kafka_topic_conf_t* conf = rd_kafka_default_topic_conf_dup(impl_->handle.get());
    rd_kafka_topic_conf_set_opaque(conf, &reading);
    reading.handle.reset(rd_kafka_topic_new(impl_->handle.get(), topic.c_str(), conf));
    if (!reading.handle) {
      return impl_->last_error();
    }
  }
  stop(topic, partition);
  const auto index = static_cast<std::size_t>(partition);
  reading.tags.resize(std::max(reading.tags.size(), index + 1));
  reading.tags[index] = tag;
  if (rd_kafka_consume_start_queue(reading.handle.get(), partition, offset, impl_->queue.get()) !=
      0) {
    return impl_->last_error();
  }
  return {};
}

void KafkaConsumer::stop(const std::string& topic, std::int32_t partition) {
  const auto found = impl_->topics.find(topic);
  if (found != impl_->topics.end() &&
      static_cast<std::size_t>(partition) < found->second.tags.size()) {
    rd_kafka_consume_stop(found->second.handle.get(), partition);
    impl_->drop_fetched_of(found->second.handle.get(), partition);
  }
}

void KafkaConsumer::Impl::drop_fetched_of(const rd_kafka_topic_t* topic, std::int32_t partition) {
  const std::string_view name = rd_kafka_topic_name(topic);
  std::size_t kept = next;
  for (std::size_t i = next; i < fetched_count; ++i) {
    rd_kafka_message_t* message = fetched[i];
    if (message->partition == partition && rd_kafka_topic_name(message->rkt) == name) {
      rd_kafka_message_destroy(message);
    } else {
      fetched[kept++] = message;
    }
  }
  fetched_count = kept;
}

void KafkaConsumer::Impl::fetch(Millis wait) {
  next = 0;
  // The batch call waits until the batch is full, so it takes only what is there, and the wait for
  // a first message is a call of its own.
  const auto take = [this](std::size_t from) {
    const auto got =
        rd_kafka_consume_batch_queue(queue.get(), 0, fetched.data() + from, fetched.size() - from);
    fetched_count = from + static_cast<std::size_t>(std::max<ssize_t>(got, 0));
  };
  take(0);
  if (fetched_count != 0) {
    return;
  }
  rd_kafka_message_t* first = rd_kafka_consume_queue(queue.get(), static_cast<int>(wait.count()));
  if (first != nullptr) {
    fetched[0] = first;
    take(1);
  }
}

bool KafkaConsumer::Impl::hand_out(const rd_kafka_message_t& message,
                                   KafkaReceiver& receiver) const {
  if (message.rkt == nullptr) {
    return true;
  }
  const auto* reading = static_cast<const Reading*>(rd_kafka_topic_opaque(message.rkt));
  const auto partition = static_cast<std::size_t>(message.partition);
  if (reading == nullptr || partition >= reading->tags.size()) {
    return true;
  }
  const KafkaTag tag = reading->tags[partition];
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return receiver.message(tag, message.offset,
                            {static_cast<const char*>(message.payload), message.len});
  }
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    receiver.at_end(tag, message.offset);
  } else {
    receiver.failed(tag, rdkafka::failure(message.err, rd_kafka_message_errstr(&message)));
  }
  return true;
}

void KafkaConsumer::consume(Millis wait, KafkaReceiver& receiver) {
  Impl& impl = *impl_;
  if (impl.next == impl.fetched_count) {
    impl.fetch(wait);
  }
  bool more = true;
  while (more && impl.next < impl.fetched_count) {
    const rdkafka::Message message(impl.fetched[impl.next++]);
    more = impl.hand_out(*message, receiver);
  }
}

KafkaTopics KafkaConsumer::describe(std::span<const std::string> topics, Millis timeout,
                                    const std::stop_token& stop) {
  std::vector<const char*> names;
  names.reserve(topics.size());
  for (const std::string& topic : topics) {
    names.push_back(topic.c_str());
  }
  const rdkafka::TopicNames collection(
      rd_kafka_TopicCollection_of_topic_names(names.data(), names.size()));
  const rdkafka::Event event = rdkafka::ask(
      impl_->handle.get(), RD_KAFKA_ADMIN_OP_DESCRIBETOPICS, timeout, stop,
      [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* answers) {
        rd_kafka_DescribeTopics(impl_->handle.get(), collection.get(), options, answers);
      });
  KafkaTopics result;
  result.failure = rdkafka::answer_failure(event);
  if (result.failure) {
    return result;
  }
  std::size_t count = 0;
  const auto* const* found = rd_kafka_DescribeTopics_result_topics(
      rd_kafka_event_DescribeTopics_result(event.get()), &count);
  for (const auto* description : std::span(found, count)) {
    KafkaTopic& topic = result.topics.emplace_back();
    topic.name = rd_kafka_TopicDescription_name(description);
    const rd_kafka_error_t* error = rd_kafka_TopicDescription_error(description);
    if (error != nullptr && rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      topic.failure = rdkafka::failure(rd_kafka_error_code(error), rd_kafka_error_string(error));
      continue;
    }
    const rd_kafka_Uuid_t* id = rd_kafka_TopicDescription_topic_id(description);
    if (rd_kafka_Uuid_most_significant_bits(id) != 0 ||
        rd_kafka_Uuid_least_significant_bits(id) != 0) {
      topic.id = rd_kafka_Uuid_base64str(id);
    }
    const auto* const* partitions = rd_kafka_TopicDescription_partitions(description, &count);
    for (const auto* partition : std::span(partitions, count)) {
      topic.partitions.push_back(rd_kafka_TopicPartitionInfo_partition(partition));
    }
  }
  return result;
}

KafkaOffsets KafkaConsumer::list_offsets(std::span<const KafkaOffset> places, std::int64_t what,
                                         Millis timeout, const std::stop_token& stop) {
  KafkaOffsets result;
  if (places.empty()) {
    return result;
  }
  const rdkafka::PartitionList list(
      rd_kafka_topic_partition_list_new(static_cast<int>(places.size())));
  for (const KafkaOffset& place : places) {
    rd_kafka_topic_partition_list_add(list.get(), place.topic.c_str(), place.partition)->offset =
        what;
  }
  const rdkafka::Event event =
      rdkafka::ask(impl_->handle.get(), RD_KAFKA_ADMIN_OP_LISTOFFSETS, timeout, stop,
                   [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* answers) {
                     if (rd_kafka_error_t* error = rd_kafka_AdminOptions_set_isolation_level(
                             options, RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED)) {
                       rd_kafka_error_destroy(error);  // cannot be: the level is allowed here
                     }
                     rd_kafka_ListOffsets(impl_->handle.get(), list.get(), options, answers);
                   });
  result.failure = rdkafka::answer_failure(event);
  if (result.failure) {
    return result;
  }
  std::size_t count = 0;
  const auto** infos =
      rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event.get()), &count);
  for (const auto* info : std::span(infos, count)) {
    const auto* found = rd_kafka_ListOffsetsResultInfo_topic_partition(info);
    result.offsets.push_back(
        {found->topic, found->partition, found->offset, rdkafka::failure(found->err)});
  }
  return result;
}

std::int64_t KafkaConsumer::cached_end(const std::string& topic, std::int32_t partition) const {
  std::int64_t low = -1;
  std::int64_t high = -1;
  if (rd_kafka_get_watermark_offsets(impl_->handle.get(), topic.c_str(), partition, &low, &high) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return -1;
  }
  return high < 0 ? -1 : high;
}

void KafkaConsumer::serve(Millis wait) {
  rd_kafka_poll(impl_->handle.get(), static_cast<int>(wait.count()));
}

void KafkaConsumer::wake() {
  rd_kafka_queue_yield(impl_->main_queue.get());
}

bool KafkaConsumer::take_lost() {
  return impl_->events.take_lost();
}

KafkaFailure KafkaConsumer::connection_failure() const {
  return impl_->events.failure();
}

void KafkaConsumer::forget_failure() {
  impl_->events.forget_failure();
}

std::string kafka_library_version() {
  return rd_kafka_version_str();
}

}  // namespace weir
