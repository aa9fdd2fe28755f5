#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <memory>
#include <set>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "weir/base/error.hpp"
#include "weir/base/near_match.hpp"
#include "weir/io/kafka_environment.hpp"
#include "weir/io/kafka_handles.hpp"

namespace weir {
namespace {

using rdkafka::ClientConf;
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
constexpr std::string_view kNoQueue = "weir writes librdkafka's log lines into its own log";
constexpr std::string_view kAllAcks = "a record counts as sent once all replicas have it";
constexpr std::string_view kLedger = "use --ledger, and --delivery to do without";

/// What one kind of client is made of.
struct Role {
  std::span<const Owned> owned;             ///< must not be changed
  std::span<const KafkaProperty> defaults;  ///< ours beside kDefaults, in place of librdkafka's
  KafkaProperties fixed;                    ///< what exactness rests on
};

constexpr std::array kConsumerOwned = {
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
    Owned{"log.queue", kNoQueue},
    Owned{"metadata.broker.list", kBrokers},
};

/// Every client's.
const std::array kDefaults = {
    KafkaProperty{"client.id", "weir"},  // shows in the brokers' logs and quotas
    // Numbers about the client go to brokers that ask for them (KIP-714), and its end waits a
    // second for what is left of that.
    KafkaProperty{"enable.metrics.push", "false"},
    // Back within seconds after a restart; librdkafka's 10 s are for clients by the thousand.
    KafkaProperty{"reconnect.backoff.max.ms", "2000"},
    KafkaProperty{"socket.keepalive.enable", "true"},  // a broker that vanished without a word
};

const std::array kConsumerDefaults = {
    // What one answer brings passes through the CPU's caches three times (socket, parsing, our
    // copy). 1 MB in place of up to 50 MB spares about four tenths of the CPU.
    KafkaProperty{"fetch.max.bytes", "1000000"},
    // The same goes for what waits to be read. Large messages cannot fill the memory either.
    KafkaProperty{"queued.max.messages.kbytes", "4096"},
    // After a full queue librdkafka waits this long before it fetches again. Its own second is 20
    // times what working off its queue takes: catching up took 4.4 s, and now takes 1.0 s.
    KafkaProperty{"fetch.queue.backoff.ms", "5"},
    // A new leader is looked for at once, then in growing steps.
    KafkaProperty{"topic.metadata.refresh.interval.ms", "60000"},
};

const KafkaProperties kConsumerFixed = {
    KafkaProperty{"isolation.level", "read_committed"},
    KafkaProperty{"enable.auto.commit", "false"},
    KafkaProperty{"enable.auto.offset.store", "false"},
    KafkaProperty{"enable.partition.eof", "true"},
    // We decide where to go on, because what is skipped must be counted.
    KafkaProperty{"auto.offset.reset", "error"},
    KafkaProperty{"allow.auto.create.topics", "false"},
};

constexpr std::array kProducerOwned = {
    Owned{"acks", kAllAcks},
    Owned{"bootstrap.servers", kBrokers},
    Owned{"delivery.report.only.error", "weir counts what did not arrive"},
    Owned{"enable.idempotence", "weir sends nothing twice of its own accord"},
    Owned{"group.id", kLedger},
    Owned{"log.queue", kNoQueue},
    Owned{"metadata.broker.list", kBrokers},
    Owned{"request.required.acks", kAllAcks},
    Owned{"transaction.timeout.ms", "weir sets it by the size of a window"},
    Owned{"transactional.id", kLedger},
};

const std::array kProducerDefaults = {
    // Full batches: 100,000 rows of 118 bytes cost 1.1 us each, with librdkafka's 5 ms up to 1.9.
    KafkaProperty{"linger.ms", "50"},
    // What waits to be sent, so that any number of rows takes the same memory.
    KafkaProperty{"queue.buffering.max.kbytes", "16384"},
    KafkaProperty{"message.timeout.ms", "60000"},
};

/// librdkafka's own table of properties, as lines like "linger.ms  |  P  | …", of which `take` gets
/// the name and for whom it is: consumers (C), producers (P) or both (*).
template <typename Take>
void for_each_property(const Take& take) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* out = ::open_memstream(&text, &size);
  if (out == nullptr) {
    return;
  }
  rd_kafka_conf_properties_show(out);
  std::fclose(out);
  const std::unique_ptr<char, rdkafka::Deleter<&std::free>> owner(text);
  std::string_view rest(text, size);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto bar = line.find('|');
    if (bar != std::string_view::npos && line.substr(bar).starts_with("|  ") &&
        bar + 3 < line.size()) {
      take(line.substr(0, line.find(' ')), line[bar + 3]);
    }
  }
}

/// ` Did you mean …?` of all that librdkafka can be told, or nothing.
std::string near_properties(const std::string& name) {
  std::vector<std::string> names;
  for_each_property([&](std::string_view each, char /*side*/) { names.emplace_back(each); });
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  return did_you_mean(name, candidates);
}

void set(rd_kafka_conf_t* conf, const KafkaProperty& property) {
  std::array<char, 512> reason{};
  const rd_kafka_conf_res_t result = rd_kafka_conf_set(
      conf, property.name.c_str(), property.value.c_str(), reason.data(), reason.size());
  if (result == RD_KAFKA_CONF_OK) {
    return;
  }
  // The reason may quote the value.
  const std::string_view text = kafka_secrets(property.name, property.value).empty()
                                    ? std::string_view(reason.data())
                                    : "no such property, or a value it cannot have";
  const std::string near =
      result == RD_KAFKA_CONF_UNKNOWN ? near_properties(property.name) : std::string();
  if (property.from.starts_with(KafkaProperty::kCommandLine)) {
    throw Error::usage(fmt::format("-X {}: {}{}", property.name, text, near));
  }
  throw Error::usage(fmt::format("{}: {}{}", property.from, text, near));
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

/// The password of `scheme://user:password@host`; empty where there is none.
std::string_view password_in_url(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return {};
  }
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find('/'));
  const auto at = host.rfind('@');
  const auto colon = host.find(':');
  if (at == std::string_view::npos || colon >= at) {
    return {};
  }
  return host.substr(colon + 1, at - colon - 1);
}

