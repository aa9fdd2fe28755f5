#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "weir/io/kafka.hpp"

namespace weir {

/// Keeps what a consumer hands out.
class KafkaCollector final : public KafkaReceiver {
 public:
  bool message(KafkaTag tag, std::int64_t offset, std::string_view /*bytes*/) override {
    offsets[tag].push_back(offset);
    return ++taken_ % most_ != 0;
  }
  void at_end(KafkaTag tag, std::int64_t next) override { ends[tag] = next; }
  void failed(KafkaTag tag, const KafkaFailure& failure) override {
    failures[tag].push_back(failure.kind);
  }

  /// Consumes until `done()`, for a long time at most.
  template <typename Consumer, typename Done>
  bool consume_until(Consumer& consumer, const Done& done) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (!done() && std::chrono::steady_clock::now() < give_up) {
      consumer.consume(std::chrono::milliseconds(50), *this);
    }
    return done();
  }
  /// Takes no more than this many messages at a time.
  void take_at_most(int count) { most_ = count; }

  /// All from `first` up to, not including, `next` in order.
  [[nodiscard]] static std::vector<std::int64_t> range(std::int64_t first, std::int64_t next) {
    std::vector<std::int64_t> all;
    for (; first < next; ++first) {
      all.push_back(first);
    }
    return all;
  }

  std::map<KafkaTag, std::vector<std::int64_t>> offsets;
  std::map<KafkaTag, std::int64_t> ends;
  std::map<KafkaTag, std::vector<KafkaFailure::Kind>> failures;

 private:
  int most_ = 1'000'000;
  int taken_ = 0;
};

}  // namespace weir
