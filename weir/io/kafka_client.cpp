#include "weir/io/kafka_client.hpp"

#include <unistd.h>

#include <span>

#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/io/kafka_environment.hpp"

namespace weir::rdkafka {
namespace {

using ListOffsets = std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t,
                                    Deleter<&rd_kafka_ListConsumerGroupOffsets_destroy>>;

Error cannot_set_up(const std::string& reason) {
  // Kerberos is the mechanism that librdkafka takes where none is named.
  const bool kerberos = reason.find("No provider for SASL mechanism") != std::string::npos;
  return Error::usage("cannot set up the Kafka client: " + reason + "; " +
                      (kerberos ? "set sasl.mechanism to PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or "
                                  "OAUTHBEARER"
                                : "check --brokers, the -X properties and the WEIR_KAFKA_SASL_… "
                                  "and WEIR_KAFKA_SSL_… variables"));
}

void warn_of_secrets(const KafkaProperties& properties) {
  for (const KafkaProperty& property : properties) {
    if (property.from == KafkaProperty::kCommandLine &&
        !kafka_secrets(property.name, property.value).empty()) {
      log::warn(
          "a secret was given on the command line, where other users may have seen it; give it "
          "with -X @FILE or in a variable such as WEIR_KAFKA_SASL_PASSWORD_FILE",
          {{"property", property.name}});
    }
  }
}

}  // namespace

Handle open_client(rd_kafka_type_t type, Conf conf, const KafkaProperties& properties,
                   KafkaEvents& events) {
  KafkaProperties all = kafka_environment(environ);
  all.insert(all.end(), properties.begin(), properties.end());
  events.attach(conf.get(), all);
  std::array<char, 512> reason{};
  Handle handle(rd_kafka_new(type, conf.get(), reason.data(), reason.size()));
  if (!handle) {
    throw cannot_set_up(events.without_secrets(reason.data()));
  }
  static_cast<void>(conf.release());  // now the handle's
  warn_of_secrets(properties);
  return handle;
}

KafkaFailure answer_failure(const Event& answer) {
  return answer ? failure(rd_kafka_event_error(answer.get()),
                          rd_kafka_event_error_string(answer.get()))
                : failure(RD_KAFKA_RESP_ERR__TIMED_OUT);
}

GroupOffset group_offset(rd_kafka_t* handle, const std::string& group, const std::string& topic,
                         std::int32_t partition, Millis timeout, const std::stop_token& stop) {
  const PartitionList wanted(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(wanted.get(), topic.c_str(), partition);
  const ListOffsets request(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), wanted.get()));
  const Event answer =
      ask(handle, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, timeout, stop,
          [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* answers) {
            // Cannot fail: the request knows this option.
            const Problem problem(rd_kafka_AdminOptions_set_require_stable_offsets(options, 1));
            rd_kafka_ListConsumerGroupOffsets_t* one = request.get();
            rd_kafka_ListConsumerGroupOffsets(handle, &one, 1, options, answers);
          });
  GroupOffset result;
  result.failure = answer_failure(answer);
  if (result.failure) {
    return result;
  }
  std::size_t count = 0;
  const auto** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(answer.get()), &count);
  for (const rd_kafka_group_result_t* found : std::span(groups, count)) {
    const rd_kafka_error_t* error = rd_kafka_group_result_error(found);
    if (rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      result.failure = failure(rd_kafka_error_code(error), rd_kafka_error_string(error));
      return result;
    }
    const rd_kafka_topic_partition_list_t* list = rd_kafka_group_result_partitions(found);
    for (const rd_kafka_topic_partition_t& place :
         std::span(list->elems, static_cast<std::size_t>(list->cnt))) {
      if (place.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        result.failure = failure(place.err);
        return result;
      }
      result.offset = place.offset < 0 ? -1 : place.offset;
      result.metadata.assign(static_cast<const char*>(place.metadata),
                             place.metadata == nullptr ? 0 : place.metadata_size);
    }
  }
  return result;
}

}  // namespace weir::rdkafka
