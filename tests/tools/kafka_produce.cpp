// Sends records with exact bytes, for the tests: kafka_produce BROKERS TOPIC [TRANSACTION
// commit|abort]
//
// Records come on standard input, each as int32 partition (-1: any), int64 timestamp in ms (0:
// now), int32 key size (-1: null), int32 value size (-1: null), key, value; all little-endian. Exit
// status 0 when every record has been acknowledged and the transaction, if any, has ended as asked.
#include <librdkafka/rdkafka.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

constexpr int kTimeoutMs = 120'000;

struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

bool read_exactly(void* into, std::size_t size) {
  const std::size_t got = std::fread(into, 1, size, stdin);
  if (got != 0 && got != size) {
    throw Failed("the input ends within a record");
  }
  return got == size;
}

struct Header {
  std::int32_t partition = 0;
  std::int64_t timestamp = 0;
  std::int32_t key_size = 0;
  std::int32_t value_size = 0;
};

bool read_header(Header& header) {
  return read_exactly(&header.partition, 4) && read_exactly(&header.timestamp, 8) &&
         read_exactly(&header.key_size, 4) && read_exactly(&header.value_size, 4);
}

/// The bytes of one key or value; never nullptr, for librdkafka takes that for null.
std::string read_part(std::int32_t size) {
  std::string part(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  if (!part.empty() && !read_exactly(part.data(), part.size())) {
    throw Failed("the input ends within a record");
  }
  return part;
}

void on_delivery(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* opaque) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    *static_cast<std::string*>(opaque) = rd_kafka_err2str(message->err);
  }
}

void check(rd_kafka_error_t* error, const char* doing) {
  if (error != nullptr) {
    const std::string text = rd_kafka_error_string(error);
    rd_kafka_error_destroy(error);
    throw Failed(std::string(doing) + ": " + text);
  }
}

void set(rd_kafka_conf_t* conf, const char* name, const char* value) {
  char text[512];
  if (rd_kafka_conf_set(conf, name, value, text, sizeof text) != RD_KAFKA_CONF_OK) {
    throw Failed(text);
  }
}

rd_kafka_vu_t field(rd_kafka_vtype_t type) {
  rd_kafka_vu_t made{};
  made.vtype = type;
  return made;
}

rd_kafka_vu_t bytes_field(rd_kafka_vtype_t type, std::int32_t size, std::string& bytes) {
  rd_kafka_vu_t made = field(type);
  made.u.mem.ptr = size < 0 ? nullptr : bytes.data();
  made.u.mem.size = bytes.size();
  return made;
}

void send(rd_kafka_t* client, const char* topic, const Header& header) {
  std::string key = read_part(header.key_size);
  std::string value = read_part(header.value_size);
  // An array, for the variadic call's macros are no standard C++.
  std::array<rd_kafka_vu_t, 6> fields{field(RD_KAFKA_VTYPE_TOPIC),
                                      field(RD_KAFKA_VTYPE_PARTITION),
                                      field(RD_KAFKA_VTYPE_TIMESTAMP),
                                      field(RD_KAFKA_VTYPE_MSGFLAGS),
                                      bytes_field(RD_KAFKA_VTYPE_KEY, header.key_size, key),
                                      bytes_field(RD_KAFKA_VTYPE_VALUE, header.value_size, value)};
  fields[0].u.cstr = topic;
  fields[1].u.i32 = header.partition;
  fields[2].u.i64 = header.timestamp;
  fields[3].u.i = RD_KAFKA_MSG_F_COPY;
  while (true) {
    rd_kafka_error_t* error = rd_kafka_produceva(client, fields.data(), fields.size());
    if (error == nullptr) {
      break;
    }
    if (rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      check(error, "produce");
    }
    rd_kafka_error_destroy(error);
    rd_kafka_poll(client, 100);
  }
  rd_kafka_poll(client, 0);
}

void run(int argc, char** argv) {
  if (argc != 3 && argc != 5) {
    throw Failed("usage: kafka_produce BROKERS TOPIC [TRANSACTION commit|abort]");
  }
  const bool transactional = argc == 5;
  std::string failure;
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", argv[1]);
  set(conf, "enable.idempotence", "true");
  set(conf, "linger.ms", "0");
  if (transactional) {
    set(conf, "transactional.id", argv[3]);
  }
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  rd_kafka_conf_set_opaque(conf, &failure);
  char text[512];
  const std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)> client(
      rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text), rd_kafka_destroy);
  if (client == nullptr) {
    throw Failed(text);
  }
  if (transactional) {
    check(rd_kafka_init_transactions(client.get(), kTimeoutMs), "init_transactions");
    check(rd_kafka_begin_transaction(client.get()), "begin_transaction");
  }
  Header header;
  while (read_header(header)) {
    send(client.get(), argv[2], header);
  }
  if (rd_kafka_flush(client.get(), kTimeoutMs) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw Failed("records are still not acknowledged");
  }
  if (!failure.empty()) {
    throw Failed("a record was not delivered: " + failure);
  }
  if (transactional && std::strcmp(argv[4], "commit") == 0) {
    check(rd_kafka_commit_transaction(client.get(), kTimeoutMs), "commit_transaction");
  } else if (transactional) {
    check(rd_kafka_abort_transaction(client.get(), kTimeoutMs), "abort_transaction");
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc, argv);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
