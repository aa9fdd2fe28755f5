#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/base/log.hpp"
#include "weir/io/kafka.hpp"
#include "weir/source/kafka_options.hpp"

namespace weir {

using KafkaPartition = std::pair<std::string, std::int32_t>;  ///< topic and number

/// Where the reader shall read a partition from.
struct KafkaOrder {
  enum class Why : std::uint8_t {
    begin,      ///< not read so far
    gap,        ///< what comes before `offset` was deleted before we got there
    recreated,  ///< another topic of the same name
    truncated,  ///< the log ends before our position: brokers lost records that we have read
    retry,      ///< from where it is: reading it has failed, or was halted
    halt,       ///< not for now: its topic is gone, and one of the same name may take its place
  };
  KafkaPartition partition;
  Why why = Why::begin;
  std::int64_t offset = -1;
  std::int64_t old_end = -1;   ///< of Why::recreated: where the old log ended, as far as known
  std::int64_t position = -1;  ///< of gap, truncated: void unless reading is still there
};

/// Knows which partitions there are and where each is to be read from. Its thread asks the cluster
/// every few seconds, and at once when something is wrong; all decisions about offsets are made
/// there and handed to the reading thread as orders.
class KafkaWatcher {
 public:
  /// `options` and `consumer` outlive it.
  KafkaWatcher(const KafkaSourceOptions& options, KafkaConsumer& consumer);

  // Of the reading thread.

  /// What to do since the last call; cheap when there is nothing.
  [[nodiscard]] std::vector<KafkaOrder> take_orders();
  /// Reading a partition has failed at `position`.
  void report(const KafkaPartition& partition, std::int64_t position, const KafkaFailure& failure);

  // Of any thread.

  /// Every partition that existed at the first answer has a place to begin, and its order is taken.
  [[nodiscard]] bool started() const { return started_.load(std::memory_order_acquire); }
  /// What is wrong and what to do about it; empty when all is well.
  [[nodiscard]] std::string trouble() const;
  /// One past the last message, as the cluster said last; -1 = not known.
  [[nodiscard]] std::int64_t end(const KafkaPartition& partition) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Partition {
    bool from_start = false;  // existed at the first answer, so --start holds; else its beginning
    bool ordered = false;     // has been given a place
    bool recreated = false;
    bool halted = false;
    std::int64_t end = -1;
  };
  struct Topic {
    bool answered = false;  // whether it exists was settled once
    bool there = false;     // now
    std::string id;
    Clock::time_point missing_since;
    int missing = 0;  // answers in a row that it does not exist
    std::map<std::int32_t, Partition> partitions;
  };
  struct Report {
    std::int64_t position = -1;
    bool out_of_range = false;
  };
  /// What one round found wrong: the kind of the first thing, and all of it in words.
  struct Trouble {
    KafkaFailure::Kind kind = KafkaFailure::Kind::none;
    std::string text;

    void add(KafkaFailure::Kind what, const std::string& words);
  };
  using Reports = std::map<KafkaPartition, Report>;
  struct Orders {
    std::vector<KafkaOrder> list;
    bool settled = false;
  };

  void run(const std::stop_token& stop);
  void wait(const std::stop_token& stop, Clock::duration how_long);
  /// One round of questions; true when all is well.
  bool look(const std::stop_token& stop);
  void learn(const KafkaTopic& answer, Trouble& trouble);
  void halt_missing(std::vector<KafkaOrder>& orders);
  void learn_missing(Topic& topic, const std::string& name, Trouble& trouble);
  void learn_partitions(Topic& topic, const KafkaTopic& answer, Trouble& trouble);
  bool learn_ends(const std::stop_token& stop, Trouble& trouble);
  void give_orders(const std::stop_token& stop, Reports reports, Trouble& trouble);
  void order(const KafkaPartition& where, Partition& partition, std::int64_t offset,
             std::vector<KafkaOrder>& orders);
  void order_again(const KafkaPartition& where, const Report& report, std::int64_t first,
                   std::vector<KafkaOrder>& orders);
  /// Offsets of `what`; what failed is missing and described in `trouble`.
  std::map<KafkaPartition, std::int64_t> offsets(std::span<const KafkaOffset> places,
                                                 std::int64_t what, const std::stop_token& stop,
                                                 Trouble& trouble);
  [[nodiscard]] std::string explain(const KafkaFailure& failure) const;
  [[nodiscard]] std::vector<KafkaOffset> places() const;
  [[nodiscard]] bool settled() const;
  void show(const Trouble& trouble);

  const KafkaSourceOptions& options_;
  KafkaConsumer& consumer_;
  std::array<log::Limited, KafkaFailure::kKinds> logs_;  // by kind: news of one are not held back
  std::map<std::string, Topic> topics_;                  // of its own thread
  bool troubled_ = false;                                // since all was well
  std::set<KafkaPartition> unknown_;  // whose leader says in this round that there is none such

  Guarded<Orders> orders_;
  std::atomic<bool> has_orders_{false};
  std::atomic<bool> started_{false};
  Guarded<Reports> reports_;
  std::atomic<bool> hurry_{false};
  Guarded<std::string> trouble_;
  Guarded<std::map<KafkaPartition, std::int64_t>> ends_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace weir
