#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

#include "weir/io/kafka_events.hpp"
#include "weir/io/kafka_handles.hpp"

// What consumers, producers and probes have in common.

namespace weir::rdkafka {

using Millis = std::chrono::milliseconds;
using Problem = std::unique_ptr<rd_kafka_error_t, Deleter<&rd_kafka_error_destroy>>;

/// Makes a client that tells `events`, which outlive it. Throws Error::usage where its
/// configuration makes no sense as a whole.
[[nodiscard]] Handle open_client(rd_kafka_type_t type, ClientConf conf, KafkaEvents& events);

/// Sends one admin request by `send(options, queue)` and waits for its answer; null when there is
/// none in time, or a stop is requested.
template <typename Send>
Event ask(rd_kafka_t* handle, rd_kafka_admin_op_t operation, Millis timeout,
          const std::stop_token& stop, const Send& send) {
  const AdminOptions options(rd_kafka_AdminOptions_new(handle, operation));
  std::array<char, 256> reason{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(timeout.count()),
                                            reason.data(), reason.size());
  const Queue answers(rd_kafka_queue_new(handle));
  send(options.get(), answers.get());
  // The library's own timeout comes as an answer too; ours is for the case that it does not.
  const auto give_up = std::chrono::steady_clock::now() + timeout + Millis(1000);
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < give_up) {
    rd_kafka_poll(handle, 0);  // why there is no answer comes as an event
    if (Event event{rd_kafka_queue_poll(answers.get(), 100)}) {
      return event;
    }
  }
  return {};
}

/// Why an answer is none; no failure where it is one.
[[nodiscard]] KafkaFailure answer_failure(const Event& answer);

/// What a group has committed for one partition.
struct GroupOffset {
  std::int64_t offset = -1;  ///< -1: nothing
  std::string metadata;
  KafkaFailure failure;
};

/// Asks the group's coordinator, by a consumer made for this question: asked by a producer,
/// librdkafka 2.8 crashes while the coordinator moves or loads. What a transaction that is still
/// open has committed does not count and is waited for (KIP-447).
[[nodiscard]] GroupOffset group_offset(const std::string& brokers,
                                       const KafkaProperties& properties, const std::string& group,
                                       const std::string& topic, std::int32_t partition,
                                       Millis timeout, const std::stop_token& stop);

}  // namespace weir::rdkafka
