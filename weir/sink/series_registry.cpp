#include "weir/sink/series_registry.hpp"

#include <algorithm>
#include <utility>

#include "weir/base/log.hpp"
#include "weir/sink/series_table.hpp"

namespace weir {

SeriesRegistry::SeriesRegistry(const Metric& metric)
    : name_(metric.name),
      text_begin_(metric.name + '{'),
      max_series_(metric.max_series),
      plan_(metric),
      tables_generation_(plan_.tables_generation()),
      tables_(plan_.current_tables()),
      keep_(metric.keep) {
  std::string text;
  plan_.append_other(text);
  append({}, text);
  turned_dormant_[kOther] = kAbsent;
  if (plan_.single()) {
    open_other();
  }
  update_full();
}

SeriesRegistry::SeriesRegistry(const std::string& name)
    : SeriesRegistry(Metric{.name = name, .help = {}}) {
  any_key_ = true;
}

void SeriesRegistry::set_limit(std::size_t max_series) {
  const std::lock_guard lock(mutex_);
  max_series_ = max_series;
  update_full();
  warn_when_crowded();
}

std::size_t SeriesRegistry::size() const {
  const std::lock_guard lock(mutex_);
  return turned_dormant_.size();
}

SeriesRegistry::Follower SeriesRegistry::follow() {
  const std::lock_guard lock(mutex_);
  seen_.push_back(event_count_ - events_.size());
  return seen_.size() - 1;
}

void SeriesRegistry::news(Follower follower, std::vector<SeriesEvent>& out) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t first = event_count_ - events_.size();
  for (std::size_t i = seen_[follower] - first; i < events_.size(); ++i) {
    out.push_back({events_[i] / 4, static_cast<SeriesChange>(events_[i] % 4)});
  }
  seen_[follower] = event_count_;
  trim_events();
}

/// What everybody knows need not be kept.
void SeriesRegistry::trim_events() {
  constexpr std::size_t kWorthwhile = 4096;
  const std::uint64_t first = event_count_ - events_.size();
  const std::size_t known = *std::min_element(seen_.begin(), seen_.end()) - first;
  if (known >= kWorthwhile && known * 2 >= events_.size()) {
    events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(known));
    if (events_.empty()) {
      std::vector<std::uint32_t>().swap(events_);
    }
  }
}

/// Whether others made the very key a series after the first `seen` events, and it still is one.
bool SeriesRegistry::admitted_since(std::string_view key, std::uint64_t seen) const {
  for (std::size_t i = events_.size(); event_count_ - (events_.size() - i) > seen; --i) {
    const std::uint32_t event = events_[i - 1];
    if (series_[event / 4].key() == key) {
      const auto change = static_cast<SeriesChange>(event % 4);
      return change == SeriesChange::admitted || change == SeriesChange::returned;
    }
  }
  return false;
}

void SeriesRegistry::admit(std::string_view key, Follower follower) {
  const std::lock_guard lock(mutex_);
  if (crowded() || admitted_since(key, seen_[follower])) {
    return;
  }
  if (open(key) != kOther) {
    update_full();
    warn_when_crowded();
  }
}

/// A live series of this key; kOther if it looks like that.
SeriesId SeriesRegistry::open(std::string_view key) {
  text_.clear();
  plan_.append_text(key, tables_, text_);
  if (text_ == series_[kOther].text()) {
    return kOther;
  }
  SeriesId id = kOther;
  if (const auto known = dormant_.find(text_); known != dormant_.end()) {
    id = known->second;
    dormant_.erase(known);
    turned_dormant_[id] = kLive;
    record(id, SeriesChange::returned);
  } else {
    id = append(key, text_);
    record(id, SeriesChange::admitted);
  }
  ++live_count_;
  return id;
}

std::vector<SeriesId> SeriesRegistry::settle_places(std::size_t leaving,
                                                    std::span<const std::string> successors) {
  const std::lock_guard lock(mutex_);
  leaving_count_ = leaving;
  succeeding_ = false;
  std::vector<SeriesId> ids;
  std::uint64_t swapped = 0;
  for (const std::string& key : successors) {
    ids.push_back(places_taken() ? kOther : open(key));
    swapped += ids.back() == kOther ? 0 : 1;
  }
  succeeding_ = swapped != 0;
  swapped_.fetch_add(swapped, std::memory_order_relaxed);
  update_full();
  return ids;
}

bool SeriesRegistry::can_hold(std::string_view key) {
  const std::lock_guard lock(mutex_);
  text_.clear();
  plan_.append_text(key, tables_, text_);
  return text_ != series_[kOther].text();
}

