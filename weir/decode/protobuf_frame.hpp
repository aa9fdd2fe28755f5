#pragma once

#include <cstdint>
#include <string_view>

namespace weir {

/// How FlowMessages stand in a message of Kafka. goflow2 puts a length in front of each; goflow and
/// goflow2 before version 2 do so only when told to.
enum class ProtobufFrame : std::uint8_t {
  lengths,  ///< one or more, each behind its length
  bare,     ///< one, which is the whole message
  none,     ///< neither
};

/// The tag of a FlowMessage's first field: `type`, number 1, which goflow2 always sets.
inline constexpr char kFlowMessageTag = 0x08;

/// Lengths that chain exactly to the end, each body beginning with kFlowMessageTag and walking as
/// protobuf. `message` must be followed by kProtobufPadding readable bytes, here and below.
bool is_flow_message_chain(std::string_view message);

/// The body of a message that has the outside of one FlowMessage behind its length, whatever is in
/// it; empty for others.
std::string_view presumed_flow_message(std::string_view message);

/// How a message that is known to be protobuf, but perhaps damaged, is to be read.
ProtobufFrame protobuf_frame(std::string_view message);

}  // namespace weir
