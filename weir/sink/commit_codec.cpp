#include "weir/sink/commit_codec.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "weir/base/flat_map.hpp"

namespace weir {
namespace {

using State = SeriesTable::State;
using Ids = FlatMap<SeriesId, bool>;

void put_ids(const std::vector<SeriesId>& ids, ByteWriter& out) {
  out.put(static_cast<std::uint32_t>(ids.size()));
  for (const SeriesId id : ids) {
    out.put(id);
  }
}

bool get_ids(ByteCursor& in, std::vector<SeriesId>& ids) {
  const auto count = in.get<std::uint32_t>();
  if (!in.holds(count, sizeof(SeriesId))) {
    return false;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    ids.push_back(in.get<SeriesId>());
  }
  return in.ok();
}

template <std::size_t N>
void put_named(const std::array<std::string_view, N>& names,
               const std::array<std::uint64_t, N>& values, ByteWriter& out) {
  out.put(static_cast<std::uint32_t>(N));
  for (std::size_t i = 0; i < N; ++i) {
    out.put_text(names[i]);
    out.put(values[i]);
  }
}

template <std::size_t N>
bool get_named(ByteCursor& in, const std::array<std::string_view, N>& names,
               std::array<std::uint64_t, N>& values) {
  const auto count = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const std::string_view name = in.get_text();
    const auto value = in.get<std::uint64_t>();
    const auto known = std::find(names.begin(), names.end(), name);
    if (known == names.end()) {
      return false;  // what is accounted for there must not vanish
    }
    values[static_cast<std::size_t>(known - names.begin())] = value;
  }
  return in.ok();
}

void put_texts(const std::vector<std::string>& texts, ByteWriter& out) {
  out.put(static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts) {
    out.put_text(text);
  }
}

bool get_texts(ByteCursor& in, std::vector<std::string>& texts) {
  const auto count = in.get<std::uint32_t>();
  if (!in.holds(count, sizeof(std::uint32_t))) {
    return false;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    texts.emplace_back(in.get_text());
  }
  return in.ok();
}

void put_key(const Series& series, ByteWriter& out) {
  out.put_text(series.key());
  out.put_text(series.text());
}

/// Whether an event can come next for a series of this state.
bool fits(SeriesChange change, State state) {
  switch (change) {
    case SeriesChange::admitted:
      return state == State::absent;
    case SeriesChange::returned:
      return state == State::leaving || state == State::dormant;
    case SeriesChange::retired:
      return state == State::live;
    case SeriesChange::dropped:
      return state == State::dormant;
  }
  return false;
}

State after(SeriesChange change) {
  switch (change) {
    case SeriesChange::admitted:
    case SeriesChange::returned:
      return State::live;
    case SeriesChange::retired:
      return State::leaving;
    case SeriesChange::dropped:
      break;
  }
  return State::absent;
}

/// The states that the events of one commit lead to, as far as they differ from the table's.
class States {
 public:
  explicit States(const SeriesTable& table) : table_(table) {}

  [[nodiscard]] State of(SeriesId id) const {
    const auto known = changed_.find(id);
    return known == changed_.end() ? table_.state(id) : known->second;
  }
  void set(SeriesId id, State state) { changed_[id] = state; }

 private:
  const SeriesTable& table_;
  FlatMap<SeriesId, State> changed_;
};

bool decode_events(ByteCursor& in, SeriesRegistry& registry, SeriesDelta& delta, States& states) {
  const auto count = in.get<std::uint32_t>();
  if (!in.holds(count, sizeof(SeriesId) + 1)) {
    return false;
  }
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const auto id = in.get<SeriesId>();
    const auto change = static_cast<SeriesChange>(in.get<std::uint8_t>());
    if (!fits(change, states.of(id)) ||
        (id == SeriesRegistry::kOther && change != SeriesChange::admitted)) {
      return false;
    }
    if (change == SeriesChange::admitted) {
      const std::string_view key = in.get_text();
      const std::string_view text = in.get_text();
      if (!registry.restore(id, key, text)) {
        return false;
      }
    } else if (change == SeriesChange::dropped) {
      registry.forget(id);
    }
    states.set(id, after(change));
    delta.events.push_back({id, change});
  }
  return in.ok();
}

}  // namespace

void encode(const CommitTime& time, ByteWriter& out) {
  out.put(time.unix_ms);
  out.put(time.active_ms);
}

