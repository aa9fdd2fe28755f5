#include "weir/io/kafka_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string_view>

#include "weir/base/error.hpp"
#include "weir/io/kafka_client.hpp"

namespace weir {
namespace {

using Clock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;
using Kind = KafkaFailure::Kind;
using Metadata =
    std::unique_ptr<const rd_kafka_metadata_t, rdkafka::Deleter<&rd_kafka_metadata_destroy>>;

/// Asks for metadata; null where there is no answer within `timeout`. This request, unlike those of
/// the admin interface, connects at once and goes to the address that was given, for the client
/// knows no other yet.
Metadata ask(rd_kafka_t* handle, bool topics, Millis timeout) {
  rd_kafka_poll(handle, 0);  // fetches login tokens
  const rd_kafka_metadata_t* found = nullptr;
  const auto status =
      rd_kafka_metadata(handle, topics ? 1 : 0, nullptr, &found, static_cast<int>(timeout.count()));
  rd_kafka_poll(handle, 0);  // tells why there is no answer
  return Metadata(status == RD_KAFKA_RESP_ERR_NO_ERROR ? found : nullptr);
}

/// No use in trying again soon.
bool hopeless(const KafkaFailure& failure) {
  return failure && failure.kind != Kind::unreachable && failure.kind != Kind::other;
}

Metadata ask_patiently(rd_kafka_t* handle, const KafkaProbe& probe, KafkaEvents& events) {
  // A broker that refuses connections is asked again: behind its name may be several addresses.
  constexpr int kTries = 2;
  const auto give_up = Clock::now() + probe.patience;
  Millis timeout(250);
  for (int failed = 0; failed < kTries && Clock::now() < give_up; timeout *= 2) {
    const auto left = std::chrono::duration_cast<Millis>(give_up - Clock::now());
    Metadata answer = ask(handle, probe.topics, std::clamp(left, Millis(10), timeout));
    if (answer || hopeless(events.failure())) {
      return answer;
    }
    failed += events.failure() ? 1 : 0;
  }
  return nullptr;
}

std::string address_of(const rd_kafka_metadata_broker_t& broker) {
  const std::string_view host = broker.host;
  const bool v6 = host.find(':') != std::string_view::npos;
  return fmt::format("{}:{}", v6 ? fmt::format("[{}]", host) : std::string(host), broker.port);
}

}  // namespace

KafkaCluster probe_kafka(const KafkaProbe& probe) {
  KafkaEvents events;  // outlives the handle
  const rdkafka::Handle handle = rdkafka::open_client(
      RD_KAFKA_CONSUMER, rdkafka::consumer_conf(probe.address, probe.properties), events);
  const Metadata answer = ask_patiently(handle.get(), probe, events);
  KafkaCluster cluster;
  if (!answer) {
    const KafkaFailure cause = events.failure();
    cluster.failure = cause ? cause : rdkafka::failure(RD_KAFKA_RESP_ERR__TIMED_OUT);
    return cluster;
  }
  if (char* id = rd_kafka_clusterid(handle.get(), 0)) {
    cluster.id = id;
    rd_kafka_mem_free(handle.get(), id);
  }
  for (const auto& broker :
       std::span(answer->brokers, static_cast<std::size_t>(answer->broker_cnt))) {
    cluster.brokers.push_back({broker.id, address_of(broker)});
  }
  for (const auto& topic : std::span(answer->topics, static_cast<std::size_t>(answer->topic_cnt))) {
    cluster.topics.emplace_back(topic.topic);
  }
  return cluster;
}

}  // namespace weir
