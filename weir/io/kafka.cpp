#include "weir/io/kafka.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/guarded.hpp"
#include "weir/base/log.hpp"
#include "weir/io/kafka_session.hpp"

namespace weir {

using rdkafka::Session;

struct KafkaConsumer::Impl {
  explicit Impl(rdkafka::ClientConf settings) : conf(std::move(settings)) {}

  [[nodiscard]] std::shared_ptr<Session> new_session() {
    ++clients;
    return std::make_shared<Session>(
        rdkafka::ClientConf{rdkafka::Conf(rd_kafka_conf_dup(conf.conf.get())), conf.properties});
  }
  [[nodiscard]] std::shared_ptr<Session> session() const {
    return current.with([](const auto& one) { return one; });
  }
  KafkaFailure renew(const std::string& topic, const std::string& id);
  void end_retired();

  const rdkafka::ClientConf conf;    // of every session; what the environment says is in it
  std::shared_ptr<Session> reading;  // the present one; of the reading thread
  Guarded<std::shared_ptr<Session>> current;               // the same, for all others
  Guarded<std::vector<std::shared_ptr<Session>>> retired;  // may be in use until they return
  std::vector<std::pair<KafkaTag, KafkaFailure>> failed;   // to be handed out
  std::size_t clients = 0;
};

KafkaConsumer::KafkaConsumer(const std::string& brokers, const KafkaProperties& properties)
    : impl_(std::make_unique<Impl>(rdkafka::consumer_conf(brokers, properties))) {
  impl_->reading = impl_->new_session();
  impl_->current.with([this](auto& one) { one = impl_->reading; });
}

KafkaConsumer::~KafkaConsumer() = default;

KafkaFailure KafkaConsumer::start(const std::string& topic, std::int32_t partition,
                                  std::int64_t offset, KafkaTag tag, const std::string& id) {
  if (impl_->reading->knows_another(topic, id)) {
    if (KafkaFailure failure = impl_->renew(topic, id)) {
      return failure;
    }
  }
  return impl_->reading->start({topic, partition, offset, tag, id});
}

/// Goes on with a client that knows nothing of the topics yet.
KafkaFailure KafkaConsumer::Impl::renew(const std::string& topic, const std::string& id) {
  std::shared_ptr<Session> fresh;
  try {
    fresh = new_session();
  } catch (const Error& error) {
    return {KafkaFailure::Kind::other, error.what()};
  }
  log::info("a new Kafka client goes on, as a topic was created again", {{"topic", topic}});
  for (const rdkafka::Place& place : reading->places()) {
    if (place.topic == topic && place.id != id) {
      continue;  // its log is gone; who wants to read the new one will say from where
    }
    if (const KafkaFailure failure = fresh->start(place)) {
      failed.emplace_back(place.tag, failure);
    }
  }
  retired.with([&](auto& all) { all.push_back(std::exchange(reading, fresh)); });
  current.with([&](auto& one) {
    one->wake();  // whoever waits for its events goes on with the new one's
    one = std::move(fresh);
  });
  return {};
}

/// Ending takes long, so it is not done where messages are read.
void KafkaConsumer::Impl::end_retired() {
  std::vector<std::shared_ptr<Session>> unused;
  retired.with([&](auto& all) {
    const auto used =
        std::partition(all.begin(), all.end(), [](const auto& one) { return one.use_count() > 1; });
    std::move(used, all.end(), std::back_inserter(unused));
    all.erase(used, all.end());
  });
}

void KafkaConsumer::stop(const std::string& topic, std::int32_t partition) {
  impl_->reading->stop(topic, partition);
}

std::size_t KafkaConsumer::clients() const {
  return impl_->clients;
}

void KafkaConsumer::consume(Millis wait, KafkaReceiver& receiver) {
  if (!impl_->failed.empty()) {
    for (const auto& [tag, failure] : std::exchange(impl_->failed, {})) {
      receiver.failed(tag, failure);
    }
  }
  impl_->reading->consume(wait, receiver);
}

KafkaTopics KafkaConsumer::describe(std::span<const std::string> topics, Millis timeout,
                                    const std::stop_token& stop) {
  std::vector<const char*> names;
  names.reserve(topics.size());
  for (const std::string& topic : topics) {
    names.push_back(topic.c_str());
  }
  const auto session = impl_->session();
  const rdkafka::TopicNames collection(
      rd_kafka_TopicCollection_of_topic_names(names.data(), names.size()));
  const rdkafka::Event event =
      rdkafka::ask(session->handle(), RD_KAFKA_ADMIN_OP_DESCRIBETOPICS, timeout, stop,
                   [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* answers) {
                     rd_kafka_DescribeTopics(session->handle(), collection.get(), options, answers);
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
  const auto session = impl_->session();
  const rdkafka::Event event =
      rdkafka::ask(session->handle(), RD_KAFKA_ADMIN_OP_LISTOFFSETS, timeout, stop,
                   [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* answers) {
                     if (rd_kafka_error_t* error = rd_kafka_AdminOptions_set_isolation_level(
                             options, RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED)) {
                       rd_kafka_error_destroy(error);  // cannot be: the level is allowed here
                     }
                     rd_kafka_ListOffsets(session->handle(), list.get(), options, answers);
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
  if (rd_kafka_get_watermark_offsets(impl_->session()->handle(), topic.c_str(), partition, &low,
                                     &high) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return -1;
  }
  return high < 0 ? -1 : high;
}

void KafkaConsumer::serve(Millis wait) {
  const auto session = impl_->session();
  impl_->end_retired();
  rd_kafka_poll(session->handle(), static_cast<int>(wait.count()));
}

void KafkaConsumer::wake() {
  impl_->session()->wake();
}

bool KafkaConsumer::take_lost() {
  return impl_->session()->events().take_lost();
}

KafkaFailure KafkaConsumer::connection_failure() const {
  return impl_->session()->events().failure();
}

void KafkaConsumer::forget_failure() {
  impl_->session()->events().forget_failure();
}

std::string kafka_library_version() {
  return rd_kafka_version_str();
}

}  // namespace weir
