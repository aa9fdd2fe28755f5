#include "weir/aggregate/group_layout.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <numeric>

namespace weir {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);
constexpr unsigned kV4Prefix = 96;  ///< bits in front of an IPv4 address in its mapped form

std::uint8_t width_of(const FieldInfo& row) {
  if (storage_of(row.kind) == Storage::address) {
    return sizeof(IpAddress);
  }
  if (storage_of(row.kind) != Storage::integer || row.bits > 32) {
    return kWord;
  }
  return row.bits <= 8 ? 1 : row.bits <= 16 ? 2 : 4;
}

/// The first `bits` bits of an address, as its two words lie in memory.
std::array<std::uint64_t, 2> mask_of(unsigned bits) {
  std::array<std::uint8_t, sizeof(IpAddress)> bytes{};
  for (unsigned i = 0; i < bits; ++i) {
    bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | 0x80U >> (i % 8));
  }
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), bytes.data(), sizeof words);
  return words;
}

}  // namespace

GroupLayout::GroupLayout(const GroupSpec& spec) : bidirectional_(spec.bidirectional) {
  check(spec);
  place_parts(spec);
  choose_values(spec);
}

void GroupLayout::place_parts(const GroupSpec& spec) {
  for (const KeyPart& key : spec.key) {
    const FieldInfo& row = info(key.field);
    Part part{};
    part.field = key.field;
    part.storage = storage_of(row.kind);
    part.width = width_of(row);
    part.masked = key.v4_bits < 32 || key.v6_bits < 128;
    part.v4_mask = mask_of(kV4Prefix + key.v4_bits);
    part.v6_mask = mask_of(key.v6_bits);
    parts_.push_back(part);
  }
  std::vector<std::size_t> order(parts_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [this](std::size_t a, std::size_t b) {
    return parts_[a].width != parts_[b].width ? parts_[a].width > parts_[b].width : a < b;
  });
  std::size_t at = 0;
  for (const std::size_t i : order) {
    parts_[i].at = static_cast<std::uint16_t>(at);
    at += parts_[i].width;
  }
  // Without key parts all rows have the key 0.
  hashed_words_ = std::max<std::size_t>(1, (at + kWord - 1) / kWord);
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].storage == Storage::text) {
      parts_[i].text = static_cast<std::uint16_t>(hashed_words_ + texts_++);
    }
    const FieldId mirror = mirror_of(parts_[i].field);
    const auto other = std::ranges::find(parts_, mirror, &Part::field);
    parts_[i].mirror = static_cast<std::uint16_t>(
        other == parts_.end() ? static_cast<std::ptrdiff_t>(i) : other - parts_.begin());
  }
}

void GroupLayout::choose_values(const GroupSpec& spec) {
  FieldSet wanted;
  const auto want = [&](FieldId id) {
    const bool key =
        std::ranges::any_of(spec.key, [id](const KeyPart& part) { return part.field == id; });
    if (!key) {
      wanted.add(id);
    }
  };
  for (const GroupColumn& column : spec.columns) {
    if (const auto* const derived = std::get_if<Derived>(&column.source)) {
      for (std::size_t i = 0; i < info(*derived).count; ++i) {
        want(info(*derived).needs[i]);
      }
    } else {
      want(std::get<FieldId>(column.source));
    }
  }
  if (bidirectional_) {
    // Each row may turn, so what one direction counts needs the other's place.
    for (const auto& [in, out] : {std::pair(field("bytes"), field("out_bytes")),
                                  std::pair(field("packets"), field("out_packets"))}) {
      if (wanted.has(in) || wanted.has(out)) {
        want(in);
        want(out);
      }
    }
  }
  const auto add = [&](Merge merge) {
    for (std::size_t id = 0; id < kFieldCount; ++id) {
      if (wanted.has(static_cast<FieldId>(id)) && kFields[id].merge == merge) {
        values_.push_back({static_cast<FieldId>(id), merge});
      }
    }
    return values_.size();
  };
  sums_ = add(Merge::sum);
  mins_ = add(Merge::min);
  maxs_ = add(Merge::max);
  add(Merge::bit_or);
}

std::uint64_t GroupLayout::absent_value(const Value& value) {
  if (value.merge == Merge::min) {
    return std::numeric_limits<std::uint64_t>::max();
  }
  return value.field == field("flows") ? 1 : 0;
}

std::vector<std::uint64_t> GroupLayout::nothing() const {
  std::vector<std::uint64_t> nothing(words());
  for (std::size_t i = 0; i < values_.size(); ++i) {
    nothing[key_words() + i] =
        values_[i].merge == Merge::min ? std::numeric_limits<std::uint64_t>::max() : 0;
  }
  return nothing;
}

}  // namespace weir
