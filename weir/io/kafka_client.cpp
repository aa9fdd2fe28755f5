#include "weir/io/kafka_client.hpp"

#include <algorithm>
#include <utility>

#include "weir/base/error.hpp"

namespace weir::rdkafka {
namespace {

/// The longest wait inside of librdkafka, so that a stop is noticed.
constexpr Millis kFirstSlice{50};
constexpr Millis kLongestSlice{1600};

Error cannot_set_up(const std::string& reason) {
  // Kerberos is the mechanism that librdkafka takes where none is named.
  const bool kerberos = reason.find("No provider for SASL mechanism") != std::string::npos;
  return Error::usage("cannot set up the Kafka client: " + reason + "; " +
                      (kerberos ? "set sasl.mechanism to PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or "
                                  "OAUTHBEARER"
                                : "check --brokers, the -X properties and the WEIR_KAFKA_SASL_… "
                                  "and WEIR_KAFKA_SSL_… variables"));
}

}  // namespace

Handle open_client(rd_kafka_type_t type, ClientConf conf, KafkaEvents& events) {
  events.attach(conf.conf.get(), conf.properties);
  std::array<char, 512> reason{};
  Handle handle(rd_kafka_new(type, conf.conf.get(), reason.data(), reason.size()));
  if (!handle) {
    throw cannot_set_up(events.without_secrets(reason.data()));
  }
  static_cast<void>(conf.conf.release());  // now the handle's
  return handle;
}

KafkaFailure answer_failure(const Event& answer) {
  return answer ? failure(rd_kafka_event_error(answer.get()),
                          rd_kafka_event_error_string(answer.get()))
                : failure(RD_KAFKA_RESP_ERR__TIMED_OUT);
}

GroupOffset group_offset(const std::string& brokers, const KafkaProperties& properties,
                         const std::string& group, const std::string& topic, std::int32_t partition,
                         Millis timeout, const std::stop_token& stop) {
  KafkaEvents events;  // outlives the handle
  const Handle handle =
      open_client(RD_KAFKA_CONSUMER, group_conf(brokers, properties, group), events);
  const PartitionList places(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(places.get(), topic.c_str(), partition);
  const auto give_up = std::chrono::steady_clock::now() + timeout;
  GroupOffset result;
  // librdkafka looks whether the coordinator is known by now only when it has something else to do,
  // or once a second: asking again soon is faster, and less and less often leaves time to answer.
  Millis slice = kFirstSlice;
  do {
    rd_kafka_poll(handle.get(), 0);  // login tokens, and why there is no answer
    result.failure =
        failure(rd_kafka_committed(handle.get(), places.get(), static_cast<int>(slice.count())));
    slice = std::min(slice * 2, kLongestSlice);
    // Why there is no coordinator is told to those who consume.
    const Message told(rd_kafka_consumer_poll(handle.get(), 0));
    if (result.failure && told && told->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      result.failure = failure(told->err, rd_kafka_message_errstr(told.get()));
    }
  } while (result.failure.kind == KafkaFailure::Kind::unreachable && !stop.stop_requested() &&
           std::chrono::steady_clock::now() < give_up);
  const rd_kafka_topic_partition_t& place = places->elems[0];
  if (!result.failure) {
    result.failure = failure(place.err);
  }
  if (result.failure) {
    if (const KafkaFailure cause = events.failure();
        cause && result.failure.kind == KafkaFailure::Kind::unreachable) {
      result.failure = cause;
    }
    return result;
  }
  result.offset = place.offset < 0 ? -1 : place.offset;
  result.metadata.assign(static_cast<const char*>(place.metadata),
                         place.metadata == nullptr ? 0 : place.metadata_size);
  return result;
}

}  // namespace weir::rdkafka
