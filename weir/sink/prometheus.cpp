#include "weir/sink/prometheus.hpp"

#include <algorithm>
#include <utility>

namespace weir {

PrometheusSink::PrometheusSink(std::vector<Metric> metrics) {
  for (Metric& metric : metrics) {
    auto registry = std::make_shared<SeriesRegistry>(metric);
    const FieldId value = metric.value;
    counted_.push_back({std::move(metric), registry, SeriesCounter(registry, value)});
  }
  shown_.with([this](Shown& shown) {
    for (const Counted& each : counted_) {
      shown.metrics.emplace_back().population = each.registry->population();
    }
  });
}

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
  shown_.with([&](const Shown& shown) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      write_carefully(batch[i], shown, accounts);
    }
  });
}

void PrometheusSink::write_carefully(const Flow& row, const Shown& shown, Accounts& accounts) {
  places_.clear();
  for (std::size_t m = 0; m < counted_.size(); ++m) {
    if (counted_[m].metric.where.matches(row)) {
      const SeriesIndex::Cell cell = counted_[m].counter.cell_of(row);
      if (!counted_[m].counter.fits(row, cell, shown.metrics[m].counted)) {
        accounts.refuse(Refused::overflow);
        return;
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
}

void PrometheusSink::follow_lookups() {
  for (Counted& each : counted_) {
    if (each.registry->lookups_changed()) [[unlikely]] {
      each.registry->follow_lookups();
    }
    each.counter.catch_up();
  }
}

/// A scrape between two commits must not see who came and went since the first, so what is live is
/// part of the commit. A series whose name changed stays until a scrape has seen its last value:
/// what it counted before would otherwise never be shown.
void PrometheusSink::commit_metric(Counted& each, ShownMetric& shown) const {
  if (scrapes_ > each.leaving_since) {
    each.leaving.clear();
  }
  each.counter.commit(shown.counted);
  if (const auto retired = each.counter.take_retired(); !retired.empty()) {
    each.leaving.insert(each.leaving.end(), retired.begin(), retired.end());
    each.leaving_since = scrapes_;
  }
  const std::size_t known = shown.counted.values.size();
  each.registry->copy_live(known, shown.live);
  for (const SeriesId id : each.leaving) {
    shown.live[id] = 1;
  }
  shown.population.live =
      static_cast<std::size_t>(std::count(shown.live.begin(), shown.live.end(), 1));
  const bool other_hidden = known != 0 && shown.live[SeriesRegistry::kOther] == 0;
  shown.population.dormant = known - shown.population.live - (other_hidden ? 1 : 0);
}

bool PrometheusSink::commit(const Checkpoint& checkpoint) {
  const auto begin = std::chrono::steady_clock::now();
  shown_.with([&](Shown& shown) {
    for (std::size_t m = 0; m < counted_.size(); ++m) {
      commit_metric(counted_[m], shown.metrics[m]);
    }
    shown.checkpoint = checkpoint;
    shown.at = std::chrono::system_clock::now();
    shown.duration = std::chrono::steady_clock::now() - begin;
  });
  return true;
}

bool PrometheusSink::dirty() const {
  return std::any_of(counted_.begin(), counted_.end(),
                     [](const Counted& each) { return each.counter.dirty(); });
}

PrometheusSnapshot PrometheusSink::copy(bool with_values) const {
  PrometheusSnapshot snapshot;
  for (const Counted& each : counted_) {
    MetricSnapshot metric;
    metric.name = each.metric.name;
    metric.help = each.metric.help;
    metric.registry = each.registry;
    if (with_values) {
      // The pages are touched here, so that the pipeline waits for copying alone.
      metric.values.resize(each.registry->size());
      metric.live.resize(metric.values.size());
    }
    snapshot.metrics.push_back(std::move(metric));
  }
  shown_.with([&](const Shown& shown) {
    scrapes_ += with_values ? 1 : 0;
    snapshot.checkpoint = shown.checkpoint;
    snapshot.committed_at = shown.at;
    snapshot.commit_duration = shown.duration;
    for (std::size_t m = 0; m < counted_.size(); ++m) {
      MetricSnapshot& metric = snapshot.metrics[m];
      if (with_values) {
        metric.values = shown.metrics[m].counted.values;
        metric.live = shown.metrics[m].live;
      }
      metric.total = shown.metrics[m].counted.total;
      metric.capped = shown.metrics[m].counted.capped;
      metric.population = shown.metrics[m].population;
    }
  });
  return snapshot;
}

}  // namespace weir
