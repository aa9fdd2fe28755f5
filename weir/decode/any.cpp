#include "weir/decode/any.hpp"

#include "weir/decode/protobuf_frame.hpp"

namespace weir {
namespace {

/// What has no bytes to tell by goes to the JSON decoder, which refuses it for what it is.
Dialect dialect_of(const PayloadBatch& batch, const PayloadBatch::Payload& payload) {
  return payload.too_long ? Dialect::json : detect_dialect(batch.text(payload));
}

/// The same, but of what nearly certainly is goflow2's the proof is left to its decoder. No such
/// message begins as JSON does, and CBOR comes after protobuf.
Dialect presumed_dialect(const PayloadBatch& batch, const PayloadBatch::Payload& payload) {
  return presumed_flow_message(batch.text(payload)).empty() ? dialect_of(batch, payload)
                                                            : Dialect::protobuf;
}

}  // namespace

AnyDecoder::AnyDecoder(const DecoderOptions& options)
    : json_(options), cbor_(options), protobuf_(options), refusals_(options.refusals) {}

void AnyDecoder::decode(const PayloadBatch& batch, Accounts& accounts, Emit& emit) {
  Payloads left = batch.payloads();
  while (!left.empty()) {
    const Dialect dialect = presumed_dialect(batch, left.front());
    std::size_t size = 1;
    while (size < left.size() && presumed_dialect(batch, left[size]) == dialect) {
      ++size;
    }
    if (dialect != Dialect::protobuf) {
      decode_run(dialect, batch, left.first(size), accounts, emit);
    } else {
      decode_presumed(batch, left.first(size), accounts, emit);
    }
    left = left.subspan(size);
  }
}

/// What is found not to be protobuf after all does not end the run: else a batch of such messages,
/// each one looked at again after each, would cost the square of its size.
void AnyDecoder::decode_presumed(const PayloadBatch& batch, Payloads run, Accounts& accounts,
                                 Emit& emit) {
  while (!run.empty()) {
    run = run.subspan(protobuf_.decode_presumed(batch, run, accounts, emit));
    if (!run.empty()) {
      decode_run(dialect_of(batch, run.front()), batch, run.first(1), accounts, emit);
      run = run.subspan(1);
    }
  }
}

void AnyDecoder::decode_run(Dialect dialect, const PayloadBatch& batch, Payloads run,
                            Accounts& accounts, Emit& emit) {
  switch (dialect) {
    case Dialect::json:
      json_.decode(batch, run, accounts, emit);
      break;
    case Dialect::cbor:
      cbor_.decode(batch, run, accounts, emit);
      break;
    case Dialect::protobuf:
      protobuf_.decode(batch, run, accounts, emit);
      break;
    case Dialect::unknown:
      refuse(batch, run, accounts);
      break;
  }
}

void AnyDecoder::refuse(const PayloadBatch& batch, Payloads run, Accounts& accounts) {
  for (const PayloadBatch::Payload& payload : run) {
    Accounts::Origin& origin = accounts.origin(payload.origin);
    ++origin.messages;
    ++origin.records;
    accounts.refuse(Refused::unknown_format);
    if (refusals_ != nullptr) {
      refusals_->refused(Refused::unknown_format,
                         {batch.text(payload), payload.origin, 0, payload.position});
    }
  }
}

}  // namespace weir
