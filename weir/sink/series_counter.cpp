#include "weir/sink/series_counter.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>

namespace weir {
namespace {

constexpr std::size_t kFirstSlots = 1024;
/// Marks a slot whose series was retired, so that probing goes on behind it.
constexpr SeriesId kErased = ~SeriesId{0};

std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t word_at(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Keys are whole words, for which this is quicker than a call of memcmp.
bool equal_keys(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) {
    return false;
  }
  std::uint64_t difference = 0;
  for (std::size_t i = 0; i < a.size(); i += SeriesKeyPlan::kWord) {
    difference |= word_at(a.data() + i) ^ word_at(b.data() + i);
  }
  return difference == 0;
}

std::uint64_t add_saturated(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? ~std::uint64_t{0} : sum;
}

}  // namespace

SeriesCounter::SeriesCounter(std::shared_ptr<SeriesRegistry> registry, FieldId value)
    : registry_(std::move(registry)),
      value_(value),
      slots_(kFirstSlots),
      tables_(registry_->tables()),
      keys_(FlowBatch::kCapacity * 64),
      lookups_(std::make_unique<Lookups>()),
      pending_(1) {
  std::random_device random;
  for (auto& word : seed_) {
    word = std::uint64_t{random()} << 32 | random() | 1U;
  }
}

/// Multiply and fold, 16 bytes a step, keyed so that nobody outside can choose colliding labels.
std::uint32_t SeriesCounter::hash_of(std::string_view key) const {
  std::uint64_t state = seed_[0] ^ key.size();
  const char* at = key.data();
  std::size_t left = key.size();
  for (; left >= 2 * SeriesKeyPlan::kWord; left -= 2 * SeriesKeyPlan::kWord) {
    state = fold(word_at(at) ^ seed_[1], word_at(at + SeriesKeyPlan::kWord) ^ state);
    at += 2 * SeriesKeyPlan::kWord;
  }
  const std::uint64_t last = left == 0 ? 0 : word_at(at);
  return static_cast<std::uint32_t>(fold(last ^ seed_[1], state) >> 32);
}

SeriesId SeriesCounter::find(std::string_view key, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot slot = slots_[i];
    if (slot.id == 0) {
      return SeriesRegistry::kOther;
    }
    if (slot.hash == hash && slot.id != kErased &&
        equal_keys(registry_->series(slot.id).key(), key)) {
      return slot.id;
    }
  }
}

SeriesId SeriesCounter::find_or_admit(std::string_view key, std::uint32_t hash) {
  SeriesId id = find(key, hash);
  if (id != SeriesRegistry::kOther || registry_->plan().single()) [[likely]] {
    return id;
  }
  if (!registry_->full()) {
    registry_->admit(key, events_seen_);
  }
  if (registry_->event_count() != events_seen_) {
    catch_up();
    id = find(key, hash);
  }
  return id;
}

void SeriesCounter::catch_up() {
  if (registry_->plan().packs_names()) {
    tables_ = registry_->tables();
  }
  if (registry_->event_count() == events_seen_) {
    return;
  }
  events_.clear();
  registry_->events_since(events_seen_, events_);
  for (const SeriesRegistry::Event& event : events_) {
    if (event.retired) {
      erase(event.id);
    } else {
      insert(event.id);
    }
  }
  events_seen_ += events_.size();
}

void SeriesCounter::insert(SeriesId id) {
  if ((used_ + 1) * 3 > slots_.size() * 2) {
    grow();
  }
  if (id >= pending_.size()) {
    // What is in the table is shown with the next commit, be it 0.
    pending_.resize(id + std::size_t{1});
    dirty_ = true;
  }
  const std::uint32_t hash = hash_of(registry_->series(id).key());
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  while (slots_[i].id != 0) {
    i = (i + 1) & mask;
  }
  slots_[i] = {hash, id};
  ++used_;
}

void SeriesCounter::erase(SeriesId id) {
  const std::uint32_t hash = hash_of(registry_->series(id).key());
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask; slots_[i].id != 0; i = (i + 1) & mask) {
    if (slots_[i].id == id) {
      slots_[i].id = kErased;
      return;
    }
  }
}

