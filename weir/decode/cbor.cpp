#include "weir/decode/cbor.hpp"

#include <algorithm>

#include "weir/base/byte_scan.hpp"
#include "weir/decode/cbor_value.hpp"

namespace weir {
namespace {

using Major = CborHead::Major;

constexpr std::size_t kMaxGuesses = 64;  ///< keys of one map
constexpr std::size_t kLongestGuess = 64;
constexpr std::size_t kReadable = 32;

/// Steps over the tags before an item, such as the one that says that this is CBOR (RFC 8949
/// 3.4.6), to the item's own head.
bool untagged_head(CborCursor& cursor, CborHead& head) {
  bool read = cursor.head(head);
  for (int depth = 0; read && head.major == Major::tag; ++depth) {
    read = depth > CborCursor::kMaxDepth ? cursor.skip(head, depth) && false : cursor.head(head);
  }
  return read;
}

}  // namespace

CborDecoder::CborDecoder(const DecoderOptions& options)
    : keys_(DecoderOptions{options.wanted}), refusals_(options.refusals) {}

void CborDecoder::decode(const PayloadBatch& batch, Accounts& accounts, Emit& emit) {
  decode(batch, batch.payloads(), accounts, emit);
}

void CborDecoder::decode(const PayloadBatch& batch, std::span<const PayloadBatch::Payload> payloads,
                         Accounts& accounts, Emit& emit) {
  accounts_ = &accounts;
  emit_ = &emit;
  for (const PayloadBatch::Payload& payload : payloads) {
    place_ = {{}, payload.origin, 0, payload.position};
    const std::string_view bytes = batch.text(payload);
    if (payload.too_long || bytes.size() > kMaxMessage) {
      refuse(Refused::too_long, bytes);
    } else if (bytes.empty()) {
      refuse(Refused::empty, bytes);
    } else {
      decode_message(bytes);
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

void CborDecoder::decode_message(std::string_view bytes) {
  message_ = bytes;
  CborCursor cursor(bytes);
  while (cursor.left() > 0) {
    const std::size_t begin = cursor.at();
    CborHead head;
    if (!untagged_head(cursor, head)) {
      refuse_rest(cursor, begin);
      return;
    }
    if (!(head.major == Major::array ? read_items(cursor, head, begin)
                                     : read_record(cursor, head, begin))) {
      return;
    }
  }
}

bool CborDecoder::read_items(CborCursor& cursor, const CborHead& array, std::size_t begin) {
  std::uint64_t read = 0;
  for (; cursor.more(array, read); ++read) {
    const std::size_t item = cursor.at();
    CborHead head;
    if (!untagged_head(cursor, head)) {
      refuse_rest(cursor, item);
      return false;
    }
    if (!read_record(cursor, head, item)) {
      return false;
    }
  }
  if (!cursor.ok()) {
    refuse_rest(cursor, cursor.at());
    return false;
  }
  if (read == 0) {
    refuse(Refused::not_object, cursor.since(begin));
  }
  return true;
}

bool CborDecoder::read_record(CborCursor& cursor, const CborHead& head, std::size_t begin) {
  if (head.major != Major::map) {
    if (!cursor.skip(head, 1)) {
      refuse_rest(cursor, begin);
      return false;
    }
    refuse(Refused::not_object, cursor.since(begin));
    return true;
  }
  Flow& row = next_row();
  std::optional<Refused> refused;
  if (!read_map(cursor, head, row, refused)) {
    refuse_rest(cursor, begin);
    return false;
  }
  if (refused) {
    refuse(*refused, cursor.since(begin));
    return true;
  }
  const RecordPlace place = next_place(cursor.since(begin));
  if (!row.present.has(field("bytes"))) {
    accounts_->filter(Filtered::event);
    return true;
  }
  keys_.complete(row);
  rows_.append(place);
  return true;
}

bool CborDecoder::read_map(CborCursor& cursor, const CborHead& map, Flow& row,
                           std::optional<Refused>& refused) {
  for (std::uint64_t place = 0; cursor.more(map, place); ++place) {
    const JsonTarget* target = nullptr;
    CborHead value;
    if (!read_key(cursor, place, target) || !cursor.head(value)) {
      return false;
    }
    if (target == nullptr || refused) {
      if (!cursor.skip(value, 2)) {
        return false;
      }
    } else if (!read_cbor_value(cursor, value, *target, row, rows_.texts(), refused)) {
      return false;
    }
  }
  return cursor.ok();
}

bool CborDecoder::read_key(CborCursor& cursor, std::uint64_t place, const JsonTarget*& target) {
  if (place < guesses_.size()) {
    const Guess& guess = guesses_[place];
    if (guess.size <= cursor.left() &&
        same_bytes(message_.data() + cursor.at(), guess.bytes.data(), guess.size)) {
      cursor.step(guess.size);
      target = guess.target;
      return true;
    }
  }
  const std::size_t begin = cursor.at();
  CborHead head;
  if (!cursor.head(head)) {
    return false;
  }
  if (head.major != Major::text) {
    return cursor.skip(head, 2);
  }
  std::string_view name;
  if (!cursor.string(head, name, joined_)) {
    return false;
  }
  const auto* const member = keys_.members().find(name);
  target = member == nullptr ? nullptr : &member->targets.front();
  const std::string_view bytes = cursor.since(begin);
  if (place < kMaxGuesses && bytes.size() <= kLongestGuess && place <= guesses_.size()) {
    guesses_.resize(std::max<std::size_t>(guesses_.size(), place + 1));
    guesses_[place] = {std::string(bytes) + std::string(kReadable, '\0'), bytes.size(), target};
  }
  return true;
}

void CborDecoder::refuse_rest(const CborCursor& cursor, std::size_t begin) {
  const bool truncated = cursor.fault() == CborCursor::Fault::truncated;
  const std::string_view rest = message_.substr(begin);
  refuse(truncated ? Refused::truncated : Refused::not_cbor, rest.empty() ? message_ : rest);
}

void CborDecoder::refuse(Refused reason, std::string_view bytes) {
  const RecordPlace place = next_place(bytes);
  accounts_->refuse(reason);
  if (refusals_ != nullptr) {
    refusals_->refused(reason, place);
  }
}

Flow& CborDecoder::next_row() {
  if (rows_.full()) {
    (*emit_)(rows_);
    rows_.clear();
  }
  return rows_.next();
}

RecordPlace CborDecoder::next_place(std::string_view bytes) {
  RecordPlace place = place_;
  place.bytes = bytes;
  ++place_.index;
  return place;
}

}  // namespace weir
