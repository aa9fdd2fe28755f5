#include "weir/decode/protobuf_frame.hpp"

#include "weir/decode/protobuf_wire.hpp"

namespace weir {
namespace {

bool begins_with_type(std::string_view body) {
  return !body.empty() && body.front() == kFlowMessageTag;
}

/// Whether lengths chain exactly to the end, and each body is one for `right`.
template <typename Predicate>
bool chains(std::string_view message, Predicate&& right) {
  const char* at = message.data();
  const char* const end = at + message.size();
  while (at < end) {
    std::string_view body;
    at = read_protobuf_bytes(at, end, body);
    if (at == nullptr || at > end || !right(body)) {
      return false;
    }
  }
  return !message.empty();
}

}  // namespace

bool is_flow_message_chain(std::string_view message) {
  return chains(message, [](std::string_view body) {
    return begins_with_type(body) && walks_as_protobuf(body);
  });
}

std::string_view presumed_flow_message(std::string_view message) {
  std::string_view body;
  const char* const end = message.data() + message.size();
  const bool alone = !message.empty() && read_protobuf_bytes(message.data(), end, body) == end;
  return alone && begins_with_type(body) ? body : std::string_view();
}

ProtobufFrame protobuf_frame(std::string_view message) {
  // With a tag in front the lengths alone decide, so that a broken body costs only its own record.
  if (begins_with_type(message) ? is_flow_message_chain(message)
                                : chains(message, begins_with_type)) {
    return ProtobufFrame::lengths;
  }
  if (begins_with_type(message)) {
    return ProtobufFrame::bare;
  }
  // A FlowMessage of unknown type begins with another tag.
  if (chains(message, [](std::string_view) { return true; })) {
    return ProtobufFrame::lengths;
  }
  if (walks_as_protobuf(message)) {
    return ProtobufFrame::bare;
  }
  std::uint64_t length = 0;
  const char* const body = message.empty() ? nullptr : read_varint(message.data(), length);
  const bool cut_off =
      body != nullptr && body < message.data() + message.size() && *body == kFlowMessageTag;
  return cut_off ? ProtobufFrame::lengths : ProtobufFrame::none;
}

}  // namespace weir
