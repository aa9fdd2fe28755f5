#include "weir/sink/series_registry.hpp"

#include <algorithm>
#include <utility>

#include "weir/base/log.hpp"

namespace weir {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

}  // namespace

SeriesRegistry::SeriesRegistry(const Metric& metric)
    : name_(metric.name),
      max_series_(metric.max_series),
      plan_(metric),
      tables_generation_(plan_.tables_generation()),
      tables_(plan_.current_tables()) {
  std::string text;
  plan_.append_other(text);
  append({}, text);
  live_[kOther] = plan_.single() ? 1 : 0;
  update_full();
}

std::size_t SeriesRegistry::size() const {
  const std::lock_guard lock(mutex_);
  return live_.size();
}

SeriesRegistry::Population SeriesRegistry::population() const {
  const std::lock_guard lock(mutex_);
  return {live_count_ + live_[kOther], dormant_.size(), max_series_};
}

void SeriesRegistry::copy_live(std::size_t count, std::vector<std::uint8_t>& out) const {
  const std::lock_guard lock(mutex_);
  const auto end = live_.begin() + static_cast<std::ptrdiff_t>(std::min(count, live_.size()));
  out.assign(live_.begin(), end);
}

void SeriesRegistry::events_since(std::size_t seen, std::vector<Event>& out) const {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = seen; i < events_.size(); ++i) {
    out.push_back({events_[i] / 2, events_[i] % 2 != 0});
  }
}

/// Whether others made the very key a series after the first `seen` events, and it still is one.
bool SeriesRegistry::admitted_since(std::string_view key, std::size_t seen) const {
  for (std::size_t i = events_.size(); i > seen; --i) {
    if (series_[events_[i - 1] / 2].key() == key) {
      return events_[i - 1] % 2 == 0;
    }
  }
  return false;
}

void SeriesRegistry::admit(std::string_view key, std::size_t seen) {
  const std::lock_guard lock(mutex_);
  if (crowded() || admitted_since(key, seen)) {
    return;
  }
  text_.clear();
  plan_.append_text(key, tables_, text_);
  if (text_ == series_[kOther].text()) {
    return;
  }
  const auto known = dormant_.find(text_);
  SeriesId id = 0;
  if (known == dormant_.end()) {
    id = append(key, text_);
  } else {
    id = known->second;
    dormant_.erase(known);
    live_[id] = 1;
  }
  ++live_count_;
  record({id, false});
  update_full();
  warn_when_crowded();
}

void SeriesRegistry::open_other() {
  const std::lock_guard lock(mutex_);
  live_[kOther] = 1;
}

void SeriesRegistry::follow_lookups() {
  const std::lock_guard lock(mutex_);
  // The generation first: a table that is replaced meanwhile is then looked at again.
  tables_generation_.store(plan_.tables_generation(), std::memory_order_relaxed);
  const SeriesKeyPlan::Tables before = std::exchange(tables_, plan_.current_tables());
  RenamedKeys renamed(plan_, before, tables_);
  std::size_t retired = 0;
  for (SeriesId id = kOther + 1; id < live_.size(); ++id) {
    if (live_[id] != 0 && renamed.contains(series_[id].key())) {
      live_[id] = 0;
      dormant_.emplace(series_[id].text(), id);
      record({id, true});
      ++retired;
    }
  }
  live_count_ -= retired;
  update_full();
  if (retired != 0) {
    log::info("names changed: series with an old name are dormant now",
              {{"metric", name_}, {"series", std::to_string(retired)}});
  }
}

SeriesKeyPlan::Tables SeriesRegistry::tables() const {
  const std::lock_guard lock(mutex_);
  return tables_;
}

SeriesId SeriesRegistry::append(std::string_view key, std::string_view text) {
  series_.push_back({store(key, text), static_cast<std::uint32_t>(key.size()),
                     static_cast<std::uint32_t>(text.size())});
  live_.push_back(1);
  return static_cast<SeriesId>(series_.size() - 1);
}

const char* SeriesRegistry::store(std::string_view key, std::string_view text) {
  const std::size_t size = key.size() + text.size();
  if (blocks_.empty() || block_used_ + size > kBlock) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(std::max(size, kBlock)));
    block_used_ = 0;
  }
  char* const room = blocks_.back().get() + block_used_;
  std::copy(key.begin(), key.end(), room);
  std::copy(text.begin(), text.end(), room + key.size());
  block_used_ += size;
  return room;
}

void SeriesRegistry::record(Event event) {
  events_.push_back(event.id * 2 + (event.retired ? 1U : 0U));
  event_count_.store(events_.size(), std::memory_order_release);
}

/// No room for another series, be it new or dormant until now. Dormant ones keep their values, so
/// names that change without end have to be bounded too.
bool SeriesRegistry::crowded() const {
  return live_count_ >= max_series_ || series_.size() > 2 * max_series_;
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

}  // namespace weir
