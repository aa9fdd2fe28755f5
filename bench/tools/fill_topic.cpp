// Fills a topic for the benchmarks: fill_topic BROKERS TOPIC MESSAGES PARTITIONS
//
// Sends records made by SyntheticFlows, round robin over the partitions, and prints the truth about
// them as one line: messages, bytes of all values, and the sums of what is received and
// transmitted.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/tools/topic_producer.hpp"
#include "weir/source/synthetic_flows.hpp"

int main(int argc, char** argv) {
  if (argc != 5) {
    weir::bench::fail("usage: fill_topic BROKERS TOPIC MESSAGES PARTITIONS");
  }
  weir::bench::TopicProducer producer(argv[1], argv[2]);
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
    producer.send(static_cast<std::int32_t>(i) % partitions, record);
  }
  producer.finish();
  std::printf("{\"messages\": %llu, \"bytes\": %llu, \"received\": %llu, \"transmitted\": %llu}\n",
              messages, static_cast<unsigned long long>(bytes),
              static_cast<unsigned long long>(received),
              static_cast<unsigned long long>(transmitted));
  return 0;
}
