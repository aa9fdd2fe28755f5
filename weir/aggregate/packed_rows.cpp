#include "weir/aggregate/packed_rows.hpp"

#include <cstring>

namespace weir {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);
constexpr std::size_t kPresentWords = sizeof(FieldSet) / kWord;
static_assert(sizeof(FieldSet) % kWord == 0);

char* member_of(Flow& row, FieldId id) {
  return reinterpret_cast<char*>(&row) + info(id).offset;
}
const char* member_of(const Flow& row, FieldId id) {
  return reinterpret_cast<const char*>(&row) + info(id).offset;
}

}  // namespace

std::size_t RowPacker::words_of(FieldId id) {
  // Of a text its size; its bytes stand behind all words.
  return storage_of(info(id).kind) == Storage::text ? 1 : info(id).size / kWord;
}

RowPacker::RowPacker(const FieldSet& fields) : kept_(fields), words_(kPresentWords) {
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto id = static_cast<FieldId>(i);
    if (fields.has(id)) {
      fields_.push_back(id);
      words_ += words_of(id);
    }
  }
}

PackedRow RowPacker::pack(const Flow& row) const {
  FieldSet present = row.present;
  present &= kept_;
  std::size_t text_bytes = 0;
  for (const FieldId id : fields_) {
    text_bytes += storage_of(info(id).kind) == Storage::text ? get_text(row, id).size() : 0;
  }
  auto packed =
      std::make_unique_for_overwrite<std::uint64_t[]>(words_ + (text_bytes + kWord - 1) / kWord);
  std::memcpy(packed.get(), &present, sizeof present);
  std::uint64_t* word = packed.get() + kPresentWords;
  auto* text_to = reinterpret_cast<char*>(packed.get() + words_);
  for (const FieldId id : fields_) {
    const std::size_t words = words_of(id);
    if (!present.has(id)) {
      std::memset(word, 0, words * kWord);
    } else if (storage_of(info(id).kind) == Storage::text) {
      const std::string_view text = get_text(row, id);
      *word = text.size();
      std::memcpy(text_to, text.data(), text.size());
      text_to += text.size();
    } else {
      std::memcpy(word, member_of(row, id), words * kWord);
    }
    word += words;
  }
  return packed;
}

void RowPacker::unpack(const PackedRow& packed, Flow& row) const {
  std::memcpy(static_cast<void*>(&row.present), packed.get(), sizeof row.present);
  const std::uint64_t* word = packed.get() + kPresentWords;
  const auto* text = reinterpret_cast<const char*>(packed.get() + words_);
  for (const FieldId id : fields_) {
    const std::size_t words = words_of(id);
    if (row.present.has(id)) {
      if (storage_of(info(id).kind) == Storage::text) {
        set(row, id, std::string_view(text, *word));
        text += *word;
      } else {
        std::memcpy(member_of(row, id), word, words * kWord);
      }
    }
    word += words;
  }
}

}  // namespace weir
