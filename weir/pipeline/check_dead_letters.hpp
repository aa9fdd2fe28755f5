#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "weir/io/kafka_rights.hpp"
#include "weir/pipeline/finding.hpp"
#include "weir/sink/dead_letters.hpp"

namespace weir {

/// Asks whether the topic for refused records is there and may be written to; writes nothing.
/// `known` are topics that this user may see, for near matches. Throws as DeadLetters does.
[[nodiscard]] Findings check_dead_letters(const DeadLetterOptions& options,
                                          const std::vector<std::string>& known,
                                          std::chrono::milliseconds patience);

/// What to say of the answer.
[[nodiscard]] Finding judge_dead_letters(const DeadLetterOptions& options,
                                         const KafkaWritable& answer,
                                         const std::vector<std::string>& known);

}  // namespace weir
