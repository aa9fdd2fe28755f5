#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace weir::bench {

[[noreturn]] inline void fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

/// Sends messages to a topic, and ends the program where that fails.
class TopicProducer {
 public:
  TopicProducer(const char* brokers, std::string topic) : topic_(std::move(topic)) {
    char error[512];
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    const char* const settings[][2] = {{"bootstrap.servers", brokers},
                                       {"linger.ms", "50"},
                                       {"batch.size", "900000"},
                                       {"enable.idempotence", "true"}};
    for (const auto& [name, value] : settings) {
      if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) {
        fail(error);
      }
    }
    producer_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    if (producer_ == nullptr) {
      fail(error);
    }
  }
  ~TopicProducer() { rd_kafka_destroy(producer_); }
  TopicProducer(const TopicProducer&) = delete;
  TopicProducer& operator=(const TopicProducer&) = delete;

  void send(std::int32_t partition, std::string_view message) {
    while (rd_kafka_producev(producer_, RD_KAFKA_V_TOPIC(topic_.c_str()),
                             RD_KAFKA_V_PARTITION(partition),
                             RD_KAFKA_V_VALUE(const_cast<char*>(message.data()), message.size()),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(producer_, 100);
    }
    rd_kafka_poll(producer_, 0);
  }
  /// Returns when all is acknowledged.
  void finish() {
    if (rd_kafka_flush(producer_, 120'000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      fail("not everything was acknowledged");
    }
  }

 private:
  std::string topic_;
  rd_kafka_t* producer_ = nullptr;
};

}  // namespace weir::bench
