#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "weir/io/kafka_handles.hpp"

namespace weir {
namespace {

using Kind = KafkaFailure::Kind;

// The words are those of librdkafka 2.8 and OpenSSL 3.0 against Apache Kafka 4.1.

struct Case {
  rd_kafka_resp_err_t code;
  const char* text;
  Kind kind;
};

TEST(KafkaFailure, TellsWhyAConnectionFails) {
  for (const auto& [code, text, kind] : {
           Case{RD_KAFKA_RESP_ERR__TRANSPORT,
                "ssl://127.0.0.1:9092/bootstrap: SSL handshake failed: Disconnected: connecting to "
                "a PLAINTEXT broker listener?",
                Kind::wrong_protocol},
           Case{RD_KAFKA_RESP_ERR__TRANSPORT,
                "127.0.0.1:9093/bootstrap: Disconnected while requesting ApiVersion: might be "
                "caused by incorrect security.protocol configuration (connecting to a SSL "
                "listener?) or broker version is < 0.10 (see api.version.request)",
                Kind::wrong_protocol},
           Case{RD_KAFKA_RESP_ERR__TRANSPORT,
                "ssl://127.0.0.1:9093/bootstrap: Disconnected: verify that security.protocol is "
                "correctly configured, broker might require SASL authentication",
                Kind::wrong_protocol},
           Case{RD_KAFKA_RESP_ERR__AUTHENTICATION,
                "sasl_plaintext://127.0.0.1:9092/bootstrap: SASL SCRAM-SHA-256 mechanism handshake "
                "failed: Broker: Request not valid in current SASL state: broker's supported "
                "mechanisms: ",
                Kind::wrong_protocol},
           Case{RD_KAFKA_RESP_ERR__AUTHENTICATION,
                "sasl_ssl://127.0.0.1:9093/bootstrap: SASL SCRAM-SHA-256 mechanism handshake "
                "failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN",
                Kind::mechanism},
           Case{RD_KAFKA_RESP_ERR__AUTHENTICATION,
                "sasl_ssl://127.0.0.1:9093/bootstrap: SASL authentication error: Authentication "
                "failed: Invalid username or password",
                Kind::login},
           Case{RD_KAFKA_RESP_ERR__AUTHENTICATION,
                "Failed to acquire SASL OAUTHBEARER token: {\"error\": \"invalid_client\"}",
                Kind::token},
           Case{RD_KAFKA_RESP_ERR__TRANSPORT,
                "ssl://127.0.0.1:9093/bootstrap: Receive failed: error:0A000412:SSL "
                "routines::sslv3 alert bad certificate: SSL alert number 42",
                Kind::client_certificate},
           Case{RD_KAFKA_RESP_ERR__SSL, "SSL alert number 116", Kind::client_certificate},
           Case{RD_KAFKA_RESP_ERR__SSL, "sslv3 alert handshake failure: SSL alert number 40",
                Kind::tls},
           Case{RD_KAFKA_RESP_ERR__SSL, "SSL alert number ", Kind::tls},
           Case{RD_KAFKA_RESP_ERR__AUTHENTICATION,
                "sasl_ssl://127.0.0.1:9093/1: SASL OAUTHBEARER mechanism handshake failed: Local: "
                "Broker transport failure: broker's supported mechanisms: (n/a)",
                Kind::unreachable},
           Case{RD_KAFKA_RESP_ERR__TRANSPORT, "Connect to ipv4#127.0.0.1:1 failed: refused",
                Kind::unreachable},
           Case{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, nullptr, Kind::denied},
           Case{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "SSL alert number 42", Kind::unknown},
       }) {
    const KafkaFailure failure = rdkafka::failure(code, text);
    EXPECT_EQ(static_cast<int>(failure.kind), static_cast<int>(kind)) << failure.text;
    EXPECT_FALSE(failure.text.empty());
  }
  EXPECT_FALSE(rdkafka::failure(RD_KAFKA_RESP_ERR_NO_ERROR, "fine"));
}

TEST(KafkaFailure, LeavesOutHowOftenAndInWhichState) {
  EXPECT_EQ(rdkafka::failure(RD_KAFKA_RESP_ERR__TRANSPORT,
                             "b: failed (after 3ms in state CONNECT, 1 identical error(s) "
                             "suppressed)")
                .text,
            "b: failed");
  EXPECT_EQ(rdkafka::failure(RD_KAFKA_RESP_ERR__TRANSPORT, "b: failed (after all)").text,
            "b: failed (after all)");
}

TEST(KafkaFailure, TellsWhatIsWrongWithACertificate) {
  EXPECT_FALSE(rdkafka::certificate_failure(0));
  for (const auto& [error, kind] :
       {std::pair(10, Kind::expired), std::pair(9, Kind::expired), std::pair(19, Kind::untrusted),
        std::pair(20, Kind::untrusted), std::pair(62, Kind::wrong_host),
        std::pair(64, Kind::wrong_host), std::pair(7, Kind::tls)}) {
    const KafkaFailure failure = rdkafka::certificate_failure(error);
    EXPECT_EQ(static_cast<int>(failure.kind), static_cast<int>(kind)) << error;
    EXPECT_FALSE(failure.text.empty());
  }
}

}  // namespace
}  // namespace weir
