#include "weir/io/kafka_events.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <utility>

namespace weir {
namespace {

KafkaEvents& events_of(void* opaque) {
  return *static_cast<KafkaEvents*>(opaque);
}

/// librdkafka fetches by topic id (KIP-516), and goes over to the id of a topic that was created
/// again without telling, at the old offset. Only a debug line says so, on the thread that makes
/// the change and before it: there are a few such lines for each answer about topics.
constexpr const char* kTopicIdContext = "metadata";

std::string get(const rd_kafka_conf_t* conf, const char* name) {
  std::array<char, 512> value{};
  std::size_t size = value.size();
  return rd_kafka_conf_get(conf, name, value.data(), &size) == RD_KAFKA_CONF_OK ? value.data() : "";
}

void listen_for_topic_ids(rd_kafka_conf_t* conf) {
  const std::string debug = get(conf, "debug");
  std::array<char, 256> text{};
  rd_kafka_conf_set(conf, "debug", (debug + (debug.empty() ? "" : ",") + kTopicIdContext).c_str(),
                    text.data(), text.size());
  rd_kafka_conf_set(conf, "log.queue", "false", text.data(), text.size());  // lines would be late
}

}  // namespace

void KafkaEvents::attach(rd_kafka_conf_t* conf, const KafkaProperties& properties) {
  constexpr std::size_t kShortestSecret = 4;  // hiding "a" everywhere would only garble the text
  for (const KafkaProperty& property : properties) {
    for (const std::string_view secret : kafka_secrets(property.name, property.value)) {
      if (secret.size() >= kShortestSecret) {
        secrets_.emplace_back(secret);
      }
    }
  }
  debug_ = !get(conf, "debug").empty();
  listen_for_topic_ids(conf);
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_error_cb(conf, on_error);
  rd_kafka_conf_set_log_cb(conf, on_log);
  // The parameters' types are librdkafka's. NOLINTBEGIN(readability-non-const-parameter)
  rd_kafka_conf_set_ssl_cert_verify_cb(
      conf, [](rd_kafka_t*, const char*, std::int32_t, int* x509_error, int, const char*,
               std::size_t, char* reason, std::size_t reason_size, void* opaque) {
        return events_of(opaque).accept_certificate(*x509_error, reason, reason_size) ? 1 : 0;
      });
  // NOLINTEND(readability-non-const-parameter)
}

std::string KafkaEvents::without_secrets(std::string text) const {
  constexpr std::string_view kHidden = "***";
  for (const std::string& secret : secrets_) {
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), kHidden);
      at += kHidden.size();
    }
  }
  return text;
}

KafkaFailure KafkaEvents::failure() const {
  return failure_.with([](const KafkaFailure& last) { return last; });
}

void KafkaEvents::forget_failure() {
  failure_.with([](KafkaFailure& last) { last = {}; });
}

void KafkaEvents::fail(rd_kafka_resp_err_t code, const char* reason) {
  KafkaFailure failure = rdkafka::failure(code, reason);
  if (code == RD_KAFKA_RESP_ERR__SSL && failure.kind == KafkaFailure::Kind::untrusted) {
    // librdkafka says the same of every certificate it refuses. What is wrong has been noted, and
    // is noted anew with each certificate, before its failure gets here.
    const KafkaFailure why = certificate_.with([](const KafkaFailure& last) { return last; });
    if (why) {
      // "ssl://host:9093/bootstrap: SSL handshake failed: …": the name of the broker is of use.
      const std::string broker = failure.text.substr(0, failure.text.find(": "));
      failure = {why.kind, fmt::format("{}: {}", broker, why.text)};
    }
  }
  failure.text = without_secrets(std::move(failure.text));
  failure_.with([&](KafkaFailure& last) { last = std::move(failure); });
}

void KafkaEvents::on_error(rd_kafka_t* /*handle*/, int code, const char* reason, void* opaque) {
  const auto error = static_cast<rd_kafka_resp_err_t>(code);
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    events_of(opaque).lost_ = true;  // comes after the reason, which says more
  } else {
    events_of(opaque).fail(error, reason);
  }
}

void KafkaEvents::on_log(const rd_kafka_t* handle, int level, const char* facility,
                         const char* text) {
  constexpr int kSyslogWarning = 4;
  constexpr int kSyslogDebug = 7;
  KafkaEvents& events = events_of(rd_kafka_opaque(handle));
  if (level == kSyslogDebug) {
    events.learn_topic_id(text);
    if (!events.debug_) {
      return;
    }
  }
  // What a user must know is said by whoever uses the client; librdkafka's lines are details.
  if (level <= kSyslogWarning) {
    events.log_.write(log::Level::info, "librdkafka",
                      {{"facility", facility}, {"text", events.without_secrets(text)}});
  } else {
    log::debug("librdkafka", {{"facility", facility}, {"text", events.without_secrets(text)}});
  }
}

/// "[thrd:main]: Topic NAME changed id from ID to ID"; names have no blanks.
void KafkaEvents::learn_topic_id(std::string_view text) {
  constexpr std::string_view kTopic = "Topic ";
  constexpr std::string_view kChanged = " changed id from ";
  constexpr std::string_view kTo = " to ";
  const auto changed = text.find(kChanged);
  const auto to = text.rfind(kTo);
  const auto topic = text.rfind(kTopic, changed);
  if (changed == std::string_view::npos || topic == std::string_view::npos || to < changed) {
    return;
  }
  const std::string_view name = text.substr(topic + kTopic.size(), changed - topic - kTopic.size());
  topic_ids_.with([&](auto& topics) {
    TopicIds& ids = topics[std::string(name)];
    ids.now = text.substr(to + kTo.size());
    ids.all.insert(ids.now);
  });
  changes_.fetch_add(1, std::memory_order_release);
}

std::string KafkaEvents::topic_id(std::string_view topic) const {
  return topic_ids_.with([&](const auto& topics) {
    const auto found = topics.find(topic);
    return found == topics.end() ? std::string() : found->second.now;
  });
}

bool KafkaEvents::topic_had_another_id(std::string_view topic, std::string_view id) const {
  return topic_ids_.with([&](const auto& topics) {
    const auto found = topics.find(topic);
    return found != topics.end() &&
           (found->second.all.size() > 1 || !found->second.all.contains(id));
  });
}

bool KafkaEvents::accept_certificate(int x509_error, char* reason, std::size_t reason_size) {
  // Judges nothing: OpenSSL has, and this is the only place where its finding can be seen.
  KafkaFailure failure = rdkafka::certificate_failure(x509_error);
  if (!failure) {
    return true;
  }
  fmt::format_to_n(reason, reason_size - 1, "{}", failure.text).out[0] = '\0';
  certificate_.with([&](KafkaFailure& last) { last = std::move(failure); });
  return false;
}

}  // namespace weir
