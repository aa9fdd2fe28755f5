#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "weir/base/error.hpp"
#include "weir/io/kafka_handles.hpp"

namespace weir {
namespace {

using rdkafka::Conf;

struct Owned {
  std::string_view name;
  std::string_view why;
};

constexpr std::string_view kNoGroup =
    "weir reads partitions without a consumer group and keeps its own positions";
constexpr std::string_view kNoCommit = "weir keeps its own positions and commits none to Kafka";
constexpr std::string_view kStart = "use --start to say where to begin";
constexpr std::string_view kBrokers = "use --brokers";

/// What must not be changed, because counting exactly rests on it.
constexpr std::array kOwned = {
    Owned{"allow.auto.create.topics", "weir only reads, and must not create a misspelt topic"},
    Owned{"auto.commit.enable", kNoCommit},
    Owned{"auto.commit.interval.ms", kNoCommit},
    Owned{"auto.offset.reset", kStart},
    Owned{"bootstrap.servers", kBrokers},
    Owned{"enable.auto.commit", kNoCommit},
    Owned{"enable.auto.offset.store", kNoCommit},
    Owned{"enable.partition.eof", "weir needs these events to know that it has read everything"},
    Owned{"group.id", kNoGroup},
    Owned{"group.instance.id", kNoGroup},
    Owned{"group.protocol", kNoGroup},
    Owned{"isolation.level", "weir reads read_committed, so that aborted records never count"},
    Owned{"log.queue", "weir writes librdkafka's log lines into its own log"},
    Owned{"metadata.broker.list", kBrokers},
};

/// Ours, where they differ from librdkafka's; all can be overridden.
const std::array kDefaults = {
    KafkaProperty{"client.id", "weir"},  // shows in the brokers' logs and quotas
    // Brokers close idle connections as a matter of course; real losses show in other ways.
    KafkaProperty{"log.connection.close", "false"},
    // What one answer brings passes through the CPU's caches three times (socket, parsing, our
    // copy). 1 MB in place of up to 50 MB spares about four tenths of the CPU.
    KafkaProperty{"fetch.max.bytes", "1000000"},
    // The same goes for what waits to be read. Large messages cannot fill the memory either.
    KafkaProperty{"queued.max.messages.kbytes", "4096"},
    // After a full queue librdkafka waits this long before it fetches again. Its own second is 20
    // times what working off its queue takes: catching up took 4.4 s, and now takes 1.0 s.
    KafkaProperty{"fetch.queue.backoff.ms", "5"},
    // Back within seconds after a restart; librdkafka's 10 s are for clients by the thousand.
    KafkaProperty{"reconnect.backoff.max.ms", "2000"},
    // A new leader is looked for at once, then in growing steps.
    KafkaProperty{"topic.metadata.refresh.interval.ms", "60000"},
    KafkaProperty{"socket.keepalive.enable", "true"},  // a broker that vanished without a word
};

/// What counting exactly rests on.
const std::array kFixed = {
    KafkaProperty{"isolation.level", "read_committed"},
    KafkaProperty{"enable.auto.commit", "false"},
    KafkaProperty{"enable.auto.offset.store", "false"},
    KafkaProperty{"enable.partition.eof", "true"},
    // We decide where to go on, because what is skipped must be counted.
    KafkaProperty{"auto.offset.reset", "error"},
    KafkaProperty{"allow.auto.create.topics", "false"},
};

void set(rd_kafka_conf_t* conf, const KafkaProperty& property) {
  std::array<char, 512> reason{};
  if (rd_kafka_conf_set(conf, property.name.c_str(), property.value.c_str(), reason.data(),
                        reason.size()) == RD_KAFKA_CONF_OK) {
    return;
  }
  // The reason may quote the value.
  const std::string_view text = kafka_property_is_secret(property.name)
                                    ? "no such property, or a value it cannot have"
                                    : std::string_view(reason.data());
  throw Error::usage(fmt::format("-X {}: {}", property.name, text));
}

}  // namespace

bool kafka_property_is_secret(std::string_view name) {
  constexpr std::array<std::string_view, 6> kWords = {"password", "secret", "key",
                                                      "token",    "jaas",   "oauthbearer.config"};
  return std::any_of(kWords.begin(), kWords.end(), [name](std::string_view word) {
    return name.find(word) != std::string_view::npos;
  });
}

Conf rdkafka::consumer_conf(const std::string& brokers, const KafkaProperties& properties) {
  Conf conf(rd_kafka_conf_new());
  set(conf.get(), {"bootstrap.servers", brokers});
  for (const KafkaProperty& property : kDefaults) {
    set(conf.get(), property);
  }
  for (const KafkaProperty& property : properties) {
    const auto* owned = std::find_if(kOwned.begin(), kOwned.end(), [&](const Owned& candidate) {
      return candidate.name == property.name;
    });
    if (owned != kOwned.end()) {
      throw Error::usage(fmt::format("-X {} cannot be set: {}", owned->name, owned->why));
    }
    set(conf.get(), property);
  }
  for (const KafkaProperty& property : kFixed) {
    set(conf.get(), property);
  }
  return conf;
}

KafkaFailure rdkafka::failure(rd_kafka_resp_err_t code, const char* text) {
  using Kind = KafkaFailure::Kind;
  Kind kind = Kind::other;
  switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return {};
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
      kind = Kind::unreachable;
      break;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      kind = Kind::login;
      break;
    case RD_KAFKA_RESP_ERR__SSL:
      kind = Kind::tls;
      break;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      kind = Kind::denied;
      break;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      kind = Kind::unknown;
      break;
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR__LOG_TRUNCATION:
      kind = Kind::out_of_range;
      break;
    default:
      break;
  }
  return {kind, text != nullptr && *text != '\0' ? text : rd_kafka_err2str(code)};
}

}  // namespace weir
