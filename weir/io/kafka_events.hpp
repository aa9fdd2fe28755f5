#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/base/log.hpp"
#include "weir/io/kafka_handles.hpp"

namespace weir {

/// What librdkafka tells of a client by calling back, on threads of its own and of whoever polls.
/// Outlives the client.
class KafkaEvents {
 public:
  /// Takes the callbacks; `properties`' secrets will be kept out of all texts.
  void attach(rd_kafka_conf_t* conf, const KafkaProperties& properties);

  [[nodiscard]] std::string without_secrets(std::string text) const;
  /// All brokers were lost since the last call.
  [[nodiscard]] bool take_lost() { return lost_.exchange(false); }
  /// The last thing that went wrong with a connection, none since the last `forget_failure`.
  [[nodiscard]] KafkaFailure failure() const;
  void forget_failure();

  /// The id of the topic that is fetched from under this name now; empty if librdkafka has not
  /// said. A change is known here before the first message of the new topic is there.
  [[nodiscard]] std::string topic_id(std::string_view topic) const;
  /// librdkafka has said of another id that it is this topic's, now or before.
  [[nodiscard]] bool topic_had_another_id(std::string_view topic, std::string_view id) const;
  /// Another number after each change of a topic's id. Cheap.
  [[nodiscard]] std::uint64_t topic_ids() const { return changes_.load(std::memory_order_acquire); }

 private:
  struct TopicIds {
    std::string now;
    std::set<std::string, std::less<>> all;
  };
  static void on_error(rd_kafka_t* handle, int code, const char* reason, void* opaque);
  static void on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text);
  bool accept_certificate(int x509_error, char* reason, std::size_t reason_size);
  void learn_topic_id(std::string_view text);
  void fail(rd_kafka_resp_err_t code, const char* reason);

  std::vector<std::string> secrets_;
  log::Limited log_;
  std::atomic<bool> lost_{false};
  bool debug_ = false;  // the user has asked for librdkafka's debug lines
  Guarded<std::map<std::string, TopicIds, std::less<>>> topic_ids_;
  std::atomic<std::uint64_t> changes_{0};
  Guarded<KafkaFailure> failure_;
  Guarded<KafkaFailure> certificate_;  // why the last one was refused
};

}  // namespace weir
