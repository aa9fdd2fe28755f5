#include "weir/sink/prometheus.hpp"

#include <algorithm>
#include <utility>

#include "weir/sink/checkpoint_codec.hpp"
#include "weir/sink/commit_codec.hpp"

namespace weir {
namespace {

/// What of a metric is to be shown.
void copy_metric(const SeriesTable& table, bool with_values, MetricSnapshot& metric) {
  if (with_values) {
    metric.lease = metric.registry->lease();
    metric.values = table.values();
    metric.states = table.states();
    metric.born = table.born();
    for (const SeriesTable::Held& held : table.held()) {
      metric.values[held.id] = held.shown;
    }
  }
  metric.total = table.total();
  metric.capped = table.capped();
  metric.dormant_value = table.dormant_value();
  metric.held_value = table.held_value();
  metric.dropped_value = table.dropped_value();
  metric.population.live = table.shown_count();
  metric.population.dormant = table.dormant_count();
  metric.population.held = table.held().size();
}

}  // namespace

void PrometheusSink::write(const FlowBatch& batch, Accounts& accounts) {
  follow_lookups();
  std::array<bool, FlowBatch::kCapacity> counted{};
  std::array<std::uint16_t, FlowBatch::kCapacity> rows;
  bool fits = true;
  for (Counted& each : counted_) {
    std::size_t count = 0;
    const Filter& where = each.metric.where;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const bool matches = where.matches(batch[i]);
      rows[count] = static_cast<std::uint16_t>(i);
      count += matches ? 1 : 0;
      counted[i] = counted[i] || matches;
    }
    fits = each.counter.prepare(batch, {rows.data(), count}) && fits;
  }
  if (!fits) [[unlikely]] {
    write_one_by_one(batch, accounts);
    return;
  }
  for (Counted& each : counted_) {
    each.counter.add();
  }
  const auto end = counted.begin() + static_cast<std::ptrdiff_t>(batch.size());
  const auto kept = static_cast<std::size_t>(std::count(counted.begin(), end, true));
  accounts.counted += kept;
  accounts.filter(Filtered::no_metric, batch.size() - kept);
}

/// Some counter may wrap within the batch: the records that would do it are refused as a whole.
void PrometheusSink::write_one_by_one(const FlowBatch& batch, Accounts& accounts) {
  std::vector<std::size_t> refused;
  shown_.with([&](const Shown& shown) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (!write_carefully(batch[i], shown, accounts)) {
        refused.push_back(i);
      }
    }
  });
  accounts.refuse(Refused::overflow, refused.size());
  for (const std::size_t i : refused) {
    if (options_.refusals != nullptr) {
      options_.refusals->refused(Refused::overflow, batch.place(i));
    }
  }
}

/// False if a counter would wrap; then the row is counted nowhere.
bool PrometheusSink::write_carefully(const Flow& row, const Shown& shown, Accounts& accounts) {
  places_.clear();
  for (std::size_t m = 0; m < counted_.size(); ++m) {
    if (counted_[m].metric.where.matches(row)) {
      const SeriesIndex::Cell cell = counted_[m].counter.cell_of(row);
      if (!counted_[m].counter.fits(row, cell, shown.metrics[m])) {
        return false;
      }
      places_.push_back({m, cell});
    }
  }
  for (const Place& place : places_) {
    counted_[place.metric].counter.add(row, place.cell);
  }
  if (places_.empty()) {
    accounts.filter(Filtered::no_metric);
  } else {
    ++accounts.counted;
  }
  return true;
}

void PrometheusSink::follow_lookups() {
  for (Counted& each : counted_) {
    if (each.registry->lookups_changed()) [[unlikely]] {
      each.registry->follow_lookups();
    }
    each.counter.catch_up();
  }
}