void SeriesCounter::grow() {
  const auto live = static_cast<std::size_t>(std::count_if(
      slots_.begin(), slots_.end(), [](Slot slot) { return slot.id != 0 && slot.id != kErased; }));
  std::vector<Slot> larger(std::max(kFirstSlots, std::bit_ceil((live + 1) * 2)));
  const std::size_t mask = larger.size() - 1;
  for (const Slot slot : slots_) {
    if (slot.id == 0 || slot.id == kErased) {
      continue;
    }
    std::size_t i = slot.hash & mask;
    while (larger[i].id != 0) {
      i = (i + 1) & mask;
    }
    larger[i] = slot;
  }
  slots_ = std::move(larger);
  used_ = live;
}

bool SeriesCounter::fits(const FlowBatch& batch, Rows rows) const {
  std::uint64_t sum = total_;
  for (const std::uint16_t row : rows) {
    if (__builtin_add_overflow(sum, get_integer(batch[row], value_), &sum)) {
      return false;
    }
  }
  return true;
}

bool SeriesCounter::fits(const Flow& row, SeriesId id, const SeriesValues& shown) const {
  // What is pending and what is committed never wrap together, as this was asked for each row.
  const std::uint64_t committed = id < shown.values.size() ? shown.values[id] : 0;
  std::uint64_t sum = 0;
  return !__builtin_add_overflow(committed + pending_[id], get_integer(row, value_), &sum);
}

SeriesId SeriesCounter::series_of(const Flow& row) {
  const std::string_view key = pack(row, 0);
  return find_or_admit(key, hash_of(key));
}

std::string_view SeriesCounter::pack(const Flow& row, std::size_t at) {
  const SeriesKeyPlan& plan = registry_->plan();
  const std::size_t room = plan.max_size() + 2 * SeriesKeyPlan::kWord;
  if (at + room > keys_.size()) {
    keys_.resize(std::max(keys_.size() * 2, at + room));
  }
  return {keys_.data() + at, plan.pack(row, tables_, keys_.data() + at)};
}

void SeriesCounter::pack_keys(const FlowBatch& batch, Rows rows) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string_view key = pack(batch[rows[i]], used);
    const std::uint32_t hash = hash_of(key);
    __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
    lookups_->begins[i] = static_cast<std::uint32_t>(used);
    lookups_->sizes[i] = static_cast<std::uint32_t>(key.size());
    lookups_->hashes[i] = hash;
    used += key.size();
  }
}

/// Most rows find their series in the first slot. Its memory is asked for here, for all rows at
/// once, so that they do not wait for it one after another.
void SeriesCounter::guess_series(std::size_t rows) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < rows; ++i) {
    const Slot slot = slots_[lookups_->hashes[i] & mask];
    const bool usable = slot.hash == lookups_->hashes[i] && slot.id != kErased;
    const SeriesId id = usable ? slot.id : SeriesRegistry::kOther;
    lookups_->guesses[i] = id;
    __builtin_prefetch(&registry_->series(id));
    __builtin_prefetch(&pending_[id], 1);
  }
  for (std::size_t i = 0; i < rows; ++i) {
    __builtin_prefetch(registry_->series(lookups_->guesses[i]).data);
  }
}

void SeriesCounter::add(const FlowBatch& batch, Rows rows) {
  pack_keys(batch, rows);
  guess_series(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string_view key(keys_.data() + lookups_->begins[i], lookups_->sizes[i]);
    SeriesId id = lookups_->guesses[i];
    if (id == SeriesRegistry::kOther || !equal_keys(registry_->series(id).key(), key)) {
      id = find_or_admit(key, lookups_->hashes[i]);
    }
    count(id, get_integer(batch[rows[i]], value_));
  }
}

void SeriesCounter::count(SeriesId id, std::uint64_t value) {
  dirty_ = true;
  if (id == SeriesRegistry::kOther && !registry_->plan().single() && capped_++ == 0) {
    registry_->open_other();
  }
  if (value == 0) {
    return;
  }
  if (pending_[id] == 0) {
    changed_.push_back(id);
  }
  pending_[id] += value;
  total_ = add_saturated(total_, value);
}

void SeriesCounter::commit(SeriesValues& shown) {
  if (shown.values.size() < pending_.size()) {
    shown.values.resize(pending_.size());
  }
  for (const SeriesId id : changed_) {
    shown.values[id] += pending_[id];
    pending_[id] = 0;
  }
  changed_.clear();
  shown.total = total_;
  shown.capped = capped_;
  dirty_ = false;
}

}  // namespace weir