void SeriesRegistry::set_keep(Metric::Keep keep) {
  const std::lock_guard lock(mutex_);
  keep_ = keep;
  succeeding_ = false;
  update_full();
}

void SeriesRegistry::open_other() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(turned_dormant_[kOther], kLive) != kLive) {
    record(kOther, SeriesChange::admitted);
  }
}

void SeriesRegistry::retire(std::span<const SeriesId> ids) {
  const std::lock_guard lock(mutex_);
  for (const SeriesId id : ids) {
    if (id != kOther && turned_dormant_[id] == kLive) {
      make_dormant(id);
      record(id, SeriesChange::retired);
    }
  }
  update_full();
}

void SeriesRegistry::make_dormant(SeriesId id) {
  // Turns come round after four thousand million; 0 and the largest mean something else.
  turn_ = turn_ + 1 == kAbsent ? kLive + 1 : turn_ + 1;
  turned_dormant_[id] = turn_;
  dormant_order_.push_back({id, turn_});
  dormant_.emplace(series_[id].text(), id);
  --live_count_;
  ++leaving_count_;
  trim_dormant_order();
}

/// Series that come and go would fill it without end.
void SeriesRegistry::trim_dormant_order() {
  constexpr std::size_t kWorthwhile = 4096;
  if (dormant_order_.size() >= kWorthwhile && dormant_order_.size() > 2 * dormant_.size()) {
    std::erase_if(dormant_order_,
                  [this](const Dormant& each) { return turned_dormant_[each.id] != each.turn; });
  }
}

void SeriesRegistry::drop(SeriesId id) {
  dormant_.erase(series_[id].text());
  turned_dormant_[id] = kAbsent;
  record(id, SeriesChange::dropped);
  dropping_.push_back(id);
}

void SeriesRegistry::bury_dropped() {
  const std::lock_guard lock(mutex_);
  if (!dropping_.empty()) {
    dropped_.push_back({lease_->over, std::exchange(dropping_, {}), event_count_});
    lease_ = std::make_shared<Lease>();
  }
}

/// Ids and texts of dropped series can be used again once nobody can be looking at them.
void SeriesRegistry::reclaim() {
  const auto known =
      seen_.empty() ? event_count_.load() : *std::min_element(seen_.begin(), seen_.end());
  while (!dropped_.empty() && dropped_.front().unread->load(std::memory_order_acquire) &&
         dropped_.front().event <= known) {
    for (const SeriesId id : dropped_.front().ids) {
      const Series& series = series_[id];
      store_.give_back(series.data, series.key_size + series.text_size);
      free_.push_back(id);
    }
    dropped_.pop_front();
  }
}

std::shared_ptr<const void> SeriesRegistry::lease() const {
  const std::lock_guard lock(mutex_);
  return lease_;
}

void SeriesRegistry::follow_lookups() {
  const std::lock_guard lock(mutex_);
  // The generation first: a table that is replaced meanwhile is then looked at again.
  tables_generation_.store(plan_.tables_generation(), std::memory_order_relaxed);
  const SeriesKeyPlan::Tables before = std::exchange(tables_, plan_.current_tables());
  RenamedKeys renamed(plan_, before, tables_);
  const bool compare = std::exchange(compare_texts_, false);
  std::size_t retired = 0;
  for (SeriesId id = kOther + 1; id < turned_dormant_.size(); ++id) {
    if (turned_dormant_[id] == kLive &&
        (compare ? !still_named_so(id) : renamed.contains(series_[id].key()))) {
      make_dormant(id);
      record(id, SeriesChange::retired);
      ++retired;
    }
  }
  update_full();
  if (retired != 0) {
    log::info("names changed: series with an old name are dormant now",
              {{"metric", name_}, {"series", std::to_string(retired)}});
  }
}

bool SeriesRegistry::still_named_so(SeriesId id) {
  text_.clear();
  plan_.append_text(series_[id].key(), tables_, text_);
  return text_ == series_[id].text();
}

SeriesKeyPlan::Tables SeriesRegistry::tables() const {
  const std::lock_guard lock(mutex_);
  return tables_;
}

SeriesId SeriesRegistry::append(std::string_view key, std::string_view text) {
  reclaim();
  if (!free_.empty()) {
    const SeriesId id = free_.back();
    free_.pop_back();
    place(id, key, text);
    return id;
  }
  const auto id = static_cast<SeriesId>(turned_dormant_.size());
  series_.push_back({});
  turned_dormant_.push_back(kAbsent);
  place(id, key, text);
  return id;
}

