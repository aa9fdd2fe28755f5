#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include "weir/io/kafka_handles.hpp"

namespace weir {
namespace {

using Kind = KafkaFailure::Kind;

/// librdkafka has few codes; what tells causes apart is in its words, which are these in 2.6
/// to 2.8.
struct Words {
  std::string_view part;
  Kind kind;
};
constexpr std::array kWords = {
    Words{"connecting to a PLAINTEXT broker listener", Kind::wrong_protocol},
    Words{"connecting to a SSL listener", Kind::wrong_protocol},
    Words{"verify that security.protocol is correctly configured", Kind::wrong_protocol},
    // Not refused: the connection broke in the middle of it.
    Words{"mechanism handshake failed: Local: ", Kind::unreachable},
    // A SASL handshake where the broker expects none.
    Words{"not valid in current SASL state: broker's supported mechanisms: ", Kind::wrong_protocol},
    // These are the letters HTTP, taken for a length.
    Words{"Invalid response size 1213486160", Kind::wrong_protocol},
    Words{"Unsupported SASL mechanism", Kind::mechanism},
    Words{"Failed to acquire SASL OAUTHBEARER token", Kind::token},
    Words{"client SSL authentication might be required", Kind::client_certificate},
    Words{"broker certificate could not be verified", Kind::untrusted},
};

/// TLS alerts by which a server says that it does not like the client's certificate, or wants one.
constexpr std::array kCertificateAlerts = {42, 43, 44, 45, 46, 48, 49, 116};  // RFC 8446, 6.2

std::optional<int> tls_alert(std::string_view text) {
  constexpr std::string_view kMark = "SSL alert number ";  // OpenSSL's words
  const auto at = text.find(kMark);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  int number = 0;
  const std::string_view digits = text.substr(at + kMark.size());
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

Kind kind_of(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
      return Kind::unreachable;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return Kind::login;
    case RD_KAFKA_RESP_ERR__SSL:
      return Kind::tls;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return Kind::denied;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return Kind::unknown;
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR__LOG_TRUNCATION:
      return Kind::out_of_range;
    default:
      return Kind::other;
  }
}

/// For failures of connections only: other texts may quote anything.
Kind kind_of(Kind coarse, std::string_view text) {
  if (const auto alert = tls_alert(text)) {
    const bool ours = std::find(kCertificateAlerts.begin(), kCertificateAlerts.end(), *alert) !=
                      kCertificateAlerts.end();
    return ours ? Kind::client_certificate : Kind::tls;
  }
  const auto* const found = std::find_if(kWords.begin(), kWords.end(), [text](const Words& words) {
    return text.find(words.part) != std::string_view::npos;
  });
  return found == kWords.end() ? coarse : found->kind;
}

/// Without "(after 3ms in state CONNECT, 1 identical error(s) suppressed)".
std::string_view without_state(std::string_view text) {
  const auto tail = text.rfind(" (after ");
  const bool state =
      tail != std::string_view::npos && text.find("ms in state ", tail) != std::string_view::npos;
  return state ? text.substr(0, tail) : text;
}

}  // namespace

KafkaFailure rdkafka::failure(rd_kafka_resp_err_t code, const char* text) {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {};
  }
  Kind kind = kind_of(code);
  const std::string_view words =
      without_state(text != nullptr && *text != '\0' ? text : rd_kafka_err2str(code));
  if (kind == Kind::unreachable || kind == Kind::login || kind == Kind::tls) {
    kind = kind_of(kind, words);
  }
  return {kind, std::string(words)};
}

KafkaFailure rdkafka::certificate_failure(int x509_error) {
  // OpenSSL's X509_V_ERR_…, part of its stable interface.
  switch (x509_error) {
    case 0:
      return {};
    case 9:
      return {Kind::expired, "its certificate is not valid yet"};
    case 10:
      return {Kind::expired, "its certificate has expired"};
    case 18:
      return {Kind::untrusted, "its certificate is signed by itself"};
    case 19:
      return {Kind::untrusted, "an unknown authority is at the end of its certificate's chain"};
    case 2:
    case 20:
    case 21:
      return {Kind::untrusted, "its certificate's issuer is not known"};
    case 62:
      return {Kind::wrong_host, "its certificate does not name this host"};
    case 64:
      return {Kind::wrong_host, "its certificate does not name this IP address"};
    default:
      return {Kind::tls, "OpenSSL's verification error " + std::to_string(x509_error)};
  }
}

}  // namespace weir
