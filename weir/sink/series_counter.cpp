#include "weir/sink/series_counter.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "weir/base/add_saturated.hpp"

namespace weir {
namespace {

/// Packing a key may write a little past its end.
constexpr std::size_t kSlack = 2 * SeriesKeyPlan::kWord;

}  // namespace

SeriesCounter::SeriesCounter(std::shared_ptr<SeriesRegistry> registry, FieldId value)
    : registry_(std::move(registry)),
      value_(value),
      tables_(registry_->tables()),
      follower_(registry_->follow()),
      keys_(std::make_unique_for_overwrite<char[]>(
          FlowBatch::kCapacity * registry_->plan().max_size() + kSlack)),
      lookups_(std::make_unique<Lookups>()) {}

SeriesCounter::Cell SeriesCounter::find_or_admit(std::string_view key, std::uint32_t hash) {
  Cell cell = index_.find(key, hash);
  if (cell != SeriesIndex::kOther || registry_->plan().single()) {
    return cell;
  }
  if (!registry_->full() && !(swaps_ && swaps_->silent(key))) {
    registry_->admit(key, follower_);
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
  const std::size_t known = events_.size();
  registry_->news(follower_, events_);
  // After a start there may be millions, each at a place of its own in memory.
  constexpr std::size_t kAhead = 16;
  for (std::size_t i = known; i < events_.size(); ++i) {
    if (i + kAhead < events_.size() && events_[i + kAhead].change == SeriesChange::admitted) {
      index_.prefetch(index_.hash_of(registry_->series(events_[i + kAhead].id).key()));
    }
    follow(events_[i]);
  }
  events_seen_ += events_.size() - known;
  // What is in the table is shown with the next commit, be it 0.
  dirty_ = true;
}

void SeriesCounter::follow(const SeriesEvent& event) {
  if (event.id == SeriesRegistry::kOther) {
    return;  // no key leads to it
  }
  switch (event.change) {
    case SeriesChange::admitted:
    case SeriesChange::returned: {
      const std::string_view key = registry_->series(event.id).key();
      if (!swaps_ || swaps_->appeared(event.id, key, index_.hash_of(key))) {
        index_.insert(key, event.id);
      }
      break;
    }
    case SeriesChange::retired:
      index_.erase(registry_->series(event.id).key(), event.id);
      if (swaps_) {
        swaps_->retired(event.id);
      }
      break;
    case SeriesChange::dropped:
      index_.forget(event.id);
      if (swaps_) {
        swaps_->dropped(event.id);
      }
  }
}

bool SeriesCounter::fits(const Flow& row, Cell cell, const SeriesTable& table) const {
  // What is pending and what is committed never wrap together, as this was asked for each row.
  const std::uint64_t committed = table.value(index_.id(cell));
  std::uint64_t sum = 0;
  return !__builtin_add_overflow(committed + index_.pending(cell), value_of(row), &sum);
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
    lookups.values[i] = value_of(row);
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
  if (swaps_) {
    for (std::size_t i = 0; i < lookups.size; ++i) {
      if (lookups.guesses[i] == SeriesIndex::kOther) {
        swaps_->prefetch(lookups.hashes[i]);
      }
    }
  }
  for (std::size_t i = 0; i < lookups.size; ++i) {
    Cell cell = lookups.guesses[i];
    if (!index_.holds(cell, lookups.keys[i])) {
      cell = find_or_admit(lookups.keys[i], lookups.hashes[i]);
      if (cell == SeriesIndex::kOther && swaps_) {
        swaps_->saw(lookups.keys[i], lookups.hashes[i], lookups.values[i]);
      }
    }
    count(cell, lookups.values[i]);
  }
}

void SeriesCounter::add(const Flow& row, Cell cell) {
  if (cell == SeriesIndex::kOther && swaps_) {
    const std::string_view key(keys_.get(), registry_->plan().pack(row, tables_, keys_.get()));
    swaps_->saw(key, index_.hash_of(key), value_of(row));
  }
  count(cell, value_of(row));
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

void SeriesCounter::collect(const SeriesTable& table, SeriesDelta& delta) {
  delta.events.insert(delta.events.end(), events_.begin(), events_.end());
  delta.values.reserve(delta.values.size() + changed_.size());
  for (const Cell cell : changed_) {
    const SeriesId id = index_.id(cell);
    delta.values.push_back({id, table.value(id) + index_.pending(cell)});
  }
  delta.total = total_;
  delta.capped = capped_;
  // Successors count only when they were seen. By then what they hold back is nothing; it is for
  // the next process, which does not know them and has them count at once.
  delta.hold = delta.hold || (swaps_ && swaps_->presents(events_));
}

void SeriesCounter::settle() {
  for (const Cell cell : changed_) {
    index_.pending(cell) = 0;
  }
  changed_.clear();
  events_.clear();
  dirty_ = false;
}

void SeriesCounter::swap(Metric::Keep keep, const SeriesTable& table, const SeriesDelta& delta,
                         const CommitTime& time) {
  if (keep == Metric::Keep::first || registry_->plan().single()) {
    keep_first();
    return;
  }
  catch_up();
  if (swaps_ && swaps_->limit() != registry_->limit()) {
    keep_first();
  }
  if (!swaps_) {
    registry_->set_keep(keep);
    swaps_ = std::make_unique<SeriesSwaps>(registry_, table);
  }
  for (const SeriesId id : swaps_->advance(table, delta, time)) {
    index_.insert(registry_->series(id).key(), id);
  }
  catch_up();
}

/// From now on, or until others are compared.
void SeriesCounter::keep_first() {
  if (!swaps_) {
    return;
  }
  catch_up();
  for (const SeriesId id : swaps_->silent()) {
    index_.insert(registry_->series(id).key(), id);
  }
  swaps_ = nullptr;
  registry_->set_keep(Metric::Keep::first);
}

void SeriesCounter::restore(const SeriesTable& table) {
  registry_->settle_places(table.leaving().size(), {});
  index_.reserve(table.shown_count());
  catch_up();
  // Most were committed long ago; the only series of a metric without labels may be new.
  std::vector<SeriesEvent> fresh;
  std::copy_if(events_.begin(), events_.end(), std::back_inserter(fresh), [&](const auto& event) {
    return table.state(event.id) != SeriesTable::State::live;
  });
  events_ = std::move(fresh);
  dirty_ = !events_.empty();
  total_ = table.total();
  capped_ = table.capped();
}

}  // namespace weir
