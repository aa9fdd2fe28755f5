#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/base/log.hpp"
#include "weir/flow/stages.hpp"
#include "weir/io/kafka.hpp"
#include "weir/source/kafka_options.hpp"
#include "weir/source/kafka_watcher.hpp"

namespace weir {

/// Reads the messages of Kafka topics, each exactly once from where it begins: every partition is
/// read from a known offset, and a message below its position is not delivered again. Origins are
/// (topic, partition) in order of appearance. Message keys and headers are ignored; a message
/// without a value is delivered as an empty one.
///
/// Trouble with the cluster never ends it: it shows in `status` and, once a minute, in the log.
class KafkaSource final : public Source {
 public:
  /// Does not wait for the cluster. Throws Error::usage for options that cannot work.
  explicit KafkaSource(KafkaSourceOptions options);

  bool read(PayloadBatch& batch, const std::stop_token& stop) override;
  [[nodiscard]] SourceState state() const override;
  void committed(const SourceState& state) override;
  [[nodiscard]] SourceStatus status() const override;

 private:
  class Delivery;
  struct Origin {
    KafkaPartition partition;
    std::atomic<std::int64_t> position{-1};  // written by the reading thread only
    std::atomic<std::uint64_t> lost{0};
    std::atomic<bool> failing{false};
    Guarded<std::string> failure;  // why
  };

  void obey(const KafkaOrder& order);
  OriginId origin_of(const KafkaPartition& partition);
  void count_lost(Origin& origin, const KafkaOrder& order);
  void fail(Origin& origin, const KafkaFailure& failure);

  const KafkaSourceOptions options_;
  KafkaConsumer consumer_;
  Guarded<std::vector<std::shared_ptr<Origin>>> origins_;
  std::vector<Origin*> reading_;  // the same, for the reading thread alone
  log::Limited lost_log_;
  std::array<log::Limited, KafkaFailure::kKinds> failure_logs_;  // of each kind
  KafkaWatcher watcher_;  // last: its thread uses what is above
};

}  // namespace weir
