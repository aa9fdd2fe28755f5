#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
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

 private:
  static void on_error(rd_kafka_t* handle, int code, const char* reason, void* opaque);
  static void on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text);
  bool accept_certificate(int x509_error, char* reason, std::size_t reason_size);
  void fail(rd_kafka_resp_err_t code, const char* reason);

  std::vector<std::string> secrets_;
  log::Limited log_;
  std::atomic<bool> lost_{false};
  Guarded<KafkaFailure> failure_;
  Guarded<KafkaFailure> certificate_;  // why the last one was refused
};

}  // namespace weir
