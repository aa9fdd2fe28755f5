#pragma once

#include <string>

#include "weir/io/kafka.hpp"

namespace weir {

/// What one round of questions found wrong: the kind of the first thing, and all of it in words.
struct KafkaTrouble {
  KafkaFailure::Kind kind = KafkaFailure::Kind::none;
  std::string text;

  /// Words that are there already are not repeated.
  void add(KafkaFailure::Kind what, const std::string& words);
};

}  // namespace weir
