#include "weir/aggregate/group_packer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "weir/aggregate/group_view.hpp"

namespace weir {
namespace {

template <typename Value>
Value member(const Flow& row, std::size_t offset) {
  Value value{};
  std::memcpy(&value, reinterpret_cast<const char*>(&row) + offset, sizeof value);
  return value;
}

char* byte_of(std::uint64_t* image, std::size_t at) {
  return reinterpret_cast<char*>(image) + at;
}

/// Whether a protocol has ports: the only ones whose reverse flow has the same ports, exchanged.
bool has_ports(std::uint64_t proto) {
  return proto == 6 || proto == 17 || proto == 33 || proto == 132 || proto == 136;
}

FieldSet in_both(FieldSet a, const FieldSet& b) {
  return a &= b;
}

constexpr FieldId kSrcPort = field("src_port");
constexpr FieldId kProto = field("proto");

}  // namespace

GroupPacker::GroupPacker(const GroupLayout& layout, const GroupHash& hash)
    : layout_(&layout),
      hash_(&hash),
      images_(std::make_unique<std::uint64_t[]>(FlowBatch::kCapacity * layout.words())) {
  if (!layout.bidirectional()) {
    return;
  }
  const auto& parts = layout.parts();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string_view name = info(parts[i].field).name;
    const bool source = name.find("src_") != std::string_view::npos || name.starts_with("in_");
    if (parts[i].mirror == i || !source) {
      continue;
    }
    const Pair pair{static_cast<std::uint16_t>(i), parts[i].mirror};
    if (parts[i].field == kSrcPort) {
      has_ports_ = true;
      compared_.insert(compared_.begin(), pair);
    } else {
      compared_.push_back(pair);
    }
  }
  const auto word_of = [&layout](FieldId id) {
    const auto at = std::ranges::find(layout.values(), id, &GroupLayout::Value::field);
    return static_cast<std::size_t>(at - layout.values().begin());
  };
  for (const auto& [in, out] : {std::pair(field("bytes"), field("out_bytes")),
                                std::pair(field("packets"), field("out_packets"))}) {
    if (word_of(in) < layout.values().size()) {
      swapped_.push_back({static_cast<std::uint16_t>(layout.key_words() + word_of(in)),
                          static_cast<std::uint16_t>(layout.key_words() + word_of(out))});
    }
  }
}

const std::uint64_t* GroupPacker::pack(const FlowBatch& batch) {
  look_at(batch);
  const std::size_t last = layout_->hashed_words() - 1;
  for_rows([last](const Flow&, std::uint64_t* image) { image[last] = 0; });
  for (const GroupLayout::Part& part : layout_->parts()) {
    pack_part(part);
  }
  std::size_t word = layout_->key_words();
  for (const GroupLayout::Value& value : layout_->values()) {
    pack_value(value, word++);
  }
  if (layout_->bidirectional()) {
    fold_directions();
  }
  return images_.get();
}

void GroupPacker::look_at(const FlowBatch& batch) {
  size_ = batch.size();
  everywhere_ = size_ == 0 ? FieldSet() : batch[0].present;
  for (std::size_t i = 0; i < size_; ++i) {
    rows_[i] = &batch[i];
    everywhere_ = in_both(everywhere_, rows_[i]->present);
  }
}

template <typename Each>
void GroupPacker::for_rows(Each&& each) {
  std::uint64_t* image = images_.get();
  const std::size_t words = layout_->words();
  for (std::size_t i = 0; i < size_; ++i, image += words) {
    each(*rows_[i], image);
  }
}

void GroupPacker::pack_part(const GroupLayout::Part& part) {
  switch (part.storage) {
    case Storage::integer:
      return part.width == 1   ? pack_integers<std::uint8_t>(part)
             : part.width == 2 ? pack_integers<std::uint16_t>(part)
             : part.width == 4 ? pack_integers<std::uint32_t>(part)
                               : pack_integers<std::uint64_t>(part);
    case Storage::real:
      return pack_reals(part);
    case Storage::address:
      return part.masked ? pack_addresses<true>(part) : pack_addresses<false>(part);
    case Storage::text:
      return pack_texts(part);
  }
}

