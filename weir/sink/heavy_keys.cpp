#include "weir/sink/heavy_keys.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "weir/base/add_saturated.hpp"

namespace weir {
namespace {

constexpr std::size_t kLongestKey = std::size_t{64} << 10;

}  // namespace

HeavyKeys::HeavyKeys(std::size_t keys)
    : most_keys_(std::max<std::size_t>(keys, 2)),
      room_(1 + most_keys_ * kMeanWords + kLongestKey / sizeof(std::uint64_t)),
      slots_(std::bit_ceil(2 * most_keys_)),
      mask_(slots_.size() - 1),
      words_(std::make_unique_for_overwrite<std::uint64_t[]>(room_)) {}

bool HeavyKeys::holds(Cell cell, std::string_view key) const {
  const std::uint64_t* const at = &words_[cell];
  return at[kHash] >> 32 == key.size() && std::memcmp(at + kKey, key.data(), key.size()) == 0;
}

/// The slot of a key, or where it would be.
std::size_t HeavyKeys::slot_of(std::string_view key, std::uint32_t hash) const {
  std::size_t i = hash & mask_;
  while (slots_[i].cell != 0 && !(slots_[i].hash == hash && holds(slots_[i].cell, key))) {
    i = (i + 1) & mask_;
  }
  return i;
}

void HeavyKeys::add(std::string_view key, std::uint32_t hash, std::uint64_t weight) {
  if (weight == 0) {
    return;
  }
  std::size_t i = slot_of(key, hash);
  if (slots_[i].cell != 0) {
    std::uint64_t& count = words_[slots_[i].cell + kCount];
    count = add_saturated(count, weight);
    return;
  }
  const std::size_t size = kKey + key.size() / sizeof(std::uint64_t);
  if (keys_ == most_keys_ || used_ + size > room_) {
    if (size >= room_) {
      error_ = add_saturated(error_, weight);
      return;
    }
    while (keys_ == most_keys_ || used_ + size > room_) {
      lighten();
    }
    i = slot_of(key, hash);
  }
  words_[used_ + kCount] = weight;
  words_[used_ + kHash] = hash | std::uint64_t{key.size()} << 32;
  std::memcpy(&words_[used_ + kKey], key.data(), key.size());
  slots_[i] = {hash, static_cast<Cell>(used_)};
  used_ += size;
  ++keys_;
}

std::uint64_t HeavyKeys::count(std::string_view key, std::uint32_t hash) const {
  const Cell cell = slots_[slot_of(key, hash)].cell;
  return cell == 0 ? 0 : words_[cell + kCount];
}

/// The cell stays until the next time that counts are lowered.
void HeavyKeys::remove(std::string_view key, std::uint32_t hash) {
  if (const Cell cell = slots_[slot_of(key, hash)].cell; cell != 0) {
    words_[cell + kCount] = 0;
  }
}

/// Gives each count its next value, and forgets the keys where that is 0.
template <typename Next>
void HeavyKeys::renew(Next&& next) {
  std::fill(slots_.begin(), slots_.end(), Slot());
  keys_ = 0;
  std::size_t to = 1;
  for (std::size_t from = 1; from < used_;) {
    const std::size_t size = size_of(from);
    const std::uint64_t count = next(words_[from + kCount]);
    if (count != 0) {
      std::memmove(&words_[to], &words_[from], size * sizeof(std::uint64_t));
      words_[to + kCount] = count;
      const auto hash = static_cast<std::uint32_t>(words_[to + kHash]);
      std::size_t i = hash & mask_;
      while (slots_[i].cell != 0) {
        i = (i + 1) & mask_;
      }
      slots_[i] = {hash, static_cast<Cell>(to)};
      to += size;
      ++keys_;
    }
    from += size;
  }
  used_ = to;
}

/// Forgets at least half of the keys.
void HeavyKeys::lighten() {
  counts_.clear();
  for (std::size_t at = 1; at < used_; at += size_of(at)) {
    counts_.push_back(words_[at + kCount]);
  }
  const auto middle = counts_.begin() + static_cast<std::ptrdiff_t>((counts_.size() - 1) / 2);
  std::nth_element(counts_.begin(), middle, counts_.end());
  const std::uint64_t median = *middle;
  error_ = add_saturated(error_, median);
  renew([median](std::uint64_t count) { return count - std::min(count, median); });
}

void HeavyKeys::halve() {
  renew([](std::uint64_t count) { return count / 2; });
  // What an odd count loses is half a unit.
  error_ = error_ / 2 + 1;
}

std::vector<HeavyKeys::Heavy> HeavyKeys::heaviest(std::size_t most) const {
  std::vector<Heavy> all;
  for (std::size_t at = 1; at < used_; at += size_of(at)) {
    if (words_[at + kCount] != 0) {
      const std::uint64_t head = words_[at + kHash];
      all.push_back({{reinterpret_cast<const char*>(&words_[at + kKey]), head >> 32},
                     static_cast<std::uint32_t>(head),
                     words_[at + kCount]});
    }
  }
  const auto heavier = [](const Heavy& a, const Heavy& b) { return a.count > b.count; };
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size()));
  if (end != all.end()) {
    std::nth_element(all.begin(), end, all.end(), heavier);
    all.erase(end, all.end());
  }
  std::sort(all.begin(), all.end(), heavier);
  return all;
}

}  // namespace weir
