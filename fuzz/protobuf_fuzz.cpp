#include <optional>
#include <string>
#include <vector>

#include "fuzz/support.hpp"
#include "weir/decode/protobuf_flow.hpp"
#include "weir/decode/protobuf_wire.hpp"

namespace {

using namespace weir;

/// The fields of a message found byte by byte; nothing if it is not whole.
class PlainWalk {
 public:
  explicit PlainWalk(std::string_view bytes) : left_(bytes) {}

  std::optional<std::string> fields() {
    std::string found;
    while (!left_.empty()) {
      const std::size_t before = left_.size();
      const auto tag = number();
      if (!tag || *tag < 8 || *tag > 0xffffffff || before - left_.size() > 5) {
        return std::nullopt;
      }
      const auto value = this->value(*tag & 7);
      if (!value) {
        return std::nullopt;
      }
      found += std::to_string(*tag >> 3) + '=' + *value + '\n';
    }
    return found;
  }

 private:
  std::optional<std::uint64_t> number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; !left_.empty() && shift < 70; shift += 7) {
      const auto byte = static_cast<unsigned char>(left_.front());
      left_.remove_prefix(1);
      if (shift == 63 && byte > 1) {
        return std::nullopt;
      }
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    return std::nullopt;
  }
  std::optional<std::string> bytes(std::uint64_t size) {
    if (size > left_.size()) {
      return std::nullopt;
    }
    std::string taken(left_.substr(0, size));
    left_.remove_prefix(size);
    return taken;
  }
  std::optional<std::string> value(std::uint64_t wire) {
    switch (wire) {
      case 0: {
        const auto value = number();
        return value ? std::optional(std::to_string(*value)) : std::nullopt;
      }
      case 1:
        return bytes(8);
      case 2: {
        const auto size = number();
        return size ? bytes(*size) : std::nullopt;
      }
      case 5:
        return bytes(4);
      default:
        return std::nullopt;
    }
  }

  std::string_view left_;
};

void check_walk(std::string_view message, std::string_view padded) {
  std::string found;
  const ProtobufEnd end = walk_protobuf(padded, [&found](const ProtobufField& field) {
    found += std::to_string(field.number) + '=';
    found += field.wire == ProtobufWire::varint
                 ? std::to_string(varint_value(field.value, field.size))
                 : std::string(field.value, field.size);
    found += '\n';
  });
  const auto expected = PlainWalk(message).fields();
  fuzzing::require(expected.has_value() == (end == ProtobufEnd::whole));
  fuzzing::require(!expected || *expected == found);
  fuzzing::require(walks_as_protobuf(padded) == (expected && !message.empty()));
}

}  // namespace

/// Whatever the message, its fields are those that are found byte by byte, each record is a row or
/// refused, texts are valid, and what stood in memory before makes no difference.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string message(fuzzing::as_text(data, size));
  static ProtobufDecoder by_record({.wanted = all_fields()});
  static ProtobufDecoder v1({.wanted = all_fields()}, ProtobufNumbering::v1);
  static ProtobufDecoder v2({.wanted = all_fields()}, ProtobufNumbering::v2);
  for (ProtobufDecoder* const decoder : {&by_record, &v1, &v2}) {
    std::optional<fuzzing::Outcome> first;
    for (const char* const stale : {"\xff", "\x08"}) {
      const PayloadBatch& batch = fuzzing::batch_over(stale, {message});
      check_walk(message, batch.text(batch.payloads().front()));
      const auto outcome = fuzzing::decode(*decoder, batch);
      fuzzing::require(outcome.accounts.origins.at(0).records >= 1);
      fuzzing::require(!first || *first == outcome);
      first = outcome;
    }
  }
  return 0;
}
