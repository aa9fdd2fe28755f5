#include "weir/decode/json.hpp"

#include <algorithm>

#include "weir/decode/json_split.hpp"

namespace weir {

JsonDecoder::JsonDecoder(const FieldSet& wanted, Learn learn)
    : scanner_(wanted), reference_(wanted), learn_(learn) {}

void JsonDecoder::decode(const PayloadBatch& batch, Accounts& accounts, Emit& emit) {
  accounts_ = &accounts;
  emit_ = &emit;
  for (const PayloadBatch::Payload& payload : batch.payloads()) {
    origin_ = payload.origin;
    ++accounts.origin(origin_).messages;
    if (payload.too_long || payload.size > kMaxMessage) {
      refuse(Refused::too_long);
      continue;
    }
    decode_message(batch.text(payload));
  }
  if (!rows_.empty()) {
    emit(rows_);
  }
  rows_.clear();
}

void JsonDecoder::decode_message(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const std::size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  std::size_t at = skip_json_blanks(text, begin);
  if (at == text.size()) {
    refuse(Refused::empty);
    return;
  }
  first_ = true;
  while (at < text.size()) {
    at = skip_json_blanks(text, read_record(text, at));
  }
}

std::size_t JsonDecoder::read_record(std::string_view text, std::size_t at) {
  const std::size_t length = scanner_.read(text.substr(at), row(), texts());
  if (length == 0) {
    return read_by_reference(text, at);
  }
  finish({JsonVerdict::Kind::flow});
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
  switch (extent.outcome) {
    case JsonExtent::Outcome::complete:
      if (try_reference(text.substr(at, extent.end - at))) {
        return extent.end;
      }
      refuse(Refused::not_json);
      return json_resume(text, at + 1, extent.end);
    case JsonExtent::Outcome::truncated:
      refuse(Refused::truncated);
      break;
    case JsonExtent::Outcome::too_deep:
      refuse(Refused::not_json);
      break;
  }
  return json_resume(text, at + 1, text.size());
}

std::size_t JsonDecoder::refuse_garbage(std::string_view text, std::size_t at) {
  const std::size_t end = std::min(text.find_first_of("\n{", at + 1), text.size());
  if (!try_reference(text.substr(at, end - at))) {
    refuse(Refused::not_json);
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

Flow& JsonDecoder::row() {
  if (rows_.full()) {
    (*emit_)(rows_);
    rows_.clear();
  }
  return rows_.next();
}

void JsonDecoder::finish(JsonVerdict verdict) {
  latest_ = verdict;
  ++accounts_->origin(origin_).records;
  switch (verdict.kind) {
    case JsonVerdict::Kind::flow:
      rows_.append();
      break;
    case JsonVerdict::Kind::marker:
      accounts_->filter(Filtered::marker);
      break;
    case JsonVerdict::Kind::event:
      accounts_->filter(Filtered::event);
      break;
    case JsonVerdict::Kind::refused:
      accounts_->refuse(verdict.reason);
      break;
  }
}

}  // namespace weir
