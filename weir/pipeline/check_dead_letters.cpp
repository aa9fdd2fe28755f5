#include "weir/pipeline/check_dead_letters.hpp"

#include <fmt/format.h>

#include <string_view>

#include "weir/base/near_match.hpp"
#include "weir/pipeline/check_brokers.hpp"

namespace weir {

Finding judge_dead_letters(const DeadLetterOptions& options, const KafkaWritable& answer,
                           const std::vector<std::string>& known) {
  using Answer = KafkaWritable::Answer;
  const std::string where = fmt::format("dead-letter topic {}", options.topic);
  const std::string rights =
      fmt::format("Give this user WRITE and DESCRIBE on the topic {}", options.topic);
  if (answer.failure.kind == KafkaFailure::Kind::unknown) {
    const std::vector<std::string_view> names(known.begin(), known.end());
    return problem(where + " does not exist, or this user may not see it",
                   "Correct --dead-letter-topic or create it; until it is there nothing that comes "
                   "after a refused record is shown." +
                       did_you_mean(options.topic, names));
  }
  if (answer.failure.kind == KafkaFailure::Kind::denied) {
    return problem(fmt::format("{}: {}", where, answer.failure.text), rights);
  }
  if (answer.failure) {
    return kafka_problem(where, answer.failure, options.brokers);
  }
  if (answer.answer == Answer::no) {
    return problem(where + ": this user may not write to it", rights);
  }
  const std::string found =
      fmt::format("{}, {}", where, counted_words(answer.partitions, "partition"));
  return answer.answer == Answer::yes
             ? ok(found + ", may be written to")
             : ok(found + "; this cluster does not tell whether it may be written to");
}

Findings check_dead_letters(const DeadLetterOptions& options, const std::vector<std::string>& known,
                            std::chrono::milliseconds patience) {
  return {judge_dead_letters(
      options, ask_kafka_writable(options.brokers, options.properties, options.topic, patience),
      known)};
}

}  // namespace weir
