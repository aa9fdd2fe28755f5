#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <memory>
#include <string>

#include "weir/io/kafka.hpp"

// The one place that includes librdkafka's header; used by io/kafka*.cpp only.

namespace weir::rdkafka {

template <auto Destroy>
struct Deleter {
  template <typename T>
  void operator()(T* handle) const {
    Destroy(handle);
  }
};

using Conf = std::unique_ptr<rd_kafka_conf_t, Deleter<&rd_kafka_conf_destroy>>;
using Handle = std::unique_ptr<rd_kafka_t, Deleter<&rd_kafka_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Deleter<&rd_kafka_topic_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Deleter<&rd_kafka_queue_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Deleter<&rd_kafka_message_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Deleter<&rd_kafka_event_destroy>>;
using AdminOptions =
    std::unique_ptr<rd_kafka_AdminOptions_t, Deleter<&rd_kafka_AdminOptions_destroy>>;
using TopicNames =
    std::unique_ptr<rd_kafka_TopicCollection_t, Deleter<&rd_kafka_TopicCollection_destroy>>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                      Deleter<&rd_kafka_topic_partition_list_destroy>>;

/// What a client is made of.
struct ClientConf {
  Conf conf;
  KafkaProperties properties;  ///< the user's: those of the environment, then those of -X
};

/// The configuration of a consumer: the environment's properties, then these. Throws Error::usage
/// as KafkaConsumer's constructor does.
[[nodiscard]] ClientConf consumer_conf(const std::string& brokers,
                                       const KafkaProperties& properties);

/// The configuration of a producer that sends nothing twice, with an id: in transactions.
/// `defaults` come behind ours and before `properties`. Throws as consumer_conf.
[[nodiscard]] ClientConf producer_conf(const std::string& brokers,
                                       const KafkaProperties& properties,
                                       const std::string& transactional_id,
                                       std::chrono::milliseconds transaction_timeout,
                                       const KafkaProperties& defaults = {});

/// The configuration of a consumer that reads nothing and joins no group, but asks what this one
/// has committed. `properties` are a producer's: what is for producers or consumers only is left
/// out. Throws as consumer_conf.
[[nodiscard]] ClientConf group_conf(const std::string& brokers, const KafkaProperties& properties,
                                    const std::string& group);

/// What an error code means to us; `text` is its explanation, or librdkafka's standard one.
[[nodiscard]] KafkaFailure failure(rd_kafka_resp_err_t code, const char* text = nullptr);

/// What is wrong with a certificate, by OpenSSL's number; none where that is 0.
[[nodiscard]] KafkaFailure certificate_failure(int x509_error);

}  // namespace weir::rdkafka
