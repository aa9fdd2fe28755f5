#include "weir/sink/series_table.hpp"

#include <algorithm>

#include "weir/base/flat_map.hpp"

namespace weir {
namespace {

using Ids = FlatMap<SeriesId, bool>;

Ids set_of(const std::vector<SeriesId>& ids) {
  Ids set;
  for (const SeriesId id : ids) {
    set.emplace(id, true);
  }
  return set;
}

std::uint32_t seconds(std::uint64_t ms) {
  return static_cast<std::uint32_t>(ms / 1000);
}

/// Shown for long enough, and seen.
bool due(std::int64_t since_ms, std::uint64_t scrapes, const CommitTime& now,
         std::chrono::milliseconds hold) {
  return now.scrapes > scrapes && now.unix_ms - since_ms >= hold.count();
}

}  // namespace

void SeriesDelta::clear() {
  events.clear();
  hidden.clear();
  released.clear();
  values.clear();
}

void SeriesTable::apply(const SeriesDelta& delta, const CommitTime& time) {
  follow_clock(time);
  hide(delta.hidden);
  release(delta.released, time);
  for (const SeriesEvent& event : delta.events) {
    change(event, delta, time);
  }
  forget_returned(delta, time);
  for (const auto& [id, value] : delta.values) {
    grow(id + std::size_t{1});
    values_[id] = value;
    active_[id] = seconds(time.active_ms);
  }
  total_ = delta.total;
  capped_ = delta.capped;
}

void SeriesTable::change(const SeriesEvent& event, const SeriesDelta& delta,
                         const CommitTime& time) {
  const SeriesId id = event.id;
  grow(id + std::size_t{1});
  const State before = states_[id];
  switch (event.change) {
    case SeriesChange::admitted:
      values_[id] = 0;
      born_[id] = seconds(static_cast<std::uint64_t>(time.unix_ms));
      [[fallthrough]];
    case SeriesChange::returned:
      states_[id] = State::live;
      active_[id] = seconds(time.active_ms);
      shown_ += before == State::leaving ? 0 : 1;
      if (before == State::dormant) {
        --dormant_;
        dormant_value_ -= values_[id];
      }
      // One that was leaving was shown all the time.
      if (delta.hold && before != State::leaving) {
        held_.push_back({id, values_[id], time.unix_ms, time.scrapes});
      }
      break;
    case SeriesChange::retired:
      states_[id] = State::leaving;
      leaving_.push_back({id, time.unix_ms, time.scrapes});
      break;
    case SeriesChange::dropped:
      states_[id] = State::absent;
      --dormant_;
      dormant_value_ -= values_[id];
      dropped_value_ += values_[id];
      values_[id] = 0;
  }
}

void SeriesTable::hide(const std::vector<SeriesId>& ids) {
  if (ids.empty()) {
    return;
  }
  for (const SeriesId id : ids) {
    states_[id] = State::dormant;
    dormant_value_ += values_[id];
  }
  shown_ -= ids.size();
  dormant_ += ids.size();
  std::erase_if(leaving_,
                [this](const Leaving& each) { return states_[each.id] != State::leaving; });
}

/// One that is leaving goes on being shown, for what it held back has not been seen yet.
void SeriesTable::release(const std::vector<SeriesId>& ids, const CommitTime& time) {
  if (ids.empty()) {
    return;
  }
  const Ids released = set_of(ids);
  std::erase_if(held_, [&](const Held& each) { return released.contains(each.id); });
  for (Leaving& each : leaving_) {
    if (released.contains(each.id)) {
      each = {each.id, time.unix_ms, time.scrapes};
    }
  }
}

/// Those that returned are leaving no more, be it since this commit, and if they were retired again
/// it counts from now.
void SeriesTable::forget_returned(const SeriesDelta& delta, const CommitTime& time) {
  if (leaving_.empty()) {
    return;
  }
  Ids returned;
  for (const SeriesEvent& event : delta.events) {
    if (event.change == SeriesChange::returned) {
      returned.emplace(event.id, true);
    }
  }
  if (returned.empty()) {
    return;
  }
  std::erase_if(leaving_, [&](const Leaving& each) { return returned.contains(each.id); });
  for (const auto& each : returned) {
    if (states_[each.first] == State::leaving) {
      leaving_.push_back({each.first, time.unix_ms, time.scrapes});
    }
  }
}

/// When the clock is set back, waiting begins anew: otherwise it would take as much longer.
void SeriesTable::follow_clock(const CommitTime& time) {
  if (time.unix_ms < latest_ms_) {
    for (Held& each : held_) {
      each.since_ms = std::min(each.since_ms, time.unix_ms);
    }
    for (Leaving& each : leaving_) {
      each.since_ms = std::min(each.since_ms, time.unix_ms);
    }
  }
  latest_ms_ = time.unix_ms;
}

void SeriesTable::choose(const CommitTime& time, std::chrono::milliseconds hold,
                         SeriesDelta& delta) const {
  for (const Held& each : held_) {
    if (!due(each.since_ms, each.scrapes, time, hold)) {
      break;
    }
    delta.released.push_back(each.id);
  }
  for (const Leaving& each : leaving_) {
    if (due(each.since_ms, each.scrapes, time, hold)) {
      delta.hidden.push_back(each.id);
    }
  }
  if (delta.hidden.empty() || held_.empty()) {
    return;
  }
  Ids held;
  for (const Held& each : held_) {
    held.emplace(each.id, true);
  }
  std::erase_if(delta.hidden, [&held](SeriesId id) { return held.contains(id); });
}

std::vector<SeriesId> SeriesTable::idle(const CommitTime& time,
                                        std::chrono::milliseconds ttl) const {
  std::vector<SeriesId> ids;
  const std::uint32_t now = seconds(time.active_ms);
  const auto age = static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(ttl).count());
  for (SeriesId id = SeriesRegistry::kOther + 1; id < size(); ++id) {
    if (states_[id] == State::live && now - active_[id] >= age) {
      ids.push_back(id);
    }
  }
  return ids;
}

