#include "weir/sink/series_index.hpp"

#include <algorithm>
#include <bit>
#include <random>

namespace weir {
namespace {

constexpr std::size_t kFirstSlots = 1024;

}  // namespace

SeriesIndex::SeriesIndex() : slots_(kFirstSlots), mask_(kFirstSlots - 1) {
  std::random_device random;
  for (auto& word : seed_) {
    word = std::uint64_t{random()} << 32 | random() | 1U;
  }
  make_cell({}, SeriesRegistry::kOther);
}

SeriesIndex::Cell SeriesIndex::find(std::string_view key, std::uint32_t hash) const {
  for (std::size_t i = hash & mask_;; i = (i + 1) & mask_) {
    const Slot slot = slots_[i];
    if (slot.cell == 0) {
      return kOther;
    }
    if (slot.hash == hash && slot.cell != kErased && holds(slot.cell, key)) {
      return slot.cell;
    }
  }
}

void SeriesIndex::insert(std::string_view key, SeriesId id) {
  if ((used_ + 1) * 3 > slots_.size() * 2) {
    // Room for as many keys again.
    resize((live_ + 1) * 2);
  }
  Cell cell = 0;
  if (const auto known = retired_.find(id); known != retired_.end()) {
    cell = known->second;
    retired_.erase(known);
  } else {
    cell = make_cell(key, id);
  }
  const std::uint32_t hash = hash_of(key);
  std::size_t i = hash & mask_;
  while (slots_[i].cell != 0) {
    i = (i + 1) & mask_;
  }
  slots_[i] = {hash, cell};
  ++used_;
  ++live_;
}

void SeriesIndex::erase(std::string_view key, SeriesId id) {
  for (std::size_t i = hash_of(key) & mask_; slots_[i].cell != 0; i = (i + 1) & mask_) {
    if (slots_[i].cell != kErased && this->id(slots_[i].cell) == id) {
      retired_.emplace(id, slots_[i].cell);
      slots_[i].cell = kErased;
      --live_;
      return;
    }
  }
}

void SeriesIndex::forget(SeriesId id) {
  const auto known = retired_.find(id);
  if (known != retired_.end()) {
    free_[kKey + (words(known->second)[kId] >> 32) / sizeof(std::uint64_t)].push_back(
        known->second);
    retired_.erase(known);
  }
}

SeriesIndex::Cell SeriesIndex::make_cell(std::string_view key, SeriesId id) {
  // The largest key is a few dozen KiB, far less than a chunk.
  const std::size_t size = kKey + key.size() / sizeof(std::uint64_t);
  if (const auto free = free_.find(size); free != free_.end() && !free->second.empty()) {
    const Cell cell = free->second.back();
    free->second.pop_back();
    fill_cell(cell, key, id);
    return cell;
  }
  if (chunks_.empty() || next_word_ % kChunkWords + size > kChunkWords ||
      next_word_ % kChunkWords == 0) {
    next_word_ = chunks_.size() * kChunkWords;
    chunks_.push_back(std::make_unique_for_overwrite<std::uint64_t[]>(kChunkWords + kUsualCell));
  }
  const auto cell = static_cast<Cell>(next_word_);
  next_word_ += size;
  fill_cell(cell, key, id);
  return cell;
}

void SeriesIndex::fill_cell(Cell cell, std::string_view key, SeriesId id) {
  std::uint64_t* const at = words(cell);
  at[kPending] = 0;
  at[kId] = id | std::uint64_t{key.size()} << 32;
  std::copy_n(key.data(), key.size(), reinterpret_cast<char*>(at + kKey));
}

void SeriesIndex::reserve(std::size_t keys) {
  if (const std::size_t wanted = (live_ + keys + 1) * 2; wanted > slots_.size()) {
    resize(wanted);
  }
}

/// Leaves erased slots out.
void SeriesIndex::resize(std::size_t slots) {
  std::vector<Slot> larger(std::max(kFirstSlots, std::bit_ceil(slots)));
  const std::size_t mask = larger.size() - 1;
  for (const Slot slot : slots_) {
    if (slot.cell == 0 || slot.cell == kErased) {
      continue;
    }
    std::size_t i = slot.hash & mask;
    while (larger[i].cell != 0) {
      i = (i + 1) & mask;
    }
    larger[i] = slot;
  }
  slots_ = std::move(larger);
  mask_ = mask;
  used_ = live_;
}

}  // namespace weir
