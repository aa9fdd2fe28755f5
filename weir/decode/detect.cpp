#include "weir/decode/detect.hpp"

#include "weir/decode/json_split.hpp"
#include "weir/decode/protobuf_frame.hpp"
#include "weir/decode/protobuf_wire.hpp"

namespace weir {
namespace {

/// The first byte alone does not tell: a goflow2 value of 123 bytes begins with `{`.
bool is_json(std::string_view message) {
  std::size_t at = skip_before_json(message, 0);
  if (at == message.size()) {
    return true;
  }
  const char opening = message[at];
  if (opening != '{' && opening != '[') {
    return false;
  }
  at = skip_json_blanks(message, at + 1);
  if (at == message.size()) {
    return false;
  }
  const char next = message[at];
  return opening == '{' ? next == '"' || next == '}' : next == '{' || next == ']';
}

/// Records of JSON may stand behind a line that is none: each is judged alone.
bool has_json_line(std::string_view message) {
  for (std::size_t at = message.find("\n{"); at != std::string_view::npos;
       at = message.find("\n{", at + 1)) {
    if (is_json(message.substr(at + 1))) {
      return true;
    }
  }
  return false;
}

/// A map, RFC 8949 section 3.1, whose first key is a text; or the tag that says that CBOR follows
/// (section 3.4.6).
bool is_cbor(std::string_view message) {
  const auto byte = [message](std::size_t i) {
    return i < message.size() ? static_cast<unsigned char>(message[i]) : 0U;
  };
  const unsigned first = byte(0);
  if (first >= 0xa0 && first <= 0xb7) {
    return byte(1) >= 0x60 && byte(1) <= 0x7b;
  }
  return first == 0xb8 || first == 0xb9 || first == 0xbf || message.starts_with("\xd9\xd9\xf7");
}

}  // namespace

Dialect detect_dialect(std::string_view message) {
  if (is_json(message)) {
    return Dialect::json;
  }
  // Before CBOR: of goflow2's values one in a hundred has a length that looks like a map. Whether
  // lengths chain to the end leaves no room for chance.
  if (is_flow_message_chain(message)) {
    return Dialect::protobuf;
  }
  if (is_cbor(message)) {
    return Dialect::cbor;
  }
  if (message.front() == kFlowMessageTag && walks_as_protobuf(message)) {
    return Dialect::protobuf;
  }
  return has_json_line(message) ? Dialect::json : Dialect::unknown;
}

}  // namespace weir
