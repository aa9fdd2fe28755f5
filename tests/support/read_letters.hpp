#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "weir/io/kafka_handles.hpp"

namespace weir {

/// A record as it is read back.
struct ReadLetter {
  std::string value;
  std::map<std::string, std::string> headers;
};

/// The first `count` records of a topic's only partition; fewer where no more come in time.
inline std::vector<ReadLetter> read_letters(const std::string& brokers, const std::string& topic,
                                            std::size_t count) {
  rdkafka::Conf conf(rd_kafka_conf_new());
  rd_kafka_conf_set(conf.get(), "bootstrap.servers", brokers.c_str(), nullptr, 0);
  rd_kafka_conf_set(conf.get(), "fetch.wait.max.ms", "10", nullptr, 0);
  const rdkafka::Handle handle(rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), nullptr, 0));
  static_cast<void>(conf.release());  // now the handle's
  const rdkafka::Topic from(rd_kafka_topic_new(handle.get(), topic.c_str(), nullptr));
  EXPECT_EQ(rd_kafka_consume_start(from.get(), 0, RD_KAFKA_OFFSET_BEGINNING), 0);
  std::vector<ReadLetter> letters;
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (letters.size() < count && std::chrono::steady_clock::now() < give_up) {
    const rdkafka::Message message(rd_kafka_consume(from.get(), 0, 100));
    if (!message || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      continue;
    }
    ReadLetter& letter = letters.emplace_back();
    letter.value.assign(static_cast<const char*>(message->payload), message->len);
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(message.get(), &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* name = nullptr;
      const void* value = nullptr;
      std::size_t size = 0;
      for (std::size_t i = 0;
           rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
           ++i) {
        letter.headers[name] = std::string(static_cast<const char*>(value), size);
      }
    }
  }
  rd_kafka_consume_stop(from.get(), 0);
  return letters;
}

}  // namespace weir
