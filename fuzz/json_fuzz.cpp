#include "fuzz/support.hpp"

/// Whatever the messages, each record is a row, filtered or refused, each message is at least one
/// record, texts are valid, and templates make no difference.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const PayloadBatch& batch = fuzzing::batch_of(fuzzing::as_text(data, size));
  JsonDecoder learning(DecoderOptions{all_fields()});
  static JsonDecoder plain(DecoderOptions{all_fields()}, JsonDecoder::Learn::no);
  const auto first = fuzzing::decode(learning, batch);
  fuzzing::require(first == fuzzing::decode(learning, batch));
  fuzzing::require(first == fuzzing::decode(plain, batch));
  for (const Accounts::Origin& origin : first.accounts.origins) {
    fuzzing::require(origin.records >= origin.messages);
  }
  return 0;
}