bool decode(ByteCursor& in, CommitTime& time) {
  time.unix_ms = in.get<std::int64_t>();
  time.active_ms = in.get<std::uint64_t>();
  time.scrapes = 0;
  return in.ok();
}

void encode(const Checkpoint& checkpoint, ByteWriter& out) {
  const Accounts& accounts = checkpoint.accounts;
  out.put(static_cast<std::uint32_t>(checkpoint.source.origins.size()));
  for (const OriginState& origin : checkpoint.source.origins) {
    out.put_text(origin.topic);
    out.put_text(origin.partition);
    out.put_text(origin.id);
    out.put(origin.next);
    out.put(origin.end);
    out.put(origin.lost);
  }
  put_texts(checkpoint.source.absent, out);
  out.put_text(checkpoint.source.only);
  out.put(static_cast<std::uint32_t>(accounts.origins.size()));
  for (const Accounts::Origin& origin : accounts.origins) {
    out.put(origin.messages);
    out.put(origin.records);
  }
  out.put(accounts.counted);
  put_named(kFilteredNames, accounts.filtered, out);
  put_named(kRefusedNames, accounts.refused, out);
}

bool decode(ByteCursor& in, Checkpoint& checkpoint) {
  checkpoint = {};
  Accounts& accounts = checkpoint.accounts;
  constexpr std::size_t kOriginSize = 3 * sizeof(std::uint32_t) + 3 * sizeof(std::int64_t);
  const auto origins = in.get<std::uint32_t>();
  if (!in.holds(origins, kOriginSize)) {
    return false;
  }
  for (std::uint32_t i = 0; i < origins && in.ok(); ++i) {
    OriginState& origin = checkpoint.source.origins.emplace_back();
    origin.topic = in.get_text();
    origin.partition = in.get_text();
    origin.id = in.get_text();
    origin.next = in.get<std::int64_t>();
    origin.end = in.get<std::int64_t>();
    origin.lost = in.get<std::uint64_t>();
  }
  if (!get_texts(in, checkpoint.source.absent)) {
    return false;
  }
  checkpoint.source.only = in.get_text();
  const auto counted = in.get<std::uint32_t>();
  if (!in.holds(counted, sizeof(Accounts::Origin))) {
    return false;
  }
  for (std::uint32_t i = 0; i < counted; ++i) {
    const auto messages = in.get<std::uint64_t>();
    accounts.origins.push_back({messages, in.get<std::uint64_t>()});
  }
  accounts.counted = in.get<std::uint64_t>();
  return get_named(in, kFilteredNames, accounts.filtered) &&
         get_named(in, kRefusedNames, accounts.refused);
}

void encode(const std::vector<MetricIdentity>& metrics, ByteWriter& out) {
  out.put(static_cast<std::uint32_t>(metrics.size()));
  for (const MetricIdentity& metric : metrics) {
    out.put_text(metric.name);
    out.put_text(metric.meaning);
  }
}

bool decode(ByteCursor& in, std::vector<MetricIdentity>& metrics) {
  metrics.clear();
  const auto count = in.get<std::uint32_t>();
  if (!in.holds(count, 2 * sizeof(std::uint32_t))) {
    return false;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    MetricIdentity& metric = metrics.emplace_back();
    metric.name = in.get_text();
    metric.meaning = in.get_text();
  }
  return in.ok();
}

void encode(const SeriesDelta& delta, const SeriesRegistry& registry, ByteWriter& out) {
  out.put(delta.total);
  out.put(delta.capped);
  out.put(static_cast<std::uint8_t>(delta.hold ? 1 : 0));
  put_ids(delta.hidden, out);
  put_ids(delta.released, out);
  out.put(static_cast<std::uint32_t>(delta.events.size()));
  for (const auto& [id, change] : delta.events) {
    out.put(id);
    out.put(static_cast<std::uint8_t>(change));
    if (change == SeriesChange::admitted) {
      put_key(registry.series(id), out);
    }
  }
  out.put(static_cast<std::uint32_t>(delta.values.size()));
  for (const auto& [id, value] : delta.values) {
    out.put(id);
    out.put(value);
  }
}

