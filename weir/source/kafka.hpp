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
/// (topic, partition): those of the saved state, then others in order of appearance. Saved ones
/// that are not asked for any more are kept as they are. Message keys and headers are ignored; a
/// message without a value is delivered as an empty one.
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
  enum class Progress : std::uint8_t {
    none,   // is not read, or reading it fails
    begun,  // nothing has come of it since
    read,
  };
  /// What others than the reading thread may see.
  struct Shown {
    std::string id;   // of the topic that the position is a place in
    std::string why;  // it is not known to be read
  };
  struct Origin {
    KafkaPartition partition;
    std::string number;  // of the partition, as others see it
    bool wanted = true;
    std::string id;         // of the topic that `position` is a place in; of the reading thread
    std::int64_t end = -1;  // of that log when its reading began; of the reading thread
    std::atomic<std::int64_t> position{-1};  // written by the reading thread only
    std::atomic<std::uint64_t> lost{0};
    std::atomic<Progress> progress{Progress::none};
    Guarded<Shown> shown;
  };

  void take_saved();
  void obey(const KafkaOrders& orders);
  void obey(const KafkaOrder& order);
  OriginId add_origin(std::shared_ptr<Origin> origin);
  OriginId origin_of(const KafkaPartition& partition);
  void begin(OriginId id, const KafkaOrder& order);
  static void halt(Origin& origin, std::string why);
  /// One past the last message, as far as known; adds what is wrong to an empty `trouble`.
  [[nodiscard]] std::int64_t end_of(const Origin& origin, std::string& trouble) const;
  void count_lost(Origin& origin, const KafkaOrder& order);
  void fail(Origin& origin, const KafkaFailure& failure);

  const KafkaSourceOptions options_;
  KafkaConsumer consumer_;
  Guarded<std::vector<std::shared_ptr<Origin>>> origins_;
  std::vector<Origin*> reading_;  // the same, for the reading thread alone
  // What `state` says besides them; of the reading thread.
  std::vector<std::string> absent_;
  std::string only_;
  log::Limited lost_log_;
  std::array<log::Limited, KafkaFailure::kKinds> failure_logs_;  // of each kind
  KafkaWatcher watcher_;  // last: its thread uses what is above
};

}  // namespace weir
