#include "weir/source/kafka_trouble.hpp"

namespace weir {

void KafkaTrouble::add(KafkaFailure::Kind what, const std::string& words) {
  if (text.find(words) != std::string::npos) {
    return;  // many partitions, one reason
  }
  if (text.empty()) {
    kind = what;
  } else {
    text += "; ";
  }
  text += words;
}

}  // namespace weir
