#pragma once

#include <cstdint>
#include <string_view>

namespace weir {

/// The forms of messages that can be told apart.
enum class Dialect : std::uint8_t { json, protobuf, cbor, unknown };

/// Which form a message has, by its bytes alone. Nothing but blanks counts as JSON, whose decoder
/// knows what to make of it. `message` must be followed by kProtobufPadding readable bytes.
Dialect detect_dialect(std::string_view message);

}  // namespace weir
