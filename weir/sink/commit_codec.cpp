#include "weir/sink/commit_codec.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
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

/// The sizes of a series' key and text, then both, which lie in memory as they do here.
void put_key(const Series& series, ByteWriter& out) {
  out.put(series.key_size);
  out.put(series.text_size);
  out.put_bytes({series.data, std::size_t{series.key_size} + series.text_size});
}

struct Key {
  std::string_view key;
  std::string_view text;
};
Key get_key(ByteCursor& in) {
  const auto key_size = in.get<std::uint32_t>();
  const auto text_size = in.get<std::uint32_t>();
  const std::string_view key = in.get_bytes(key_size);
  return {key, in.get_bytes(text_size)};
}

// Values are counted in hundreds of thousands a second, and most are small: each is a word of its
// id and its size, then only the bytes that are not 0.
constexpr int kSizeShift = 28;
constexpr std::uint32_t kIdMask = (std::uint32_t{1} << kSizeShift) - 1;
static_assert(StableArray<Series>::kMaxSize <= kIdMask);

std::uint32_t bytes_of(std::uint64_t value) {
  return static_cast<std::uint32_t>(std::bit_width(value) + 7) / 8;
}

void put_values(const std::vector<SeriesValue>& values, ByteWriter& out) {
  out.put(static_cast<std::uint32_t>(values.size()));
  std::size_t size = 0;
  for (const SeriesValue& each : values) {
    size += sizeof(SeriesId) + bytes_of(each.value);
  }
  out.put(static_cast<std::uint32_t>(size));
  constexpr std::size_t kMost = sizeof(SeriesId) + sizeof(std::uint64_t);
  std::array<char, 4096> buffer;
  std::size_t filled = 0;
  for (const SeriesValue& each : values) {
    const std::uint32_t bytes = bytes_of(each.value);
    const SeriesId head = each.id | bytes << kSizeShift;
    std::memcpy(buffer.data() + filled, &head, sizeof head);
    std::memcpy(buffer.data() + filled + sizeof head, &each.value, sizeof each.value);
    filled += sizeof head + bytes;
    if (filled > buffer.size() - kMost) {
      out.put_bytes({buffer.data(), filled});
      filled = 0;
    }
  }
  out.put_bytes({buffer.data(), filled});
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

/// The states that the events of one commit lead to. The table's are copied for the first of them:
/// most commits have none, and some have one for each series.
class States {
 public:
  explicit States(const SeriesTable& table) : states_(&table.states()) {}
  States(const States&) = delete;
  States& operator=(const States&) = delete;

  [[nodiscard]] State of(SeriesId id) const {
    return id < states_->size() ? (*states_)[id] : State::absent;
  }
  /// `id` is one that there is, or the next.
  void set(SeriesId id, State state) {
    if (states_ != &changed_) {
      changed_ = *states_;
      states_ = &changed_;
    }
    if (id >= changed_.size()) {
      changed_.resize(id + std::size_t{1});
    }
    changed_[id] = state;
  }

 private:
  const std::vector<State>* states_;
  std::vector<State> changed_;
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
      const auto [key, text] = get_key(in);
      if (!in.ok() || !registry.restore(id, key, text)) {
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

bool get_values(ByteCursor& in, const States& states, std::vector<SeriesValue>& values) {
  const auto count = in.get<std::uint32_t>();
  std::string_view bytes = in.get_text();
  if (!in.ok() || count > bytes.size() / sizeof(SeriesId)) {
    return false;
  }
  values.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    SeriesId head = 0;
    if (bytes.size() < sizeof head) {
      return false;
    }
    std::memcpy(&head, bytes.data(), sizeof head);
    bytes.remove_prefix(sizeof head);
    const SeriesId id = head & kIdMask;
    const std::size_t size = head >> kSizeShift;
    const State state = states.of(id);
    if (size > std::min(bytes.size(), sizeof(std::uint64_t)) ||
        (state != State::live && state != State::leaving)) {
      return false;
    }
    std::uint64_t value = 0;
    if (bytes.size() >= sizeof value) {
      // A copy of a known size costs a fraction of one that is not; what is too much goes.
      std::memcpy(&value, bytes.data(), sizeof value);
      value &= size == sizeof value ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * size) - 1;
    } else {
      std::memcpy(&value, bytes.data(), size);
    }
    bytes.remove_prefix(size);
    values.push_back({id, value});
  }
  return bytes.empty();
}

}  // namespace

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
  put_values(delta.values, out);
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
  return decode_events(in, registry, delta, states) && get_values(in, states, delta.values);
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
  // One after another these would be a call for each; there are millions.
  std::array<char, 21> head;
  std::size_t size = 0;
  const auto put = [&head, &size](auto number) {
    std::memcpy(head.data() + size, &number, sizeof number);
    size += sizeof number;
  };
  put(id);
  put(static_cast<std::uint8_t>(series.state));
  if (series.state == State::absent) {
    out.put_bytes({head.data(), size});
    return;
  }
  put(series.born);
  put(series.active);
  put(series.value);
  out.put_bytes({head.data(), size});
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
  const auto [key, text] = get_key(in);
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
