// Fills a topic for the benchmarks: fill_topic BROKERS TOPIC MESSAGES PARTITIONS
//
// Sends records made by SyntheticFlows, round robin over the partitions, and prints the truth about
// them as one line: messages, bytes of all values, and the sums of what is received and
// transmitted.
#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "weir/source/synthetic_flows.hpp"

namespace {

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "fill_topic: %s\n", what.c_str());
  std::exit(1);
}

rd_kafka_t* make_producer(const char* brokers) {
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
  rd_kafka_t* const producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (producer == nullptr) {
    fail(error);
  }
  return producer;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    fail("usage: fill_topic BROKERS TOPIC MESSAGES PARTITIONS");
  }
  rd_kafka_t* const producer = make_producer(argv[1]);
  const auto messages = std::strtoull(argv[3], nullptr, 10);
  const auto partitions = static_cast<std::int32_t>(std::strtol(argv[4], nullptr, 10));
  weir::SyntheticFlows flows(1);
  std::uint64_t bytes = 0;
  std::uint64_t received = 0;
  std::uint64_t transmitted = 0;
  std::string record;
  for (std::uint64_t i = 0; i < messages; ++i) {
    record.clear();
    const auto flow = flows.append_json(record);
    bytes += record.size();
    if (flow.src_as == weir::SyntheticFlows::kOwnAs) {
      transmitted += flow.bytes;
    } else if (flow.dst_as == weir::SyntheticFlows::kOwnAs) {
      received += flow.bytes;
    }
    while (rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(argv[2]),
                             RD_KAFKA_V_PARTITION(static_cast<std::int32_t>(i) % partitions),
                             RD_KAFKA_V_VALUE(record.data(), record.size()),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(producer, 100);
    }
    rd_kafka_poll(producer, 0);
  }
  if (rd_kafka_flush(producer, 120'000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    fail("not everything was acknowledged");
  }
  rd_kafka_destroy(producer);
  std::printf("{\"messages\": %llu, \"bytes\": %llu, \"received\": %llu, \"transmitted\": %llu}\n",
              messages, static_cast<unsigned long long>(bytes),
              static_cast<unsigned long long>(received),
              static_cast<unsigned long long>(transmitted));
  return 0;
}
