#include "weir/sink/series_swaps.hpp"

#include <utility>

namespace weir {
namespace {

/// Among traffic where the key of rank r has its share 1/r, those that are worth a place among n
/// are found with a few times n counters; more of them than this would take more memory than the
/// series.
std::size_t counters_for(std::size_t max_series) {
  constexpr std::size_t kFew = 8'000;
  constexpr std::size_t kMany = 250'000;
  return std::clamp(max_series, kFew / 8, kMany / 8) * 8;
}

}  // namespace

SeriesSwaps::SeriesSwaps(std::shared_ptr<SeriesRegistry> registry, const SeriesTable& table)
    : registry_(std::move(registry)),
      limit_(registry_->limit()),
      heavy_(counters_for(limit_)),
      base_(table.values()) {}

bool SeriesSwaps::appeared(SeriesId id, std::string_view key, std::uint32_t hash) {
  if (silent_.contains(id)) {
    return false;
  }
  credit(id, key, hash);
  if (const auto known = waiting_.find(key); known != waiting_.end()) {
    waiting_.erase(known);  // it found a place by itself
  }
  return true;
}

void SeriesSwaps::retired(SeriesId id) {
  if (silent_.erase(id) != 0) {
    silent_keys_.erase(registry_->series(id).key());
  }
}

void SeriesSwaps::dropped(SeriesId id) {
  if (id < base_.size()) {
    base_[id] = 0;
  }
}

/// What came of it without a series at most is its own from now on.
void SeriesSwaps::credit(SeriesId id, std::string_view key, std::uint32_t hash) {
  if (id >= base_.size()) {
    base_.resize(id + std::size_t{1});
  }
  base_[id] -= heavy_.count(key, hash) + heavy_.error();
  heavy_.remove(key, hash);
}

bool SeriesSwaps::presents(const std::vector<SeriesEvent>& events) const {
  return !silent_.empty() && std::any_of(events.begin(), events.end(), [&](const auto& event) {
    return (event.change == SeriesChange::admitted || event.change == SeriesChange::returned) &&
           silent_.contains(event.id);
  });
}

std::vector<SeriesId> SeriesSwaps::silent() const {
  std::vector<SeriesId> ids;
  for (const auto& each : silent_) {
    ids.push_back(each.first);
  }
  return ids;
}

std::vector<SeriesId> SeriesSwaps::advance(const SeriesTable& table, const SeriesDelta& delta,
                                           const CommitTime& time) {
  if (base_.size() < table.size()) {
    base_.resize(table.size());
  }
  std::vector<SeriesId> opened = open(delta.released);
  promote(table, time.unix_ms);
  if (due(time.unix_ms)) {
    begin(table);
    if (++checks_ % kChecksToHalve == 0) {
      halve(table);
    }
  }
  return opened;
}

std::vector<SeriesId> SeriesSwaps::open(const std::vector<SeriesId>& released) {
  std::vector<SeriesId> opened;
  if (silent_.empty()) {
    return opened;
  }
  for (const SeriesId id : released) {
    if (const auto known = silent_.find(id); known != silent_.end()) {
      const std::string_view key = registry_->series(id).key();
      credit(id, key, known->second);
      silent_.erase(known);
      silent_keys_.erase(key);
      opened.push_back(id);
    }
  }
  return opened;
}

void SeriesSwaps::promote(const SeriesTable& table, std::int64_t unix_ms) {
  std::vector<std::string> now = ready(table);
  const std::size_t most = std::min(now.size(), allowance(unix_ms));
  const std::vector<std::string> late(now.begin() + static_cast<std::ptrdiff_t>(most), now.end());
  now.resize(most);
  const std::vector<SeriesId> ids =
      registry_->settle_places(table.leaving().size() + places_kept(table, late), now);
  std::size_t live = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const auto known = waiting_.find(now[i]);
    if (ids[i] != SeriesRegistry::kOther) {
      silent_.emplace(ids[i], known->second.hash);
      silent_keys_.emplace(registry_->series(ids[i]).key(), ids[i]);
      ++live;
    }
    waiting_.erase(known);
  }
  if (live != 0) {
    waves_.push_back({unix_ms, live});
  }
}

