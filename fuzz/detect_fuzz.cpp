#include <optional>
#include <string>

#include "fuzz/support.hpp"
#include "weir/decode/detect.hpp"
#include "weir/decode/protobuf_frame.hpp"

namespace {

using namespace weir;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// The first sign of JSON and the next one, `none` where the message ends before it.
bool looks_like_json(std::string_view text) {
  while (text.starts_with("\xef\xbb\xbf") || (!text.empty() && is_blank(text.front()))) {
    text.remove_prefix(is_blank(text.front()) ? 1 : 3);
  }
  std::string signs;
  for (const char c : text) {
    if (!is_blank(c)) {
      signs += c;
    }
    if (signs.size() == 2) {
      break;
    }
  }
  return signs.empty() || signs == "{\"" || signs == "{}" || signs == "[{" || signs == "[]";
}

/// A line behind the first one that looks like an object.
bool has_json_line(std::string_view text) {
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if (text[at] == '\n' && text[at + 1] == '{' && looks_like_json(text.substr(at + 1))) {
      return true;
    }
  }
  return false;
}

/// Where the number at `at` ends, byte by byte; nothing if it does not.
std::optional<std::size_t> number(std::string_view text, std::size_t at, std::uint64_t& value) {
  value = 0;
  for (unsigned i = 0; i < 10 && at < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[at++]);
    value |= std::uint64_t{byte & 0x7fU} << (7 * i);
    if (byte < 0x80) {
      return i == 9 && byte > 1 ? std::nullopt : std::optional(at);
    }
  }
  return std::nullopt;
}

bool is_message(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::uint64_t tag = 0;
    std::uint64_t value = 0;
    auto next = number(text, at, tag);
    if (!next || tag < 8 || tag > 0xffffffff || *next - at > 5) {
      return false;
    }
    if ((tag & 7) == 0 || (tag & 7) == 2) {
      next = number(text, *next, value);
    } else if ((tag & 7) != 1 && (tag & 7) != 5) {
      return false;
    }
    const std::uint64_t size = (tag & 7) == 0 ? 0 : (tag & 7) == 1 ? 8 : (tag & 7) == 5 ? 4 : value;
    if (!next || size > text.size() - *next) {
      return false;
    }
    at = *next + size;
  }
  return text.starts_with('\x08');
}

bool is_chain(std::string_view text) {
  bool chain = !text.empty();
  while (chain && !text.empty()) {
    std::uint64_t size = 0;
    const auto body = number(text, 0, size);
    chain = body && size <= text.size() - *body && is_message(text.substr(*body, size));
    text.remove_prefix(chain ? *body + size : 0);
  }
  return chain;
}

bool looks_like_cbor(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const bool short_map = byte(0) >= 0xa0 && byte(0) <= 0xb7;
  return (short_map && byte(1) >= 0x60 && byte(1) <= 0x7b) || byte(0) == 0xb8 || byte(0) == 0xb9 ||
         byte(0) == 0xbf || (byte(0) == 0xd9 && byte(1) == 0xd9 && byte(2) == 0xf7);
}

Dialect expected(std::string_view text) {
  if (looks_like_json(text)) {
    return Dialect::json;
  }
  if (is_chain(text)) {
    return Dialect::protobuf;
  }
  if (looks_like_cbor(text)) {
    return Dialect::cbor;
  }
  if (is_message(text)) {
    return Dialect::protobuf;
  }
  return has_json_line(text) ? Dialect::json : Dialect::unknown;
}

}  // namespace

/// A message's form is the one that the rules give, taken word by word; what follows the message
/// has no say in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string message(fuzzing::as_text(data, size));
  const Dialect dialect = expected(message);
  for (const char* const stale : {"\"", "}", "\x60", "\x08", "\x80", "\xff"}) {
    const PayloadBatch& batch = fuzzing::batch_over(stale, {message});
    const std::string_view text = batch.text(batch.payloads().front());
    fuzzing::require(detect_dialect(text) == dialect);
    fuzzing::require(is_flow_message_chain(text) == is_chain(message));
    // What is presumed to be a FlowMessage does not begin as JSON does.
    fuzzing::require(presumed_flow_message(text).empty() || !looks_like_json(message));
  }
  return 0;
}
