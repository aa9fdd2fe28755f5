#include "weir/io/kafka_advice.hpp"

#include <fmt/format.h>

namespace weir {

std::string kafka_advice(const KafkaFailure& failure, const std::string& brokers,
                         std::string_view rights) {
  using Kind = KafkaFailure::Kind;
  const std::string& text = failure.text;
  switch (failure.kind) {
    case Kind::wrong_protocol:
      return fmt::format(
          "the broker does not speak what we speak ({}); set security.protocol to what this port "
          "of the broker takes: plaintext, ssl, sasl_plaintext or sasl_ssl",
          text);
    case Kind::login:
      return fmt::format(
          "Kafka refuses the login ({}); check sasl.username, sasl.password and whether this user "
          "may log in by this sasl.mechanism",
          text);
    case Kind::mechanism:
      return fmt::format(
          "Kafka does not offer this way to log in ({}); set sasl.mechanism to one it supports",
          text);
    case Kind::token:
      return fmt::format(
          "there is no token to log in to Kafka with ({}); check "
          "sasl.oauthbearer.token.endpoint.url, sasl.oauthbearer.client.id and "
          "sasl.oauthbearer.client.secret",
          text);
    case Kind::tls:
      return fmt::format("no TLS connection to Kafka ({}); check security.protocol and ssl.*",
                         text);
    case Kind::untrusted:
      return fmt::format(
          "the broker is not trusted ({}); set ssl.ca.location to the certificate (PEM) of the "
          "authority that signs the brokers'",
          text);
    case Kind::expired:
      return fmt::format(
          "the broker is not trusted ({}); renew the broker's certificate, or set this machine's "
          "clock",
          text);
    case Kind::wrong_host:
      return fmt::format(
          "the broker is not trusted ({}); use the name that its certificate is made out to in "
          "--brokers and the broker's advertised.listeners",
          text);
    case Kind::client_certificate:
      return fmt::format(
          "the broker takes no connection without a client certificate of an authority it trusts "
          "({}); set ssl.certificate.location and ssl.key.location to one that has not expired",
          text);
    case Kind::denied:
      return fmt::format("access is refused ({}); give this user {}", text, rights);
    case Kind::unreachable:
      return fmt::format("cannot reach Kafka at {} ({}); check --brokers and that the brokers run",
                         brokers, text);
    default:
      return text;
  }
}

}  // namespace weir
