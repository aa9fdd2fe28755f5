#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/support.hpp"
#include "weir/decode/any.hpp"

namespace {

using namespace weir;

/// Each message by the decoder of its form, one by one.
fuzzing::Outcome decode_one_by_one(const std::vector<std::string>& messages) {
  static JsonDecoder json({.wanted = all_fields()});
  static CborDecoder cbor({.wanted = all_fields()});
  static ProtobufDecoder protobuf({.wanted = all_fields()});
  fuzzing::Outcome all;
  for (const std::string& message : messages) {
    const PayloadBatch& batch = fuzzing::batch_over("\"", {message});
    fuzzing::Outcome one;
    switch (detect_dialect(batch.text(batch.payloads().front()))) {
      case Dialect::json:
        one = fuzzing::decode(json, batch);
        break;
      case Dialect::cbor:
        one = fuzzing::decode(cbor, batch);
        break;
      case Dialect::protobuf:
        one = fuzzing::decode(protobuf, batch);
        // What is known for protobuf is protobuf.
        fuzzing::require(one.accounts.refused[static_cast<std::size_t>(Refused::truncated)] == 0);
        break;
      case Dialect::unknown:
        one.accounts.refuse(Refused::unknown_format);
        break;
    }
    all.rows.insert(all.rows.end(), one.rows.begin(), one.rows.end());
    for (std::size_t i = 0; i < all.accounts.refused.size(); ++i) {
      all.accounts.refused[i] += one.accounts.refused[i];
    }
    for (std::size_t i = 0; i < all.accounts.filtered.size(); ++i) {
      all.accounts.filtered[i] += one.accounts.filtered[i];
    }
  }
  return all;
}

}  // namespace

/// Messages, each behind its length in one byte: decoded together they give what each gives by
/// itself, in order, and what stood in memory before makes no difference.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::Input input(fuzzing::as_text(data, size));
  std::vector<std::string> messages;
  while (!input.empty() && messages.size() < 32) {
    const std::size_t length = input.byte();
    messages.emplace_back(input.text(length));
  }
  const fuzzing::Outcome expected = decode_one_by_one(messages);
  static AnyDecoder any({.wanted = all_fields()});
  for (const char* const stale : {"\"", "\x08", "\xff"}) {
    const auto outcome = fuzzing::decode(any, fuzzing::batch_over(stale, messages));
    fuzzing::require(outcome == expected);
    std::uint64_t seen = 0;
    for (const Accounts::Origin& origin : outcome.accounts.origins) {
      seen += origin.messages;
    }
    fuzzing::require(seen == messages.size());
  }
  return 0;
}
