#pragma once

#include <string>
#include <string_view>

#include "weir/io/kafka.hpp"

namespace weir {

/// What a user must be allowed to do who reads a topic.
inline constexpr std::string_view kReadingRights = "READ and DESCRIBE on the topic";

/// What went wrong between us and Kafka, and what an operator can do about it, in one line.
/// `brokers` is what `--brokers` says, `rights` what this user needs.
[[nodiscard]] std::string kafka_advice(const KafkaFailure& failure, const std::string& brokers,
                                       std::string_view rights = kReadingRights);

}  // namespace weir
