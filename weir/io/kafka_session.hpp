#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "weir/base/log.hpp"
#include "weir/io/kafka_client.hpp"

namespace weir::rdkafka {

/// Where a partition is read, and for whom.
struct Place {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t next = 0;
  KafkaTag tag = 0;
  std::string id;  ///< of the topic that is meant; empty: of any
};

/// One client that reads partitions. Its destructor waits for librdkafka's threads, which takes up
/// to a second and more.
///
/// What librdkafka has learnt of a topic stays for as long as the client lives, the leader epochs
/// of a log that was deleted among it: a topic that was created again begins with lower ones, takes
/// them for outdated, and its new leaders are never found. Only another client helps then.
class Session {
 public:
  /// Throws Error::usage where the configuration makes no sense as a whole.
  explicit Session(ClientConf conf);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Of any thread.

  [[nodiscard]] rd_kafka_t* handle() const { return handle_.get(); }
  [[nodiscard]] KafkaEvents& events() { return events_; }
  /// Ends the rd_kafka_poll that runs, or that is next.
  void wake() { rd_kafka_queue_yield(main_queue_.get()); }

  // Of one thread.

  KafkaFailure start(const Place& place);
  void stop(const std::string& topic, std::int32_t partition);
  void consume(Millis wait, KafkaReceiver& receiver);
  /// Something is known of a topic of this name that has another id.
  [[nodiscard]] bool knows_another(const std::string& topic, const std::string& id) const;
  /// Those that are read, and how far they have been handed out.
  [[nodiscard]] std::vector<Place> places() const;

 private:
  struct Partition {
    KafkaTag tag = 0;
    bool read = false;
    bool other = false;  // what is fetched is of a topic with another id
    std::int64_t next = 0;
    std::string id;
  };
  /// A topic that is read, and its partitions by their numbers.
  struct Reading {
    Topic handle;
    std::vector<Partition> partitions;
  };
  /// Messages taken from librdkafka at a time. 500 to 1,000 cost the same; fewer cost more.
  static constexpr std::size_t kFetch = 500;

  void drop_fetched_of(const rd_kafka_topic_t* topic, std::int32_t partition);
  void fetch(Millis wait);
  void compare_ids();
  Partition* partition_of(const rd_kafka_message_t& message);
  bool hand_out(const rd_kafka_message_t& message, KafkaReceiver& receiver);

  KafkaEvents events_;  // outlives the handle, whose threads call back until it is closed
  Handle handle_;
  Queue main_queue_;  // of events
  Queue queue_;       // of messages
  std::map<std::string, Reading> readings_;
  const rd_kafka_topic_t* last_topic_ = nullptr;  // of the message before
  Reading* last_reading_ = nullptr;               // its topic's
  std::array<rd_kafka_message_t*, kFetch> fetched_{};
  std::size_t fetched_count_ = 0;
  std::size_t next_ = 0;         // of those fetched, the first not handed out yet
  std::uint64_t topic_ids_ = 0;  // what is known of them, see KafkaEvents
  log::Limited stray_log_;
};

}  // namespace weir::rdkafka
