// Fills a topic with records of so many keys: fill_keys BROKERS TOPIC MESSAGES PARTITIONS KEYS FORM
//
// A key is a source address (10.0.0.0 and up), chosen evenly with FORM json and protobuf, and with
// json-zipf as traffic has it: a few keys make up most of it. Prints the truth as one line:
// messages, bytes of all values, and the sum of the flows' bytes.
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <random>
#include <string>

#include "bench/tools/topic_producer.hpp"
#include "tests/support/flow_message.hpp"

namespace {

/// About as large as pmacct's records with all that people usually ask of it.
void append_json(std::uint32_t address, std::uint64_t bytes, std::uint64_t noise,
                 std::string& out) {
  fmt::format_to(
      std::back_inserter(out),
      R"({{"event_type": "purge", "label": "bdr{}", "as_src": {}, "as_dst": 64500, )"
      R"("peer_ip_src": "192.0.2.{}", "iface_in": {}, "iface_out": {}, "ip_src": "{}.{}.{}.{}", )"
      R"("ip_dst": "203.0.113.{}", "port_src": {}, "port_dst": 443, "ip_proto": "tcp", )"
      R"("tos": 0, "timestamp_start": "2026-11-22 10:00:{:02}.000000", "packets": {}, )"
      R"("bytes": {}, "writer_id": "default_kafka/4242"}})",
      noise % 3, address % 60000, noise % 4, noise % 40, noise % 50, address >> 24,
      (address >> 16) & 255, (address >> 8) & 255, address & 255, noise % 256, noise % 60000,
      noise % 60, 1 + bytes / 1000, bytes);
}

std::string flow_message(std::uint32_t address, std::uint64_t bytes, std::uint64_t noise) {
  const auto four = [](std::uint32_t value) {
    return std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16),
                       static_cast<char>(value >> 8), static_cast<char>(value)};
  };
  return weir::FlowMessage()
      .number(1, 3)
      .number(3, 1)
      .number(4, noise % 1'000'000)
      .bytes(6, four(address))
      .bytes(7, four(0xcb007100U + noise % 256))
      .number(9, bytes)
      .number(10, 1 + bytes / 1000)
      .bytes(11, four(0xc0000200U + noise % 4))
      .number(14, address % 60000)
      .number(15, 64500)
      .number(18, noise % 40)
      .number(19, noise % 50)
      .number(20, 6)
      .number(21, noise % 60000)
      .number(22, 443)
      .number(110, 1'795'000'000'000'000'000 + noise)
      .framed();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string form = argc == 7 ? argv[6] : "";
  if (form != "json" && form != "json-zipf" && form != "protobuf") {
    weir::bench::fail(
        "usage: fill_keys BROKERS TOPIC MESSAGES PARTITIONS KEYS json|json-zipf|protobuf");
  }
  weir::bench::TopicProducer producer(argv[1], argv[2]);
  const auto messages = std::strtoull(argv[3], nullptr, 10);
  const auto partitions = static_cast<std::int32_t>(std::strtol(argv[4], nullptr, 10));
  const auto keys = std::strtoull(argv[5], nullptr, 10);
  std::mt19937_64 random(1);
  std::uint64_t size = 0;
  std::uint64_t sum = 0;
  std::string record;
  for (std::uint64_t i = 0; i < messages; ++i) {
    const std::uint64_t noise = random();
    std::uint64_t key = noise % keys;
    if (form == "json-zipf") {
      // Zipf's law with exponent 1: ranks whose logarithms are spread evenly.
      const double part = static_cast<double>(noise >> 11) / 0x1p53;
      key = static_cast<std::uint64_t>(std::pow(static_cast<double>(keys), part)) - 1;
    }
    const auto address = static_cast<std::uint32_t>(0x0a000000 + key);
    const std::uint64_t bytes = 40 + random() % 100'000;
    record.clear();
    if (form == "protobuf") {
      record = flow_message(address, bytes, noise >> 20);
    } else {
      append_json(address, bytes, noise >> 20, record);
    }
    size += record.size();
    sum += bytes;
    producer.send(static_cast<std::int32_t>(i) % partitions, record);
  }
  producer.finish();
  std::printf("{\"messages\": %llu, \"bytes\": %llu, \"sum\": %llu}\n", messages,
              static_cast<unsigned long long>(size), static_cast<unsigned long long>(sum));
  return 0;
}
