#include "weir/io/kafka_events.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace weir {
namespace {

KafkaEvents& events_of(void* opaque) {
  return *static_cast<KafkaEvents*>(opaque);
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
  KafkaEvents& events = events_of(rd_kafka_opaque(handle));
  // What a user must know is said by whoever uses the client; librdkafka's lines are details.
  if (level <= kSyslogWarning) {
    events.log_.write(log::Level::info, "librdkafka",
                      {{"facility", facility}, {"text", events.without_secrets(text)}});
  } else {
    log::debug("librdkafka", {{"facility", facility}, {"text", events.without_secrets(text)}});
  }
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