void SeriesRegistry::place(SeriesId id, std::string_view key, std::string_view text) {
  char* const room = store_.take(key.size() + text.size());
  std::copy(key.begin(), key.end(), room);
  std::copy(text.begin(), text.end(), room + key.size());
  series_.set(
      id, {room, static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(text.size())});
  turned_dormant_[id] = kLive;
}

void SeriesRegistry::record(SeriesId id, SeriesChange change) {
  events_.push_back(id * 4 + static_cast<std::uint32_t>(change));
  event_count_.fetch_add(1, std::memory_order_release);
}

/// No room for another series, be it new or dormant until now. Dormant ones above the cap are
/// dropped at the next commit; until then there may be as many as were live.
bool SeriesRegistry::crowded() const {
  return places_taken() || succeeding_ || dormant_.size() > 2 * max_series_;
}

bool SeriesRegistry::places_taken() const {
  const std::size_t leaving = keep_ == Metric::Keep::top ? leaving_count_ : 0;
  return live_count_ + leaving >= max_series_;
}

void SeriesRegistry::update_full() {
  full_.store(crowded(), std::memory_order_release);
}

void SeriesRegistry::warn_when_crowded() {
  if (live_count_ * 5 < max_series_ * 4) {
    warned_ = false;
    return;
  }
  if (!warned_) {
    warned_ = true;
    log::warn(
        "a metric has used 80 % of its series; beyond --max-series new label sets are counted in "
        "the series \"other\"",
        {{"metric", name_}, {"max_series", std::to_string(max_series_)}});
  }
}

bool SeriesRegistry::restore(SeriesId id, std::string_view key, std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (id == kOther) {
    return key.empty() && (any_key_ || text == series_[kOther].text());
  }
  const std::size_t size = turned_dormant_.size();
  if (id > size || size == StableArray<Series>::kMaxSize ||
      (!any_key_ && (plan_.single() || !plan_.valid(key))) || !text.starts_with(text_begin_) ||
      !text.ends_with("} ")) {
    return false;
  }
  if (id == size) {
    series_.push_back({});
    turned_dormant_.push_back(kAbsent);
  }
  if (turned_dormant_[id] != kAbsent) {
    store_.give_back(series_[id].data, series_[id].key_size + series_[id].text_size);
  }
  place(id, key, text);
  return true;
}

void SeriesRegistry::forget(SeriesId id) {
  const std::lock_guard lock(mutex_);
  if (id == turned_dormant_.size() && id != StableArray<Series>::kMaxSize) {
    series_.push_back({});
    turned_dormant_.push_back(kAbsent);
  } else if (id != kOther && id < turned_dormant_.size() && turned_dormant_[id] != kAbsent) {
    store_.give_back(series_[id].data, series_[id].key_size + series_[id].text_size);
    turned_dormant_[id] = kAbsent;
  }
}

void SeriesRegistry::restored(std::span<const SeriesId> live, std::span<const SeriesId> dormant) {
  const std::lock_guard lock(mutex_);
  // `make_dormant` counts them off again.
  live_count_ = dormant.size();
  dormant_.reserve(dormant.size());
  for (const SeriesId id : dormant) {
    make_dormant(id);
  }
  events_.reserve(events_.size() + live.size());
  for (const SeriesId id : live) {
    if (id != kOther) {
      ++live_count_;
      record(id, SeriesChange::admitted);
    } else if (std::exchange(turned_dormant_[kOther], kLive) != kLive) {
      record(id, SeriesChange::admitted);
    }
  }
  for (SeriesId id = kOther + 1; id < turned_dormant_.size(); ++id) {
    if (turned_dormant_[id] == kAbsent) {
      free_.push_back(id);
    }
  }
  compare_texts_ = true;
  if (plan_.tables_generation() != 0) {
    tables_generation_.store(~std::uint64_t{0});  // names are known: they are compared at once
  }
  update_full();
  warn_when_crowded();
}

void SeriesRegistry::take_over(const SeriesRegistry& other, const SeriesTable& table) {
  for (SeriesId id = kOther + 1; id < table.size(); ++id) {
    const Series& series = other.series(id);
    const bool there = table.state(id) != SeriesTable::State::absent;
    if (!there || !restore(id, series.key(), series.text())) {
      forget(id);
    }
  }
  restored(table.live(), table.stopped());
  if (other.plan().tables_generation() != 0) {
    tables_generation_.store(~std::uint64_t{0});  // names were known; there may be none any more
  }
  swapped_ = other.swapped();
}

}  // namespace weir