std::string value_of(rd_kafka_conf_t* conf, const char* name) {
  std::size_t size = 0;
  if (rd_kafka_conf_get(conf, name, nullptr, &size) != RD_KAFKA_CONF_OK || size == 0) {
    return {};
  }
  std::string value(size, '\0');
  rd_kafka_conf_get(conf, name, value.data(), &size);
  value.resize(size - 1);  // without its NUL
  return value;
}

/// Of a file that is not there OpenSSL only says "system lib".
void check_files(rd_kafka_conf_t* conf) {
  if (!value_of(conf, "security.protocol").ends_with("ssl")) {
    return;
  }
  for (const char* name : {"ssl.ca.location", "ssl.certificate.location", "ssl.key.location",
                           "ssl.keystore.location", "ssl.crl.location"}) {
    const std::string path = value_of(conf, name);
    if (!path.empty() && path != "probe" && ::access(path.c_str(), R_OK) != 0) {
      throw Error::usage(fmt::format(
          "{}: cannot read {}: {}; correct the path, or let the user that weir runs as read it",
          name, path, std::generic_category().message(errno)));
    }
  }
}

/// `properties` are all that the user has given.
ClientConf make_conf(const std::string& brokers, KafkaProperties properties, const Role& role) {
  Conf conf(rd_kafka_conf_new());
  set(conf.get(), {"bootstrap.servers", brokers});
  for (const auto ours : {std::span<const KafkaProperty>(kDefaults), role.defaults}) {
    for (const KafkaProperty& property : ours) {
      set(conf.get(), property);
    }
  }
  for (const KafkaProperty& property : properties) {
    const auto owned =
        std::find_if(role.owned.begin(), role.owned.end(),
                     [&](const Owned& candidate) { return candidate.name == property.name; });
    if (owned != role.owned.end()) {
      throw Error::usage(fmt::format("-X {} cannot be set: {}", owned->name, owned->why));
    }
    set(conf.get(), property);
  }
  for (const KafkaProperty& property : role.fixed) {
    set(conf.get(), property);
  }
  check_files(conf.get());
  return {std::move(conf), std::move(properties)};
}

/// The properties that are for consumers or producers only.
std::set<std::string, std::less<>> one_sided_properties() {
  std::set<std::string, std::less<>> names;
  for_each_property([&](std::string_view name, char side) {
    if (side == 'C' || side == 'P') {
      names.emplace(name);
    }
  });
  return names;
}

}  // namespace

bool kafka_property_is_secret(std::string_view name) {
  // Wide, so that a misspelt name is one too. ssl.key.pem holds a key, ssl.key.location a path.
  return contains_any(name, {"pass", "secret", "jaas", "oauthbearer.config"}) ||
         (contains_any(name, {"key"}) && contains_any(name, {"pem"}));
}

std::vector<std::string_view> kafka_secrets(std::string_view name, std::string_view value) {
  if (kafka_property_is_secret(name)) {
    return value.empty() ? std::vector<std::string_view>() : std::vector{value};
  }
  std::vector<std::string_view> secrets;
  if (const auto password = password_in_url(value); !password.empty()) {
    secrets.push_back(password);
  }
  for (const std::string_view word : {"password=", "secret="}) {
    const auto at = value.find(word);
    if (at != std::string_view::npos && at + word.size() < value.size()) {
      secrets.push_back(value.substr(at + word.size()));
    }
  }
  return secrets;
}

ClientConf rdkafka::consumer_conf(const std::string& brokers, const KafkaProperties& properties) {
  return make_conf(brokers, with_kafka_environment(properties),
                   {kConsumerOwned, kConsumerDefaults, kConsumerFixed});
}

ClientConf rdkafka::producer_conf(const std::string& brokers, const KafkaProperties& properties,
                                  const std::string& transactional_id,
                                  std::chrono::milliseconds transaction_timeout,
                                  const KafkaProperties& defaults) {
  KafkaProperties fixed = {
      KafkaProperty{"enable.idempotence", "true"},
      KafkaProperty{"delivery.report.only.error", "true"},
  };
  if (!transactional_id.empty()) {
    const std::string timeout = std::to_string(transaction_timeout.count());
    fixed.push_back({"transactional.id", transactional_id});
    fixed.push_back({"transaction.timeout.ms", timeout});
    // Later than that nothing can arrive.
    fixed.push_back({"message.timeout.ms", timeout});
  }
  KafkaProperties ours(kProducerDefaults.begin(), kProducerDefaults.end());
  ours.insert(ours.end(), defaults.begin(), defaults.end());
  return make_conf(brokers, with_kafka_environment(properties),
                   {kProducerOwned, ours, std::move(fixed)});
}

ClientConf rdkafka::group_conf(const std::string& brokers, const KafkaProperties& properties,
                               const std::string& group) {
  const auto one_sided = one_sided_properties();
  KafkaProperties both_sided = with_kafka_environment(properties);
  std::erase_if(both_sided,
                [&](const KafkaProperty& each) { return one_sided.contains(each.name); });
  KafkaProperties fixed = kConsumerFixed;
  fixed.push_back({"group.id", group});
  return make_conf(brokers, std::move(both_sided), {{}, {}, std::move(fixed)});
}

}  // namespace weir
