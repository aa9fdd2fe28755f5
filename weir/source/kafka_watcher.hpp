#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/base/log.hpp"
#include "weir/io/kafka.hpp"
#include "weir/source/kafka_options.hpp"
#include "weir/source/kafka_plan.hpp"

namespace weir {

/// What the reading thread is to do, and what is true of the topics once it has done that.
struct KafkaOrders {
  std::vector<KafkaOrder> list;
  bool settled = false;             ///< of all topics it is known where reading starts
  std::vector<std::string> absent;  ///< topics that will be new when they appear
};

/// Asks the cluster every few seconds, and at once when something is wrong, which partitions there
/// are; what follows from the answers is decided by a KafkaPlan and handed to the reading thread.
class KafkaWatcher {
 public:
  /// `options` and `consumer` outlive it.
  KafkaWatcher(const KafkaSourceOptions& options, KafkaConsumer& consumer);

  // Of the reading thread.

  /// What to do since the last call, if there is anything; cheap when there is not. They are to be
  /// obeyed all together: what is saved in between would tell of half of them.
  [[nodiscard]] std::optional<KafkaOrders> take_orders();
  /// Reading a partition has failed at `position`.
  void report(const KafkaPartition& partition, std::int64_t position, const KafkaFailure& failure);

  // Of any thread.

  /// Every partition that existed at the first answer has a place to begin, and its order is taken;
  /// or all that had been settled before.
  [[nodiscard]] bool started() const { return started_.load(std::memory_order_acquire); }
  /// What is wrong and what to do about it; empty when all is well.
  [[nodiscard]] std::string trouble() const;
  /// One past the last message, as the cluster said last, and of which topic it said that; -1 = not
  /// known.
  [[nodiscard]] KafkaPlan::Place end(const KafkaPartition& partition) const;

 private:
  using Clock = std::chrono::steady_clock;
  void run(const std::stop_token& stop);
  void wait(const std::stop_token& stop, Clock::duration how_long);
  /// One round of questions; true when all is well.
  bool look(const std::stop_token& stop);
  void learn(const KafkaTopic& topic, KafkaTrouble& trouble);
  void learn_ends(const std::stop_token& stop, KafkaTrouble& trouble);
  void give_orders(const std::stop_token& stop, KafkaPlan::Reports& reports, KafkaTrouble& trouble);
  /// Offsets of `what`; what failed is missing and described in `trouble`, and in `unknown` if its
  /// leader says that there is no such partition.
  KafkaPlan::Offsets offsets(std::span<const KafkaOffset> places, std::int64_t what,
                             const std::stop_token& stop, KafkaTrouble& trouble,
                             std::set<KafkaPartition>& unknown);
  [[nodiscard]] std::string explain(const KafkaFailure& failure) const;
  void show(const KafkaTrouble& trouble);

  const KafkaSourceOptions& options_;
  KafkaConsumer& consumer_;
  std::array<log::Limited, KafkaFailure::kKinds> logs_;  // by kind: news of one are not held back
  KafkaPlan plan_;                                       // of its own thread
  bool troubled_ = false;                                // since all was well

  Guarded<KafkaOrders> orders_;
  std::atomic<bool> has_orders_{false};
  std::atomic<bool> started_{false};
  Guarded<KafkaPlan::Reports> reports_;
  std::atomic<bool> hurry_{false};
  Guarded<std::string> trouble_;
  Guarded<std::map<KafkaPartition, KafkaPlan::Place>> ends_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace weir
