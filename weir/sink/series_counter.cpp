#include "weir/sink/series_counter.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

std::uint64_t add_saturated(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? ~std::uint64_t{0} : sum;
}

/// Packing a key may write a little past its end.
constexpr std::size_t kSlack = 2 * SeriesKeyPlan::kWord;

}  // namespace

SeriesCounter::SeriesCounter(std::shared_ptr<SeriesRegistry> registry, FieldId value)
    : registry_(std::move(registry)),
      value_(value),
      tables_(registry_->tables()),
      keys_(std::make_unique_for_overwrite<char[]>(
          FlowBatch::kCapacity * registry_->plan().max_size() + kSlack)),
      lookups_(std::make_unique<Lookups>()) {}

SeriesCounter::Cell SeriesCounter::find_or_admit(std::string_view key, std::uint32_t hash) {
  Cell cell = index_.find(key, hash);
  if (cell != SeriesIndex::kOther || registry_->plan().single()) {
    return cell;
  }
  if (!registry_->full()) {
    registry_->admit(key, events_seen_);
  }
  if (registry_->event_count() != events_seen_) {
    catch_up();
    cell = index_.find(key, hash);
  }
  return cell;
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
    const std::string_view key = registry_->series(event.id).key();
    if (event.retired) {
      index_.erase(key, event.id);
      retired_.push_back(event.id);
    } else {
      index_.insert(key, event.id);
    }
    series_ = std::max(series_, event.id + std::size_t{1});
  }
  events_seen_ += events_.size();
  // What is in the table is shown with the next commit, be it 0.
  dirty_ = true;
}

bool SeriesCounter::fits(const Flow& row, Cell cell, const SeriesValues& shown) const {
  // What is pending and what is committed never wrap together, as this was asked for each row.
  const SeriesId id = index_.id(cell);
  const std::uint64_t committed = id < shown.values.size() ? shown.values[id] : 0;
  std::uint64_t sum = 0;
  return !__builtin_add_overflow(committed + index_.pending(cell), get_integer(row, value_), &sum);
}

SeriesCounter::Cell SeriesCounter::cell_of(const Flow& row) {
  const std::string_view key(keys_.get(), registry_->plan().pack(row, tables_, keys_.get()));
  return find_or_admit(key, index_.hash_of(key));
}

bool SeriesCounter::prepare(const FlowBatch& batch, Rows rows) {
  const SeriesKeyPlan& plan = registry_->plan();
  Lookups& lookups = *lookups_;
  lookups.size = rows.size();
  char* at = keys_.get();
  std::uint64_t sum = total_;
  bool fits = true;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Flow& row = batch[rows[i]];
    const std::string_view key(at, plan.pack(row, tables_, at));
    lookups.keys[i] = key;
    lookups.hashes[i] = index_.hash_of(key);
    lookups.values[i] = get_integer(row, value_);
    index_.prefetch(lookups.hashes[i]);
    fits = fits && !__builtin_add_overflow(sum, lookups.values[i], &sum);
    at += key.size();
  }
  return fits;
}

/// Two passes, each of which finds in the cache what the one before, or `prepare`, has asked for.
void SeriesCounter::add() {
  Lookups& lookups = *lookups_;
  for (std::size_t i = 0; i < lookups.size; ++i) {
    lookups.guesses[i] = index_.guess(lookups.hashes[i]);
  }
  for (std::size_t i = 0; i < lookups.size; ++i) {
    Cell cell = lookups.guesses[i];
    if (!index_.holds(cell, lookups.keys[i])) {
      cell = find_or_admit(lookups.keys[i], lookups.hashes[i]);
    }
    count(cell, lookups.values[i]);
  }
}

void SeriesCounter::count(Cell cell, std::uint64_t value) {
  dirty_ = true;
  if (cell == SeriesIndex::kOther && !registry_->plan().single() && capped_++ == 0) {
    registry_->open_other();
  }
  if (value == 0) {
    return;
  }
  std::uint64_t& pending = index_.pending(cell);
  if (pending == 0) {
    changed_.push_back(cell);
  }
  pending += value;
  total_ = add_saturated(total_, value);
}

std::vector<SeriesId> SeriesCounter::take_retired() {
  return std::exchange(retired_, {});
}

void SeriesCounter::commit(SeriesValues& shown) {
  shown.values.resize(series_);
  for (const Cell cell : changed_) {
    shown.values[index_.id(cell)] += index_.pending(cell);
    index_.pending(cell) = 0;
  }
  changed_.clear();
  shown.total = total_;
  shown.capped = capped_;
  dirty_ = false;
}

}  // namespace weir
