#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "weir/io/kafka.hpp"

namespace weir {

/// A topic that something is to be written to.
struct KafkaWritable {
  enum class Answer : std::uint8_t {
    yes,
    no,
    unknown,  ///< this cluster does not tell
  };
  std::size_t partitions = 0;
  Answer answer = Answer::unknown;
  KafkaFailure failure;  ///< `unknown`: there is no such topic, or this user may not see it
};

/// Asks the cluster whether this user may write to a topic; writes nothing. A client of its own for
/// this one question. Throws Error::usage as KafkaProducer does.
[[nodiscard]] KafkaWritable ask_kafka_writable(const std::string& brokers,
                                               const KafkaProperties& properties,
                                               const std::string& topic,
                                               std::chrono::milliseconds patience);

}  // namespace weir