std::vector<SeriesId> SeriesTable::live() const {
  std::vector<SeriesId> ids;
  for (SeriesId id = 0; id < size(); ++id) {
    if (states_[id] == State::live) {
      ids.push_back(id);
    }
  }
  return ids;
}

std::vector<SeriesId> SeriesTable::stopped() const {
  std::vector<SeriesId> ids;
  for (SeriesId id = 0; id < size(); ++id) {
    if (states_[id] == State::leaving || states_[id] == State::dormant) {
      ids.push_back(id);
    }
  }
  std::stable_sort(ids.begin(), ids.end(),
                   [this](SeriesId a, SeriesId b) { return active_[a] < active_[b]; });
  return ids;
}

std::uint64_t SeriesTable::held_value() const {
  std::uint64_t sum = 0;
  for (const Held& each : held_) {
    sum += values_[each.id] - each.shown;
  }
  return sum;
}

void SeriesTable::restore(const Totals& totals) {
  total_ = totals.total;
  capped_ = totals.capped;
  dropped_value_ = totals.dropped_value;
}

void SeriesTable::restore(SeriesId id, const Series& series) {
  grow(id + std::size_t{1});
  states_[id] = series.state;
  born_[id] = series.born;
  active_[id] = series.active;
  values_[id] = series.value;
  shown_ += series.state == State::live || series.state == State::leaving ? 1 : 0;
  if (series.state == State::dormant) {
    ++dormant_;
    dormant_value_ += series.value;
  }
}

void SeriesTable::restore(const Held& held) {
  held_.push_back(held);
  latest_ms_ = std::max(latest_ms_, held.since_ms);
}

void SeriesTable::restore(const Leaving& leaving) {
  leaving_.push_back(leaving);
  latest_ms_ = std::max(latest_ms_, leaving.since_ms);
}

void SeriesTable::grow(std::size_t size) {
  if (size > values_.size()) {
    values_.resize(size);
    states_.resize(size);
    born_.resize(size);
    active_.resize(size);
  }
}

}  // namespace weir
