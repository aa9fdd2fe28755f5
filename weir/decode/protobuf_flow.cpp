#include "weir/decode/protobuf_flow.hpp"

#include "weir/decode/protobuf_frame.hpp"
#include "weir/decode/protobuf_wire.hpp"

namespace weir {

static_assert(PayloadBatch::kPadding >= kProtobufPadding);

ProtobufDecoder::ProtobufDecoder(const DecoderOptions& options, ProtobufNumbering numbering)
    : reader_(options.wanted, numbering), refusals_(options.refusals) {}

void ProtobufDecoder::decode(const PayloadBatch& batch, Accounts& accounts, Emit& emit) {
  decode(batch, batch.payloads(), accounts, emit);
}

void ProtobufDecoder::decode(const PayloadBatch& batch,
                             std::span<const PayloadBatch::Payload> messages, Accounts& accounts,
                             Emit& emit) {
  const Calls calls{accounts, emit};
  for (const PayloadBatch::Payload& payload : messages) {
    decode_payload(batch, payload, calls);
  }
  finish_batch(calls);
}

std::size_t ProtobufDecoder::decode_presumed(const PayloadBatch& batch,
                                             std::span<const PayloadBatch::Payload> messages,
                                             Accounts& accounts, Emit& emit) {
  const Calls calls{accounts, emit};
  std::size_t done = 0;
  for (; done < messages.size(); ++done) {
    const PayloadBatch::Payload& payload = messages[done];
    const std::string_view message = batch.text(payload);
    const std::string_view body = presumed_flow_message(message);
    if (body.empty() || body.size() > kMaxRecord) {
      decode_payload(batch, payload, calls);
      continue;
    }
    const auto refused = reader_.read(body, row(calls), rows_.texts());
    if (refused == Refused::truncated || refused == Refused::not_protobuf) {
      break;
    }
    ++accounts.origin(payload.origin).messages;
    finish(refused, {message, payload.origin, 0, payload.position}, calls);
  }
  finish_batch(calls);
  return done;
}

void ProtobufDecoder::decode_payload(const PayloadBatch& batch,
                                     const PayloadBatch::Payload& payload, const Calls& calls) {
  ++calls.accounts.origin(payload.origin).messages;
  const std::string_view message = batch.text(payload);
  const RecordPlace place{message, payload.origin, 0, payload.position};
  if (payload.too_long) {
    finish(Refused::too_long, place, calls);
  } else if (message.empty()) {
    finish(Refused::empty, place, calls);
  } else {
    decode_message(message, place, calls);
  }
}

void ProtobufDecoder::decode_message(std::string_view message, RecordPlace place,
                                     const Calls& calls) {
  switch (protobuf_frame(message)) {
    case ProtobufFrame::lengths:
      decode_lengths(message, place, calls);
      break;
    case ProtobufFrame::bare:
      decode_record(message, place, calls);
      break;
    case ProtobufFrame::none:
      finish(Refused::not_protobuf, place, calls);
      break;
  }
}

void ProtobufDecoder::decode_lengths(std::string_view message, RecordPlace place,
                                     const Calls& calls) {
  const char* at = message.data();
  const char* const end = at + message.size();
  for (; at < end; ++place.index) {
    std::string_view body;
    const char* const next = read_protobuf_bytes(at, end, body);
    if (next == nullptr || next > end) {
      place.bytes = {at, static_cast<std::size_t>(end - at)};
      finish(next == nullptr && end - at >= 10 ? Refused::not_protobuf : Refused::truncated, place,
             calls);
      return;
    }
    place.bytes = {at, static_cast<std::size_t>(next - at)};
    decode_record(body, place, calls);
    at = next;
  }
}

void ProtobufDecoder::decode_record(std::string_view body, const RecordPlace& place,
                                    const Calls& calls) {
  if (body.size() > kMaxRecord) {
    finish(Refused::too_long, place, calls);
    return;
  }
  auto refused = reader_.read(body, row(calls), rows_.texts());
  if (refused == Refused::truncated && body.size() != place.bytes.size()) {
    // All of it is there, as its length says: what is cut off is a field inside.
    refused = Refused::not_protobuf;
  }
  finish(refused, place, calls);
}

Flow& ProtobufDecoder::row(const Calls& calls) {
  if (rows_.full()) {
    finish_batch(calls);
  }
  return rows_.next();
}

void ProtobufDecoder::finish(std::optional<Refused> refused, const RecordPlace& place,
                             const Calls& calls) {
  ++calls.accounts.origin(place.origin).records;
  if (!refused) {
    rows_.append(place);
    return;
  }
  calls.accounts.refuse(*refused);
  if (refusals_ != nullptr) {
    refusals_->refused(*refused, place);
  }
}

void ProtobufDecoder::finish_batch(const Calls& calls) {
  if (!rows_.empty()) {
    calls.emit(rows_);
  }
  rows_.clear();
}

}  // namespace weir
