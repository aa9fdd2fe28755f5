#include "weir/io/kafka_environment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "weir/base/error.hpp"
#include "weir/io/file.hpp"
#include "weir/io/kafka_handles.hpp"

namespace weir {
namespace {

constexpr std::string_view kPrefix = "WEIR_KAFKA_";
constexpr std::string_view kFile = "_FILE";
constexpr std::size_t kMaxFile = std::size_t{1} << 20;

/// Kubernetes gives such variables to the neighbours of a service called weir-kafka-ssl, say.
bool is_service_link(std::string_view name) {
  const auto word = name.find('_');
  const std::string_view rest = name.substr(std::min(word, name.size() - 1) + 1);
  return rest == "PORT" || rest.starts_with("PORT_") || rest.starts_with("SERVICE_HOST") ||
         rest.starts_with("SERVICE_PORT");
}

/// Whether a variable, its prefix taken off, speaks of logging in.
bool is_ours(std::string_view name) {
  const bool protocol = name == "SECURITY_PROTOCOL" || name == "SECURITY_PROTOCOL_FILE";
  const bool login = name.starts_with("SASL_") || name.starts_with("SSL_");
  return protocol || (login && !is_service_link(name));
}

/// SASL_PASSWORD is sasl.password; no property of these has an underscore in its name.
std::string property_name(std::string_view name) {
  std::string property(name);
  std::transform(property.begin(), property.end(), property.begin(), [](char c) {
    const bool upper = c >= 'A' && c <= 'Z';
    return c == '_' ? '.' : static_cast<char>(upper ? c - 'A' + 'a' : c);
  });
  return property;
}

bool is_known(const std::string& property) {
  const rdkafka::Conf conf(rd_kafka_conf_new());
  // Asking for the value would find nothing where it has none; this sets the default.
  return rd_kafka_conf_set(conf.get(), property.c_str(), nullptr, nullptr, 0) !=
         RD_KAFKA_CONF_UNKNOWN;
}

/// Two names of one property.
std::string_view canonical(std::string_view property) {
  return property == "sasl.mechanism" ? "sasl.mechanisms" : property;
}

std::string content(const std::string& variable, const std::string& path) {
  FileContent file = read_file(path, kMaxFile);
  if (!file.ok()) {
    throw Error::usage(fmt::format("{}: cannot read {}: {}", variable, path, file.error));
  }
  std::string& bytes = file.bytes;
  if (bytes.ends_with('\n')) {
    bytes.resize(bytes.size() - (bytes.ends_with("\r\n") ? 2 : 1));
  }
  if (bytes.empty()) {
    throw Error::usage(
        fmt::format("{}: the file {} is empty; put the value into it", variable, path));
  }
  if (bytes.find('\0') != std::string::npos) {
    throw Error::usage(fmt::format("{}: the file {} is not text", variable, path));
  }
  return std::move(bytes);
}

KafkaProperty read(const std::string& variable, const std::string& value) {
  const std::string_view name = std::string_view(variable).substr(kPrefix.size());
  if (std::string property = property_name(name); is_known(property)) {
    return {std::move(property), value, variable};
  }
  if (name.ends_with(kFile)) {
    std::string property = property_name(name.substr(0, name.size() - kFile.size()));
    if (is_known(property)) {
      return {std::move(property), content(variable, value), variable};
    }
  }
  throw Error::usage(fmt::format(
      "{}: librdkafka has no such property; take its name in capitals with _ for each dot, as in "
      "WEIR_KAFKA_SASL_PASSWORD or WEIR_KAFKA_SASL_PASSWORD_FILE, or unset the variable",
      variable));
}

}  // namespace

KafkaProperties kafka_environment(const char* const* environment) {
  KafkaProperties properties;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view text = *environment;
    const auto equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos ||
        equals + 1 == text.size() || !is_ours(text.substr(0, equals).substr(kPrefix.size()))) {
      continue;
    }
    KafkaProperty property =
        read(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
    for (const KafkaProperty& other : properties) {
      if (canonical(other.name) == canonical(property.name)) {
        throw Error::usage(fmt::format("{} and {} say the same thing: unset one of them",
                                       other.from, property.from));
      }
    }
    properties.push_back(std::move(property));
  }
  return properties;
}

KafkaProperties with_kafka_environment(const KafkaProperties& properties) {
  KafkaProperties all = kafka_environment(environ);
  all.insert(all.end(), properties.begin(), properties.end());
  return all;
}

}  // namespace weir
