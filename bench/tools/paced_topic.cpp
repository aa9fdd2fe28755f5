// Sends records of a known number of series for the benchmark of the state:
//
//   paced_topic BROKERS TOPIC PARTITIONS SERIES each
//   paced_topic BROKERS TOPIC PARTITIONS SERIES uniform|zipf RATE SECONDS
//
// The first way sends one record for each series, as fast as it goes, so that all are there. The
// second sends RATE records each second, whose series are drawn at random: each as often as any
// other, which is the worst for a commit, or the n-th as 1/n. Prints the truth about what it sent
// as one line: messages, seconds, and the sums of what is received and transmitted.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <thread>

#include "bench/tools/paced_series.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using weir::bench::PacedSeries;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "paced_topic: %s\n", what.c_str());
  std::exit(1);
}

struct Truth {
  std::uint64_t messages = 0;
  std::uint64_t received = 0;
  std::uint64_t transmitted = 0;
};

class Sender {
 public:
  Sender(const char* brokers, const char* topic, std::int32_t partitions)
      : topic_(topic), partitions_(partitions) {
    std::array<char, 512> error{};
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    const char* const settings[][2] = {{"bootstrap.servers", brokers},
                                       {"linger.ms", "20"},
                                       {"batch.size", "900000"},
                                       {"enable.idempotence", "true"},
                                       {"log_level", "3"}};
    for (const auto& [name, value] : settings) {
      if (rd_kafka_conf_set(conf, name, value, error.data(), error.size()) != RD_KAFKA_CONF_OK) {
        fail(error.data());
      }
    }
    producer_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error.data(), error.size());
    if (producer_ == nullptr) {
      fail(error.data());
    }
  }
  ~Sender() { rd_kafka_destroy(producer_); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// One record of a series, which goes in or out in turn.
  void send(const PacedSeries& series) {
    const std::uint64_t bits = random_();
    const auto byte = [bits](unsigned index) { return bits >> (8 * index) & 0xff; };
    const std::uint64_t packets = 1 + byte(0) % 32;
    const std::uint64_t bytes = packets * (64 + (bits >> 16) % 1400);
    record_.clear();
    fmt::format_to(
        std::back_inserter(record_),
        R"({{"event_type": "purge", "label": "{}", "as_src": {}, "as_dst": {}, )"
        R"("peer_ip_src": "192.0.2.{}", "iface_in": {}, "iface_out": {}, "ip_src": "198.51.100.{}", )"
        R"("ip_dst": "203.0.113.{}", "port_src": {}, "port_dst": 443, "ip_proto": "tcp", )"
        R"("stamp_inserted": "2026-01-01 00:00:00", "packets": {}, "bytes": {}, )"
        R"("writer_id": "default_kafka/{}"}})",
        series.host(), series.src_as(), series.dst_as(), 1 + byte(1) % 4, 1 + byte(2), 1 + byte(3),
        byte(4), byte(5), 1024 + (bits >> 40) % 60000, packets, bytes, 1000 + byte(6));
    (series.in ? truth_.received : truth_.transmitted) += bytes;
    const auto partition =
        static_cast<std::int32_t>(truth_.messages++ % static_cast<std::uint64_t>(partitions_));
    while (rd_kafka_producev(producer_, RD_KAFKA_V_TOPIC(topic_), RD_KAFKA_V_PARTITION(partition),
                             RD_KAFKA_V_VALUE(record_.data(), record_.size()),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(producer_, 100);
    }
  }

  void poll() { rd_kafka_poll(producer_, 0); }
  void flush() {
    if (rd_kafka_flush(producer_, 120'000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      fail("not everything was acknowledged");
    }
  }
  [[nodiscard]] const Truth& truth() const { return truth_; }

 private:
  const char* topic_;
  std::int32_t partitions_;
  rd_kafka_t* producer_ = nullptr;
  std::mt19937_64 random_{1};
  std::string record_;
  Truth truth_;
};

/// Draws series. Which of them are popular has nothing to do with when they were made.
class Draw {
 public:
  Draw(std::uint64_t series, bool zipf) : series_(series), zipf_(zipf) {}

  std::uint64_t operator()() {
    if (!zipf_) {
      return random_() % series_;
    }
    constexpr std::uint64_t kPrime = 2'654'435'761;
    const double rank = std::pow(static_cast<double>(series_), uniform_(random_)) - 1;
    return static_cast<std::uint64_t>(rank) * kPrime % series_;
  }

 private:
  std::uint64_t series_;
  bool zipf_;
  std::mt19937_64 random_{2};
  std::uniform_real_distribution<double> uniform_{0, 1};
};

/// As much as is due each time; what the machine held up is made up for.
void send_paced(Sender& sender, Draw& draw, double rate, double seconds) {
  const auto begin = Clock::now();
  const auto all = static_cast<std::uint64_t>(rate * seconds);
  while (sender.truth().messages < all) {
    const std::chrono::duration<double> passed = Clock::now() - begin;
    const auto due = std::min(all, static_cast<std::uint64_t>(rate * passed.count()));
    while (sender.truth().messages < due) {
      sender.send(PacedSeries(draw()));
    }
    sender.poll();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view way = argc > 5 ? argv[5] : "";
  if (!(argc == 6 && way == "each") && !(argc == 8 && (way == "uniform" || way == "zipf"))) {
    fail("usage: paced_topic BROKERS TOPIC PARTITIONS SERIES each|uniform|zipf [RATE SECONDS]");
  }
  const auto series = std::strtoull(argv[4], nullptr, 10);
  Sender sender(argv[1], argv[2], static_cast<std::int32_t>(std::strtol(argv[3], nullptr, 10)));
  const auto begin = Clock::now();
  if (way == "each") {
    for (std::uint64_t i = 0; i < series; ++i) {
      sender.send(PacedSeries(i));
      sender.poll();
    }
  } else {
    Draw draw(series, way == "zipf");
    send_paced(sender, draw, std::strtod(argv[6], nullptr), std::strtod(argv[7], nullptr));
  }
  sender.flush();
  const std::chrono::duration<double> took = Clock::now() - begin;
  fmt::print("{{\"messages\": {}, \"seconds\": {:.2f}, \"received\": {}, \"transmitted\": {}}}\n",
             sender.truth().messages, took.count(), sender.truth().received,
             sender.truth().transmitted);
  return 0;
}
