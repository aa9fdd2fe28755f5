#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/flags.hpp"
#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/io/kafka.hpp"

namespace weir {

// Flags that mean the same in several commands.

/// --log.level and --log.format
std::vector<Flag> log_flags(log::Level& level, log::Format& format);

/// -X, which appends to `properties` and calls `given` if there is one. In a configuration file it
/// is `kafka`: names with values, and maps of names that have a dot; or "@FILE", or a list of both.
Flag kafka_flag(KafkaProperties& properties, std::function<void()> given = nullptr);

/// Appends what --brokers gives to the list as librdkafka takes it: `host:port[,host:port…]`.
/// Throws Error::usage for a user or a password in it, and for what is no port: librdkafka would
/// take the first for a host's name and the second modulo 2^16.
void add_brokers(std::string& brokers, const std::string& value);

/// The one of `choices` that is called `text`. Throws Error::usage that names `flag` and all of
/// them.
template <typename Value, std::size_t Count>
Value parse_choice(std::string_view flag, std::string_view text,
                   const std::array<std::pair<std::string_view, Value>, Count>& choices) {
  std::string known;
  for (const auto& [name, value] : choices) {
    if (name == text) {
      return value;
    }
    known += known.empty() ? "" : ", ";
    known += name;
  }
  throw Error::usage(std::string(flag) + ": \"" + std::string(text) + "\" is none of " + known);
}

}  // namespace weir