bool decode(ByteCursor& in, const SeriesTable& table, SeriesRegistry& registry,
            SeriesDelta& delta) {
  delta.clear();
  delta.total = in.get<std::uint64_t>();
  delta.capped = in.get<std::uint64_t>();
  delta.hold = in.get<std::uint8_t>() != 0;
  States states(table);
  if (!get_ids(in, delta.hidden) || !get_ids(in, delta.released)) {
    return false;
  }
  for (const SeriesId id : delta.hidden) {
    if (states.of(id) != State::leaving) {
      return false;
    }
    states.set(id, State::dormant);
  }
  if (!decode_events(in, registry, delta, states)) {
    return false;
  }
  const auto count = in.get<std::uint32_t>();
  if (!in.holds(count, sizeof(SeriesId) + sizeof(std::uint64_t))) {
    return false;
  }
  delta.values.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto id = in.get<SeriesId>();
    const auto value = in.get<std::uint64_t>();
    const State state = states.of(id);
    if (state != State::live && state != State::leaving) {
      return false;
    }
    delta.values.push_back({id, value});
  }
  return in.ok();
}

void encode_totals(const SeriesTable& table, ByteWriter& out) {
  const SeriesTable::Totals totals = table.totals();
  out.put(totals.total);
  out.put(totals.capped);
  out.put(totals.dropped_value);
}

bool decode_totals(ByteCursor& in, SeriesTable& table) {
  SeriesTable::Totals totals;
  totals.total = in.get<std::uint64_t>();
  totals.capped = in.get<std::uint64_t>();
  totals.dropped_value = in.get<std::uint64_t>();
  table.restore(totals);
  return in.ok();
}

void encode_series(SeriesId id, const SeriesTable& table, const SeriesRegistry& registry,
                   ByteWriter& out) {
  const SeriesTable::Series series = table.series(id);
  out.put(id);
  out.put(static_cast<std::uint8_t>(series.state));
  if (series.state == State::absent) {
    return;
  }
  out.put(series.born);
  out.put(series.active);
  out.put(series.value);
  put_key(registry.series(id), out);
}

bool decode_series(ByteCursor& in, SeriesTable& table, SeriesRegistry& registry) {
  const auto id = in.get<SeriesId>();
  SeriesTable::Series series;
  const auto state = in.get<std::uint8_t>();
  series.state = static_cast<State>(state);
  if (!in.ok() || id != table.size() || state > static_cast<std::uint8_t>(State::dormant) ||
      (id == SeriesRegistry::kOther && state > static_cast<std::uint8_t>(State::live))) {
    return false;
  }
  if (series.state == State::absent) {
    registry.forget(id);
    table.restore(id, series);
    return true;
  }
  series.born = in.get<std::uint32_t>();
  series.active = in.get<std::uint32_t>();
  series.value = in.get<std::uint64_t>();
  const std::string_view key = in.get_text();
  const std::string_view text = in.get_text();
  if (!in.ok() || !registry.restore(id, key, text)) {
    return false;
  }
  table.restore(id, series);
  return true;
}

void encode_waiting(const SeriesTable& table, ByteWriter& out) {
  out.put(static_cast<std::uint32_t>(table.held().size()));
  for (const SeriesTable::Held& each : table.held()) {
    out.put(each.id);
    out.put(each.shown);
    out.put(each.since_ms);
  }
  out.put(static_cast<std::uint32_t>(table.leaving().size()));
  for (const SeriesTable::Leaving& each : table.leaving()) {
    out.put(each.id);
    out.put(each.since_ms);
  }
}

bool decode_waiting(ByteCursor& in, SeriesTable& table) {
  Ids known;
  const auto held = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < held && in.ok(); ++i) {
    SeriesTable::Held each;
    each.id = in.get<SeriesId>();
    each.shown = in.get<std::uint64_t>();
    each.since_ms = in.get<std::int64_t>();
    const State state = table.state(each.id);
    if (!in.ok() || (state != State::live && state != State::leaving) ||
        !known.emplace(each.id, true).second) {
      return false;
    }
    table.restore(each);
  }
  known.clear();
  const auto leaving = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < leaving && in.ok(); ++i) {
    SeriesTable::Leaving each;
    each.id = in.get<SeriesId>();
    each.since_ms = in.get<std::int64_t>();
    if (!in.ok() || table.state(each.id) != State::leaving ||
        !known.emplace(each.id, true).second) {
      return false;
    }
    table.restore(each);
  }
  // One that is missing here would be shown for ever.
  const auto& states = table.states();
  return in.ok() && known.size() == static_cast<std::size_t>(
                                        std::count(states.begin(), states.end(), State::leaving));
}

}  // namespace weir