/// Those whose victims are not shown any more, or count again because there was room: whoever has
/// waited longest comes first.
std::vector<std::string> SeriesSwaps::ready(const SeriesTable& table) const {
  std::vector<std::pair<unsigned, std::string>> found;
  for (const auto& [key, place] : waiting_) {
    if (table.state(place.victim) != SeriesTable::State::leaving) {
      found.emplace_back(place.check, key);
    }
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> keys;
  keys.reserve(found.size());
  for (auto& each : found) {
    keys.push_back(std::move(each.second));
  }
  return keys;
}

/// How many may go live now.
std::size_t SeriesSwaps::allowance(std::int64_t unix_ms) {
  std::size_t used = 0;
  // The clock may be set back.
  std::erase_if(waves_, [unix_ms](const Wave& each) {
    return unix_ms - each.unix_ms >= kCheckMs || each.unix_ms > unix_ms;
  });
  for (const Wave& each : waves_) {
    used += each.successors;
  }
  return per_check(limit_) - std::min(used, per_check(limit_));
}

/// Of these, who wait for their turn alone, the places that their victims have left.
std::size_t SeriesSwaps::places_kept(const SeriesTable& table,
                                     const std::vector<std::string>& late) const {
  return static_cast<std::size_t>(
      std::count_if(late.begin(), late.end(), [&](const std::string& key) {
        return table.state(waiting_.find(key)->second.victim) != SeriesTable::State::live;
      }));
}

bool SeriesSwaps::due(std::int64_t unix_ms) {
  // The clock may be set back.
  if (next_check_ms_ == 0 || next_check_ms_ - unix_ms > kCheckMs) {
    next_check_ms_ = unix_ms + kCheckMs;
  }
  if (unix_ms < next_check_ms_) {
    return false;
  }
  next_check_ms_ = unix_ms + kCheckMs;
  return true;
}

void SeriesSwaps::begin(const SeriesTable& table) {
  const std::size_t under_way = waiting_.size() + silent_.size();
  const std::size_t most = most_under_way(limit_);
  if (under_way >= most) {
    return;
  }
  const auto heaviest = candidates(std::min(per_check(limit_), most - under_way));
  const auto victims = lightest(table, heaviest.size());
  std::vector<SeriesId> retired;
  for (std::size_t i = 0; i < victims.size(); ++i) {
    if (heaviest[i].count / 2 < score(table, victims[i])) {
      break;
    }
    waiting_.emplace(heaviest[i].key, Place{victims[i], heaviest[i].hash, checks_});
    retired.push_back(victims[i]);
  }
  registry_->retire(retired);
}

/// The heaviest keys without a series that are not about to have one.
std::vector<HeavyKeys::Heavy> SeriesSwaps::candidates(std::size_t most) const {
  FlatMap<std::string_view, bool> chosen;
  for (const auto& each : waiting_) {
    chosen.emplace(each.first, true);
  }
  for (const auto& each : silent_keys_) {
    chosen.emplace(each.first, true);
  }
  auto heaviest = heavy_.heaviest(most + chosen.size());
  std::erase_if(heaviest, [&](const HeavyKeys::Heavy& each) {
    return chosen.contains(each.key) || !registry_->can_hold(each.key);
  });
  heaviest.resize(std::min(most, heaviest.size()));
  return heaviest;
}

/// Of the live series that count, those of the least traffic, the very least first.
std::vector<SeriesId> SeriesSwaps::lightest(const SeriesTable& table, std::size_t most) const {
  std::vector<std::pair<std::uint64_t, SeriesId>> scores;
  if (most != 0) {
    for (SeriesId id = SeriesRegistry::kOther + 1; id < table.size(); ++id) {
      if (table.states()[id] == SeriesTable::State::live && !silent_.contains(id)) {
        scores.emplace_back(score(table, id), id);
      }
    }
  }
  const auto end = scores.begin() + static_cast<std::ptrdiff_t>(std::min(most, scores.size()));
  std::partial_sort(scores.begin(), end, scores.end());
  std::vector<SeriesId> ids;
  for (auto each = scores.begin(); each != end; ++each) {
    ids.push_back(each->second);
  }
  return ids;
}

/// Rounds so that no live series becomes lighter than it is.
void SeriesSwaps::halve(const SeriesTable& table) {
  heavy_.halve();
  for (SeriesId id = 0; id < table.size(); ++id) {
    base_[id] += score(table, id) / 2;
  }
}

}  // namespace weir