CommitTime PrometheusSink::time_of(const Checkpoint& checkpoint) const {
  // Reading that pauses longer than this is not idleness of the series.
  constexpr std::int64_t kLongestMs = 5000;
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(options_.now().time_since_epoch());
  const auto messages = [](const Accounts& accounts) {
    std::uint64_t sum = 0;
    for (const Accounts::Origin& origin : accounts.origins) {
      sum += origin.messages;
    }
    return sum;
  };
  return shown_.with([&](const Shown& shown) {
    CommitTime time{now.count(), shown.time.active_ms, seen_};
    const std::int64_t passed = time.unix_ms - shown.time.unix_ms;
    if (messages(checkpoint.accounts) != messages(shown.checkpoint.accounts)) {
      time.active_ms += static_cast<std::uint64_t>(std::clamp<std::int64_t>(passed, 0, kLongestMs));
    }
    return time;
  });
}

/// Fills the deltas with what this commit is to change.
void PrometheusSink::collect(const CommitTime& time) {
  const bool scraped = scraped_before_ || time.scrapes > 0;
  shown_.with([&](const Shown& shown) {
    for (std::size_t m = 0; m < counted_.size(); ++m) {
      Counted& each = counted_[m];
      const SeriesTable& table = shown.metrics[m];
      each.counter.catch_up();
      each.delta.clear();
      each.delta.hold = scraped && options_.hold.count() > 0;
      table.choose(time, options_.hold, each.delta);
      each.counter.collect(table, each.delta);
    }
  });
}

/// The number under which this commit is kept, 0 if it cannot be. Where nothing came since the last
/// one, that one says it all.
std::uint64_t PrometheusSink::store(const Checkpoint& checkpoint, const CommitTime& time) {
  if (store_ == nullptr) {
    return 1;
  }
  const std::uint64_t same = shown_.with([&](const Shown& shown) {
    const bool changed = std::any_of(counted_.begin(), counted_.end(),
                                     [](const Counted& each) { return !each.delta.empty(); });
    return changed || failing_ || tell_metrics_ || shown.checkpoint != checkpoint ? 0
                                                                                  : shown.number;
  });
  if (same != 0) {
    return same;
  }
  bytes_.clear();
  ByteWriter out(bytes_);
  encode(time, out);
  encode(checkpoint, out);
  out.put(static_cast<std::uint8_t>(tell_metrics_ ? 1 : 0));
  if (tell_metrics_) {
    std::vector<MetricIdentity> metrics;
    metrics.reserve(counted_.size());
    for (const Counted& each : counted_) {
      metrics.push_back(each.identity);
    }
    encode(metrics, out);
  }
  for (const Counted& each : counted_) {
    encode(each.delta, *each.registry, out);
  }
  const std::uint64_t number = store_->append(bytes_);
  constexpr std::size_t kKept = std::size_t{8} << 20;
  if (bytes_.capacity() > kKept) {
    std::string().swap(bytes_);  // with very many new series there are very many texts, once
  }
  return number;
}

/// Nothing is shown before it is kept, and a scrape between two commits must not see who came and
/// went since the first: so what is shown changes here only, all at once.
bool PrometheusSink::commit(const Checkpoint& checkpoint) {
  const auto begin = std::chrono::steady_clock::now();
  const CommitTime time = time_of(checkpoint);
  collect(time);
  const std::uint64_t number = store(checkpoint, time);
  if (number == 0) {
    failing_ = true;
    failure_log_.write(
        log::Level::error,
        "cannot keep the counters, so what is shown stands still: " + store_->trouble());
    shown_.with([](Shown& shown) { ++shown.failures; });
    return false;
  }
  if (std::exchange(failing_, false)) {
    log::info("the counters are kept again");
  }
  tell_metrics_ = false;
  shown_.with([&](Shown& shown) {
    // What was offered until now, perhaps while it was being kept, does not show it.
    shown.time = {time.unix_ms, time.active_ms, scrapes_};
    for (std::size_t m = 0; m < counted_.size(); ++m) {
      shown.metrics[m].apply(counted_[m].delta, shown.time);
    }
    shown.checkpoint = checkpoint;
    shown.number = number;
    shown.duration = std::chrono::steady_clock::now() - begin;
  });
  for (Counted& each : counted_) {
    each.counter.settle();
    each.registry->bury_dropped();
  }
  swap_series();
  drop_excess();
  retire_idle();
  return true;
}