template <typename Narrow>
void GroupPacker::pack_integers(const GroupLayout::Part& part) {
  const std::size_t offset = info(part.field).offset;
  const auto put = [at = part.at](std::uint64_t* image, std::uint64_t value) {
    const auto narrow = static_cast<Narrow>(value);
    std::memcpy(byte_of(image, at), &narrow, sizeof narrow);
  };
  if (everywhere_.has(part.field)) {
    for_rows([&](const Flow& row, std::uint64_t* image) {
      put(image, member<std::uint64_t>(row, offset));
    });
  } else {
    for_rows([&](const Flow& row, std::uint64_t* image) {
      put(image, row.present.has(part.field) ? member<std::uint64_t>(row, offset) : 0);
    });
  }
}

/// Numbers that compare equal have the same bits here, and so has whatever is no number.
void GroupPacker::pack_reals(const GroupLayout::Part& part) {
  for_rows([&](const Flow& row, std::uint64_t* image) {
    const double value = get_real(row, part.field) + 0.0;
    const double kept = std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value;
    std::memcpy(byte_of(image, part.at), &kept, sizeof kept);
  });
}

template <bool Masked>
void GroupPacker::pack_addresses(const GroupLayout::Part& part) {
  using Words = std::array<std::uint64_t, 2>;
  constexpr std::uint64_t kMapped = 0xffff'0000;  // the low half of the second word of IPv4 as read
  const std::size_t offset = info(part.field).offset;
  const bool everywhere = everywhere_.has(part.field);
  for_rows([&](const Flow& row, std::uint64_t* image) {
    Words words{};
    if (everywhere || row.present.has(part.field)) {
      words = member<Words>(row, offset);
    }
    if constexpr (Masked) {
      const bool v4 = words[0] == 0 && (words[1] & 0xffff'ffff) == kMapped;
      const Words& mask = v4 ? part.v4_mask : part.v6_mask;
      words = {words[0] & mask[0], words[1] & mask[1]};
    }
    std::memcpy(byte_of(image, part.at), words.data(), sizeof words);
  });
}

void GroupPacker::pack_texts(const GroupLayout::Part& part) {
  for_rows([&](const Flow& row, std::uint64_t* image) {
    // Sizes are 32 bits in a key.
    const std::string_view text =
        get_text(row, part.field).substr(0, std::numeric_limits<std::uint32_t>::max());
    const std::uint64_t word = hash_->of_text(text);
    std::memcpy(byte_of(image, part.at), &word, sizeof word);
    image[part.text] = reinterpret_cast<std::uintptr_t>(text.data());
  });
}

void GroupPacker::pack_value(const GroupLayout::Value& value, std::size_t word) {
  const std::size_t offset = info(value.field).offset;
  if (everywhere_.has(value.field)) {
    for_rows([&](const Flow& row, std::uint64_t* image) {
      image[word] = member<std::uint64_t>(row, offset);
    });
    return;
  }
  const std::uint64_t absent = GroupLayout::absent_value(value);
  for_rows([&](const Flow& row, std::uint64_t* image) {
    image[word] = row.present.has(value.field) ? member<std::uint64_t>(row, offset) : absent;
  });
}

void GroupPacker::fold_directions() {
  for_rows([this](const Flow& row, std::uint64_t* image) {
    const bool portless =
        has_ports_ && row.present.has(kProto) && !has_ports(get_integer(row, kProto));
    if (!portless && must_turn(image)) {
      turn(image);
    }
  });
}

bool GroupPacker::must_turn(const std::uint64_t* image) const {
  const GroupView view(*layout_, image);
  for (const Pair& pair : compared_) {
    const auto order = view.compare_parts(pair.one, view, pair.other);
    if (order != 0) {
      // The service, at the lower port, is the destination.
      return (layout_->parts()[pair.one].field == kSrcPort) == (order < 0);
    }
  }
  return false;
}

void GroupPacker::turn(std::uint64_t* image) const {
  for (const Pair& pair : compared_) {
    const GroupLayout::Part& one = layout_->parts()[pair.one];
    const GroupLayout::Part& other = layout_->parts()[pair.other];
    std::swap_ranges(byte_of(image, one.at), byte_of(image, one.at) + one.width,
                     byte_of(image, other.at));
    if (one.storage == Storage::text) {
      std::swap(image[one.text], image[other.text]);
    }
  }
  for (const Pair& pair : swapped_) {
    std::swap(image[pair.one], image[pair.other]);
  }
}

}  // namespace weir
