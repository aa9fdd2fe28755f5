#include "weir/io/kafka_rights.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "weir/io/kafka_client.hpp"

namespace weir {
namespace {

using Answer = KafkaWritable::Answer;

KafkaWritable read_description(const rd_kafka_TopicDescription_t* description) {
  KafkaWritable result;
  const rd_kafka_error_t* error = rd_kafka_TopicDescription_error(description);
  if (error != nullptr && rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    result.failure = rdkafka::failure(rd_kafka_error_code(error), rd_kafka_error_string(error));
    return result;
  }
  static_cast<void>(rd_kafka_TopicDescription_partitions(description, &result.partitions));
  std::size_t count = 0;
  const auto* allowed = rd_kafka_TopicDescription_authorized_operations(description, &count);
  if (allowed == nullptr || count == 0) {
    return result;
  }
  const std::span all(allowed, count);
  const bool writes = std::any_of(all.begin(), all.end(), [](rd_kafka_AclOperation_t each) {
    return each == RD_KAFKA_ACL_OPERATION_WRITE || each == RD_KAFKA_ACL_OPERATION_ALL;
  });
  result.answer = writes ? Answer::yes : Answer::no;
  return result;
}

}  // namespace

KafkaWritable ask_kafka_writable(const std::string& brokers, const KafkaProperties& properties,
                                 const std::string& topic, std::chrono::milliseconds patience) {
  KafkaEvents events;  // outlives the handle
  const rdkafka::Handle handle = rdkafka::open_client(
      RD_KAFKA_PRODUCER, rdkafka::producer_conf(brokers, properties, "", patience), events);
  const char* name = topic.c_str();
  const rdkafka::TopicNames names(rd_kafka_TopicCollection_of_topic_names(&name, 1));
  const rdkafka::Event event =
      rdkafka::ask(handle.get(), RD_KAFKA_ADMIN_OP_DESCRIBETOPICS, patience, {},
                   [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* answers) {
                     if (rd_kafka_error_t* error =
                             rd_kafka_AdminOptions_set_include_authorized_operations(options, 1)) {
                       rd_kafka_error_destroy(error);  // cannot be: topics have such operations
                     }
                     rd_kafka_DescribeTopics(handle.get(), names.get(), options, answers);
                   });
  KafkaWritable result;
  result.failure = rdkafka::answer_failure(event);
  if (result.failure) {
    KafkaFailure cause = events.failure();
    if (cause && result.failure.kind == KafkaFailure::Kind::unreachable) {
      result.failure = std::move(cause);
    }
    return result;
  }
  std::size_t count = 0;
  const auto* const* found = rd_kafka_DescribeTopics_result_topics(
      rd_kafka_event_DescribeTopics_result(event.get()), &count);
  return count == 1 ? read_description(*found) : result;
}

}  // namespace weir
