#pragma once

#include "weir/io/kafka.hpp"

namespace weir {

/// What variables of the environment say about logging in to Kafka: WEIR_KAFKA_SASL_PASSWORD is
/// `sasl.password`, and WEIR_KAFKA_SASL_PASSWORD_FILE names a file whose content it is, without its
/// last line end. So for `security.protocol` and every property that begins with `sasl.` or `ssl.`;
/// other variables, and empty ones, mean nothing. `environment` is as `environ`: NAME=value texts
/// up to a null pointer. The result belongs before the properties of -X, so that those win.
///
/// Throws Error::usage, naming the variable and never a value, for a property that does not exist,
/// one that is given twice, and a file that is empty or cannot be read.
[[nodiscard]] KafkaProperties kafka_environment(const char* const* environment);

/// The properties that a client has with these ones: those of the environment before them. Throws
/// as above.
[[nodiscard]] KafkaProperties with_kafka_environment(const KafkaProperties& properties);

}  // namespace weir
