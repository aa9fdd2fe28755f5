// The floor that reading a topic is measured against:
// read_floor BROKERS TOPIC PARTITIONS MESSAGES [KEY=VALUE…]
//
// librdkafka alone, with its defaults and the properties given, in its cheapest way of reading (one
// queue, batches), looking at nothing but each message's size. Ends when MESSAGES have come, and
// prints their bytes.
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "read_floor: %s\n", what);
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    fail("usage: read_floor BROKERS TOPIC PARTITIONS MESSAGES [KEY=VALUE…]");
  }
  char error[512];
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  if (rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], error, sizeof error) !=
      RD_KAFKA_CONF_OK) {
    fail(error);
  }
  for (int i = 5; i < argc; ++i) {
    const std::string property(argv[i]);
    const auto equals = std::min(property.find('='), property.size());
    if (rd_kafka_conf_set(conf, property.substr(0, equals).c_str(),
                          property.substr(std::min(equals + 1, property.size())).c_str(), error,
                          sizeof error) != RD_KAFKA_CONF_OK) {
      fail(error);
    }
  }
  rd_kafka_t* const consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (consumer == nullptr) {
    fail(error);
  }
  rd_kafka_queue_t* const queue = rd_kafka_queue_new(consumer);
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(consumer, argv[2], nullptr);
  const auto partitions = static_cast<std::int32_t>(std::strtol(argv[3], nullptr, 10));
  for (std::int32_t partition = 0; partition < partitions; ++partition) {
    rd_kafka_consume_start_queue(topic, partition, RD_KAFKA_OFFSET_BEGINNING, queue);
  }
  const auto wanted = std::strtoull(argv[4], nullptr, 10);
  std::array<rd_kafka_message_t*, 1000> batch{};
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  while (messages < wanted) {
    const auto count = rd_kafka_consume_batch_queue(queue, 100, batch.data(), batch.size());
    for (ssize_t i = 0; i < count; ++i) {
      rd_kafka_message_t* const message = batch.at(static_cast<std::size_t>(i));
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ++messages;
        bytes += message->len;
      }
      rd_kafka_message_destroy(message);
    }
  }
  std::printf("{\"messages\": %llu, \"bytes\": %llu}\n", static_cast<unsigned long long>(messages),
              static_cast<unsigned long long>(bytes));
  for (std::int32_t partition = 0; partition < partitions; ++partition) {
    rd_kafka_consume_stop(topic, partition);
  }
  rd_kafka_topic_destroy(topic);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(consumer);
  return 0;
}
