#include "weir/pipeline/check_brokers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <exception>
#include <thread>

#include "weir/io/kafka_advice.hpp"
#include "weir/io/kafka_environment.hpp"
#include "weir/io/kafka_probe.hpp"

namespace weir {
namespace {

using Millis = std::chrono::milliseconds;

/// More than anybody lists; each costs a client for a moment.
constexpr std::size_t kMostBrokers = 16;

struct Answer {
  std::string address;
  KafkaCluster cluster;
};

std::vector<std::string> split(const std::string& brokers) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at <= brokers.size();) {
    const auto end = std::min(brokers.find(',', at), brokers.size());
    if (end > at) {
      all.push_back(brokers.substr(at, end - at));
    }
    at = end + 1;
  }
  return all;
}

std::vector<Answer> ask_all(const std::vector<std::string>& addresses,
                            const KafkaSourceOptions& options, Millis patience, bool topics) {
  std::vector<Answer> answers;
  answers.reserve(addresses.size());
  for (const std::string& address : addresses) {
    answers.push_back({address, {}});
  }
  answers.resize(std::min(answers.size(), kMostBrokers));
  std::vector<std::jthread> threads;
  threads.reserve(answers.size());
  for (Answer& answer : answers) {
    threads.emplace_back([&] {
      try {
        answer.cluster = probe_kafka({answer.address, options.properties, patience, topics});
      } catch (const std::exception& error) {  // out of descriptors, say: this is a thread's end
        answer.cluster.failure = {KafkaFailure::Kind::other, error.what()};
      }
    });
  }
  threads.clear();  // waits for them
  return answers;
}

/// With one broker that answers the others are spare, but they were given to be used.
Findings judge_bootstrap(const std::vector<Answer>& answers, bool any) {
  Findings findings;
  for (const Answer& answer : answers) {
    const std::string where = fmt::format("broker {}", answer.address);
    if (!answer.cluster.failure) {
      findings.push_back(ok(where + " answers"));
      continue;
    }
    findings.push_back(kafka_problem(where, answer.cluster.failure, answer.address));
    if (any) {
      findings.back().level = Finding::Level::warning;
    }
  }
  return findings;
}

Findings check_advertised(const KafkaCluster& cluster, const KafkaSourceOptions& options,
                          const std::vector<Answer>& answers, Millis patience) {
  std::vector<std::string> names;
  std::vector<std::string> unasked;
  for (const KafkaBroker& broker : cluster.brokers) {
    names.push_back(fmt::format("{} at {}", broker.id, broker.address));
    const bool asked = std::any_of(answers.begin(), answers.end(), [&](const Answer& answer) {
      return answer.address == broker.address && !answer.cluster.failure;
    });
    if (!asked) {
      unasked.push_back(broker.address);
    }
  }
  Findings findings = {
      ok(fmt::format("cluster {} has {}: {}", cluster.id.empty() ? "without id" : cluster.id,
                     counted_words(names.size(), "broker"), fmt::join(names, ", ")))};
  for (const Answer& answer : ask_all(unasked, options, patience, false)) {
    if (!answer.cluster.failure) {
      findings.push_back(ok(fmt::format("broker {} answers", answer.address)));
      continue;
    }
    findings.push_back(
        problem(fmt::format("broker {}, of which the cluster tells, cannot be used: {}",
                            answer.address, answer.cluster.failure.text),
                "Clients read from the addresses that brokers advertise: see that this one can be "
                "resolved and reached from here, or set advertised.listeners of the broker"));
  }
  return findings;
}

std::string property(const KafkaProperties& properties, std::string_view name,
                     const std::string& otherwise) {
  const auto found =
      std::find_if(properties.rbegin(), properties.rend(),
                   [name](const KafkaProperty& property) { return property.name == name; });
  return found == properties.rend() ? otherwise : found->value;
}

}  // namespace

Finding kafka_problem(const std::string& where, const KafkaFailure& failure,
                      const std::string& brokers) {
  const std::string text = kafka_advice(failure, brokers);
  // What failed stands in brackets where the client library's own words are quoted.
  const auto bracket = text.find("); ");
  const auto end = bracket == std::string::npos ? text.find("; ") : bracket + 1;
  if (end == std::string::npos || end == 0) {
    return problem(where + ": " + text,
                   "See what the broker's own log says of it, and that this port is one of Kafka");
  }
  std::string advice = text.substr(end + 2);
  if (!advice.empty()) {
    advice[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(advice[0])));
  }
  return problem(where + ": " + text.substr(0, end), std::move(advice));
}

std::string describe_login(const KafkaProperties& properties) {
  std::string protocol = property(properties, "security.protocol", "plaintext");
  std::transform(protocol.begin(), protocol.end(), protocol.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string text = protocol.ends_with("ssl") ? "encrypted (TLS)" : "not encrypted";
  if (protocol.starts_with("sasl")) {
    const std::string mechanism =
        property(properties, "sasl.mechanism", property(properties, "sasl.mechanisms", "GSSAPI"));
    const std::string user = property(properties, "sasl.username", "");
    text += ", login by " + mechanism + (user.empty() ? "" : " as " + user);
  } else if (protocol == "ssl") {
    const bool certificate = !property(properties, "ssl.certificate.location", "").empty() ||
                             !property(properties, "ssl.keystore.location", "").empty();
    text += certificate ? ", with a client certificate" : ", no login";
  } else {
    text += ", no login";
  }
  return text;
}

BrokersCheck check_brokers(const KafkaSourceOptions& options, Millis patience) {
  BrokersCheck check;
  std::vector<Answer> answers = ask_all(split(options.brokers), options, patience, true);
  const auto reached = std::find_if(answers.begin(), answers.end(),
                                    [](const Answer& answer) { return !answer.cluster.failure; });
  check.reachable = reached != answers.end();
  check.findings = judge_bootstrap(answers, check.reachable);
  if (!check.reachable) {
    return check;
  }
  check.findings.push_back(
      ok("connection accepted: " + describe_login(with_kafka_environment(options.properties))));
  KafkaCluster& cluster = reached->cluster;
  Findings advertised = check_advertised(cluster, options, answers, patience);
  const auto unusable =
      std::count_if(advertised.begin(), advertised.end(),
                    [](const Finding& each) { return each.level == Finding::Level::problem; });
  check.reachable = static_cast<std::size_t>(unusable) < cluster.brokers.size();
  add(check.findings, std::move(advertised));
  check.topics = std::move(cluster.topics);
  return check;
}

}  // namespace weir
