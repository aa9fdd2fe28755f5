#include "weir/decode/json.hpp"

#include <algorithm>

#include "weir/decode/json_split.hpp"

namespace weir {

JsonDecoder::JsonDecoder(const DecoderOptions& options, Learn learn)
    : keys_(std::make_shared<JsonKeys>(options)),
      scanner_(keys_),
      reference_(keys_),
      learn_(learn),
      refusals_(options.refusals) {}

void JsonDecoder::decode(const PayloadBatch& batch, Accounts& accounts, Emit& emit) {
  decode(batch, batch.payloads(), accounts, emit);
}

void JsonDecoder::decode(const PayloadBatch& batch, std::span<const PayloadBatch::Payload> payloads,
                         Accounts& accounts, Emit& emit) {
  accounts_ = &accounts;
  emit_ = &emit;
  for (const PayloadBatch::Payload& payload : payloads) {
    place_ = {{}, payload.origin, 0, payload.position};
    if (payload.too_long || payload.size > kMaxMessage) {
      refuse(Refused::too_long, batch.text(payload));
    } else {
      decode_message(batch.text(payload));
    }
    Accounts::Origin& origin = accounts.origin(payload.origin);
    ++origin.messages;
    origin.records += place_.index;
  }
  if (!rows_.empty()) {
    emit(rows_);
  }
  rows_.clear();
}

void JsonDecoder::decode_message(std::string_view text) {
  std::size_t at = skip_before_json(text, 0);
  if (at == text.size()) {
    refuse(Refused::empty, text);
    return;
  }
  first_ = true;
  while (at < text.size()) {
    at = skip_before_json(text, read_record(text, at));
  }
}

std::size_t JsonDecoder::read_record(std::string_view text, std::size_t at) {
  const std::size_t length = scanner_.read(text.substr(at), row(), texts());
  if (length == 0) {
    return read_by_reference(text, at);
  }
  finish({JsonVerdict::Kind::flow}, text.substr(at, length));
  first_ = false;
  return at + length;
}

std::size_t JsonDecoder::read_by_reference(std::string_view text, std::size_t at) {
  if (text[at] != '{' && text[at] != '[') {
    return refuse_garbage(text, at);
  }
  // Nearly always a message is just one value, and finding its end by brackets can be spared. Tried
  // for every record, it would make a message of many records cost the square of its size.
  if (first_) {
    first_ = false;
    const std::size_t last = text.find_last_not_of(" \t\r\n") + 1;
    if (try_reference(text.substr(at, last - at))) {
      return last;
    }
  }
  return read_object(text, at);
}

std::size_t JsonDecoder::read_object(std::string_view text, std::size_t at) {
  const JsonExtent extent = json_extent(text, at);
  const bool complete = extent.outcome == JsonExtent::Outcome::complete;
  if (complete && try_reference(text.substr(at, extent.end - at))) {
    return extent.end;
  }
  const bool truncated = extent.outcome == JsonExtent::Outcome::truncated;
  const std::size_t next = json_resume(text, at + 1, complete ? extent.end : text.size());
  refuse(truncated ? Refused::truncated : Refused::not_json, text.substr(at, next - at));
  return next;
}

std::size_t JsonDecoder::refuse_garbage(std::string_view text, std::size_t at) {
  const std::size_t end = std::min(text.find_first_of("\n{", at + 1), text.size());
  if (!try_reference(text.substr(at, end - at))) {
    refuse(Refused::not_json, text.substr(at, end - at));
  }
  return end;
}

bool JsonDecoder::try_reference(std::string_view piece) {
  if (!reference_.read(piece, *this)) {
    return false;
  }
  if (learn_ == Learn::yes && piece.front() == '{' && latest_.kind == JsonVerdict::Kind::flow) {
    scanner_.learn(piece);
  }
  return true;
}

void JsonDecoder::refuse(Refused reason, std::string_view bytes) {
  const std::size_t last = bytes.find_last_not_of(" \t\r\n");
  finish(JsonVerdict::refuse(reason),
         last == std::string_view::npos ? bytes : bytes.substr(0, last + 1));
}

Flow& JsonDecoder::row() {
  if (rows_.full()) {
    (*emit_)(rows_);
    rows_.clear();
  }
  row_ = &rows_.next();
  return *row_;
}

void JsonDecoder::finish(JsonVerdict verdict, std::string_view bytes) {
  latest_ = verdict;
  place_.bytes = bytes;
  switch (verdict.kind) {
    case JsonVerdict::Kind::flow:
      keys_->complete(*row_);
      rows_.append(place_);
      break;
    case JsonVerdict::Kind::marker:
      accounts_->filter(Filtered::marker);
      break;
    case JsonVerdict::Kind::event:
      accounts_->filter(Filtered::event);
      break;
    case JsonVerdict::Kind::refused:
      accounts_->refuse(verdict.reason);
      if (refusals_ != nullptr) {
        refusals_->refused(verdict.reason, place_);
      }
      break;
  }
  ++place_.index;
}

}  // namespace weir
