#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "weir/io/kafka.hpp"
#include "weir/source/kafka_options.hpp"
#include "weir/source/kafka_trouble.hpp"

namespace weir {

using KafkaPartition = std::pair<std::string, std::int32_t>;  ///< topic and number

/// Where the reader shall read a partition from.
struct KafkaOrder {
  enum class Why : std::uint8_t {
    begin,      ///< not read so far, and where it begins is for --start to say
    appeared,   ///< was not there before: all of it is read, what is deleted already is lost
    resume,     ///< goes on where the saved state says
    gap,        ///< what comes before `offset` was deleted before we got there
    recreated,  ///< another topic of the same name
    truncated,  ///< the log ends before our position: brokers lost records that we have read
    retry,      ///< from where it is: reading it has failed, or was halted
    halt,       ///< not for now: its topic is gone, and one of the same name may take its place
  };
  KafkaPartition partition;
  Why why = Why::begin;
  std::int64_t offset = -1;
  std::string id;              ///< of the topic whose log is meant, empty where none is known
  std::int64_t old_end = -1;   ///< of Why::recreated: where the old log ended, as far as known
  std::int64_t position = -1;  ///< of gap, truncated: void unless reading is still there

  bool operator==(const KafkaOrder&) const = default;
};

/// Decides from the cluster's answers, and from what was saved, which partitions are read and from
/// where. Asks nobody itself. In each round it is told what the cluster says of every topic
/// (`missing`, `unclear` or `there`), then of the `places` their ends (`learn_ends`), then what it
/// wants to know besides (`questions`), and gives its orders (`decide`).
///
/// A topic is settled when it is known whether it exists, and which partitions it has at that
/// moment: those begin as --start says, all at once, and what appears later is read from its
/// beginning. A saved state has settled its topics already.
class KafkaPlan {
 public:
  using Clock = std::chrono::steady_clock;
  using Offsets = std::map<KafkaPartition, std::int64_t>;
  /// A place, and the topic whose log it is in.
  struct Place {
    std::string id;
    std::int64_t offset = -1;
    bool gone = false;  ///< its topic is there, but has no such partition any more
  };
  /// Reading has failed there.
  struct Report {
    std::int64_t position = -1;
    bool out_of_range = false;
  };
  using Reports = std::map<KafkaPartition, Report>;
  struct Questions {
    std::vector<KafkaOffset> first;  ///< the first message that is still there
    std::vector<KafkaOffset> time;   ///< the first that is not before the time of --start
  };

  /// `options` outlive it.
  explicit KafkaPlan(const KafkaSourceOptions& options);

  /// The cluster says that there is no such topic.
  void missing(const std::string& name, Clock::time_point now, KafkaTrouble& trouble);
  /// It does not say whether there is.
  void unclear(const std::string& name);
  void there(const KafkaTopic& answer, KafkaTrouble& trouble);

  /// Partitions that are or shall be read and exist.
  [[nodiscard]] std::vector<KafkaOffset> places() const;
  /// `unknown` are those whose leader says that there is none such. True when all are known.
  bool learn_ends(const Offsets& ends, const std::set<KafkaPartition>& unknown);
  [[nodiscard]] Questions questions(const Reports& reports) const;
  /// Answers that are missing put off what depends on them. Reports that have been dealt with are
  /// taken out.
  [[nodiscard]] std::vector<KafkaOrder> decide(const Offsets& first, const Offsets& time,
                                               Reports& reports);

  /// All topics are settled, and all that begins as --start says has its order.
  [[nodiscard]] bool settled() const;
  /// Topics that are settled and have nothing that is read, or was: all of them will be new.
  [[nodiscard]] std::vector<std::string> absent() const;
  /// Of each partition, one past the last message, as far as known.
  [[nodiscard]] std::map<KafkaPartition, Place> ends() const;

 private:
  enum class From : std::uint8_t { start, beginning, saved };
  struct Partition {
    From from = From::beginning;
    bool there = false;    // now
    bool ordered = false;  // has been given a place
    bool halted = false;
    bool unknown = false;      // its leader says in this round that there is none such
    std::string id;            // of the topic that its place is in
    std::int64_t next = -1;    // of From::saved
    std::int64_t end = -1;     // of that log
    std::int64_t latest = -1;  // what the leader says now, of whatever log
  };
  struct Topic {
    bool settled = false;
    bool there = false;  // now
    bool read = false;   // there is an origin of it
    /// Has been read in part: what was not asked for so far begins as --start says.
    bool widened = false;
    std::string id;
    std::set<std::string> former;  // ids it had
    Clock::time_point missing_since;
    int missing = 0;  // answers in a row that it does not exist
    std::map<std::int32_t, Partition> partitions;
  };
  using Numbers = std::optional<std::set<std::int32_t>>;  ///< none: all

  void take_saved(const SourceState& saved);
  [[nodiscard]] static bool recreated(const Topic& topic, const Partition& partition);
  static void learn_id(Topic& topic, const KafkaTopic& answer);
  void add_partition(Topic& topic, std::int32_t number) const;
  [[nodiscard]] static bool from_first(const Topic& topic, const Partition& partition);
  [[nodiscard]] static bool starting(const Partition& partition);
  [[nodiscard]] std::int64_t start_of(const KafkaPartition& where, const Partition& partition,
                                      const Offsets& first, const Offsets& time) const;
  void start(const std::string& name, Topic& topic, const Offsets& first, const Offsets& time,
             std::vector<KafkaOrder>& orders) const;
  static void order(const KafkaPartition& where, Topic& topic, Partition& partition,
                    std::int64_t offset, std::vector<KafkaOrder>& orders);
  static void order_again(const KafkaPartition& where, const Partition& partition,
                          const Report& report, std::int64_t first,
                          std::vector<KafkaOrder>& orders);
  static void decide_one(const KafkaPartition& where, Topic& topic, Partition& partition,
                         const Offsets& first, Reports& reports, std::vector<KafkaOrder>& orders);

  const KafkaSourceOptions& options_;
  const Numbers wanted_;
  const Numbers saved_only_;
  std::map<std::string, Topic> topics_;
};

}  // namespace weir
