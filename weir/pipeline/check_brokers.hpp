#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "weir/io/kafka.hpp"
#include "weir/pipeline/finding.hpp"
#include "weir/source/kafka_options.hpp"

namespace weir {

struct BrokersCheck {
  Findings findings;
  bool reachable = false;           ///< some broker answers, so it is worth asking more
  std::vector<std::string> topics;  ///< that this user may see
};

/// Asks each of `--brokers` and, of what they tell, each broker of the cluster: who can be reached,
/// and whether the login is accepted. All at the same time, each for at most `patience`, shorter
/// where a connection is refused. The properties must be those of a client that could be set up.
[[nodiscard]] BrokersCheck check_brokers(const KafkaSourceOptions& options,
                                         std::chrono::milliseconds patience);

/// A failure as a problem: what `kafka_advice` says of it, taken apart, behind `where`.
[[nodiscard]] Finding kafka_problem(const std::string& where, const KafkaFailure& failure,
                                    const std::string& brokers);

/// How these properties make a client log in, without secrets.
[[nodiscard]] std::string describe_login(const KafkaProperties& properties);

}  // namespace weir
