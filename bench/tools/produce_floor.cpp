// The floor that sending a window is measured against:
// produce_floor BROKERS TOPIC FILE TIMES [KEY=VALUE…]
//
// librdkafka alone, with the properties given, sending the records of FILE (each a uint32 in this
// machine's byte order and so many bytes) so many times, each time in one transaction. Prints how
// many records it has sent.
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr int kTimeoutMs = 60'000;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "produce_floor: %s\n", what);
  std::exit(1);
}

void check(rd_kafka_error_t* error) {
  if (error != nullptr) {
    fail(rd_kafka_error_string(error));
  }
}

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  char error[512];
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof error) !=
      RD_KAFKA_CONF_OK) {
    fail(error);
  }
}

std::vector<char> read_all(const char* path) {
  std::FILE* const file = std::fopen(path, "rb");
  if (file == nullptr) {
    fail("cannot open the file");
  }
  std::vector<char> bytes;
  std::size_t got = 0;
  do {
    constexpr std::size_t kStep = 1 << 20;
    const std::size_t had = bytes.size();
    bytes.resize(had + kStep);
    got = std::fread(bytes.data() + had, 1, kStep, file);
    bytes.resize(had + got);
  } while (got > 0);
  std::fclose(file);
  return bytes;
}

std::uint64_t send_all(rd_kafka_t* producer, rd_kafka_topic_t* topic, std::vector<char>& bytes) {
  std::uint64_t records = 0;
  for (std::size_t at = 0; at < bytes.size(); ++records) {
    std::uint32_t size = 0;
    std::memcpy(&size, bytes.data() + at, sizeof size);
    at += sizeof size;
    while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, bytes.data() + at,
                            size, nullptr, 0, nullptr) != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        fail(rd_kafka_err2str(rd_kafka_last_error()));
      }
      rd_kafka_poll(producer, 20);
    }
    at += size;
  }
  return records;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    fail("usage: produce_floor BROKERS TOPIC FILE TIMES [KEY=VALUE…]");
  }
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", argv[1]);
  set(conf, "transactional.id", std::string("floor.") + argv[2]);
  for (int i = 5; i < argc; ++i) {
    const std::string property(argv[i]);
    const auto equals = std::min(property.find('='), property.size());
    set(conf, property.substr(0, equals), property.substr(std::min(equals + 1, property.size())));
  }
  char error[512];
  rd_kafka_t* const producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (producer == nullptr) {
    fail(error);
  }
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(producer, argv[2], nullptr);
  std::vector<char> bytes = read_all(argv[3]);
  check(rd_kafka_init_transactions(producer, kTimeoutMs));
  std::uint64_t records = 0;
  for (long times = std::strtol(argv[4], nullptr, 10); times > 0; --times) {
    check(rd_kafka_begin_transaction(producer));
    records += send_all(producer, topic, bytes);
    check(rd_kafka_commit_transaction(producer, kTimeoutMs));
  }
  std::printf("%llu\n", static_cast<unsigned long long>(records));
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(producer);
  return 0;
}