/// Takes effect with the next commit. Nothing is pending now, so what victims hold is shown.
void PrometheusSink::swap_series() {
  shown_.with([this](const Shown& shown) {
    for (std::size_t m = 0; m < counted_.size(); ++m) {
      Counted& each = counted_[m];
      each.counter.swap(each.metric.keep, shown.metrics[m], each.delta, shown.time);
    }
  });
}

/// Takes effect with the next commit. Nothing is pending now, so what goes holds nothing that is
/// not committed; and a commit that fails does not drop any more.
void PrometheusSink::drop_excess() {
  shown_.with([this](const Shown& shown) {
    for (std::size_t m = 0; m < counted_.size(); ++m) {
      const SeriesTable& table = shown.metrics[m];
      const std::size_t excess = table.dormant_beyond(counted_[m].metric.max_series);
      if (excess != 0) {
        counted_[m].registry->drop_dormant(excess, [&table](SeriesId id) {
          return table.state(id) == SeriesTable::State::dormant;
        });
      }
    }
  });
}

/// Takes effect with the next commit. Nothing is pending now, so what idle series hold is shown.
void PrometheusSink::retire_idle() {
  constexpr std::int64_t kChecks = 16;  // within the time that makes a series idle
  const CommitTime time = shown_.with([](const Shown& shown) { return shown.time; });
  for (std::size_t m = 0; m < counted_.size(); ++m) {
    Counted& each = counted_[m];
    const auto ttl = each.metric.ttl.count() != 0 ? each.metric.ttl : options_.series_ttl;
    if (ttl.count() == 0 || time.active_ms < each.next_idle_check_ms) {
      continue;
    }
    each.next_idle_check_ms = time.active_ms + static_cast<std::uint64_t>(std::max<std::int64_t>(
                                                   1000, ttl.count() / kChecks));
    const auto idle =
        shown_.with([&](const Shown& shown) { return shown.metrics[m].idle(time, ttl); });
    if (!idle.empty()) {
      each.registry->retire(idle);
    }
  }
}

bool PrometheusSink::dirty() const {
  return std::any_of(counted_.begin(), counted_.end(),
                     [](const Counted& each) { return each.counter.dirty(); });
}

PrometheusSnapshot PrometheusSink::snapshot() const {
  PrometheusSnapshot snapshot = copy(true);
  seen(snapshot.scrape);
  return snapshot;
}

void PrometheusSink::seen(std::uint64_t scrape) const {
  std::uint64_t last = seen_;
  while (last < scrape && !seen_.compare_exchange_weak(last, scrape)) {
  }
}

PrometheusSnapshot PrometheusSink::copy(bool with_values) const {
  while (true) {
    const AllFacts facts = shown_.with([](const Shown& shown) { return shown.facts; });
    PrometheusSnapshot snapshot;
    for (const Facts& each : *facts) {
      MetricSnapshot metric;
      metric.name = each.identity.name;
      metric.help = each.help;
      metric.registry = each.registry;
      metric.swapped = each.registry->swapped();
      metric.population.limit = each.registry->limit();
      if (with_values) {
        // The pages are touched here, so that the pipeline waits for copying alone.
        metric.values.resize(each.registry->size());
        metric.states.resize(metric.values.size());
        metric.born.resize(metric.values.size());
      }
      snapshot.metrics.push_back(std::move(metric));
    }
    if (fill(facts, with_values, snapshot)) {
      return snapshot;
    }
  }
}

/// False if other metrics are shown by now.
bool PrometheusSink::fill(const AllFacts& facts, bool with_values,
                          PrometheusSnapshot& snapshot) const {
  return shown_.with([&](const Shown& shown) {
    if (shown.facts != facts) {
      return false;
    }
    snapshot.scrape = with_values ? ++scrapes_ : 0;
    snapshot.checkpoint = shown.checkpoint;
    if (shown.number != 0) {
      snapshot.committed_at =
          std::chrono::system_clock::time_point(std::chrono::milliseconds(shown.time.unix_ms));
    }
    snapshot.commit_duration = shown.duration;
    snapshot.commit_failures = shown.failures;
    for (std::size_t m = 0; m < shown.metrics.size(); ++m) {
      copy_metric(shown.metrics[m], with_values, snapshot.metrics[m]);
    }
    return true;
  });
}

}  // namespace weir
