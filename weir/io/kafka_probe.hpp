#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "weir/io/kafka.hpp"

namespace weir {

/// A broker as the cluster tells its clients to find it (`advertised.listeners`).
struct KafkaBroker {
  std::int32_t id = -1;
  std::string address;  ///< host:port
};

/// A cluster as one of its brokers describes it.
struct KafkaCluster {
  std::string id;  ///< may be empty
  std::vector<KafkaBroker> brokers;
  std::vector<std::string> topics;  ///< that this user may see, where they were asked for
  KafkaFailure failure;             ///< nobody answered, all else is empty
};

struct KafkaProbe {
  std::string address;  ///< of one broker, host:port
  KafkaProperties properties;
  std::chrono::milliseconds patience = std::chrono::seconds(10);
  bool topics = false;
};

/// Asks one broker who its cluster's brokers are, and what topics there are. Needs no right. Waits
/// for `patience` at most, and less where connecting or logging in fails. A client of its own for
/// this one question. Throws Error::usage as KafkaConsumer does.
[[nodiscard]] KafkaCluster probe_kafka(const KafkaProbe& probe);

}  // namespace weir
