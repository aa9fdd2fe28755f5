// How a PrometheusSink comes back from what a store has kept, and how it is put there whole.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "weir/base/byte_cursor.hpp"
#include "weir/base/error.hpp"
#include "weir/sink/checkpoint_codec.hpp"
#include "weir/sink/commit_codec.hpp"
#include "weir/sink/prometheus.hpp"

namespace weir {
namespace {

/// Pieces are about so large.
constexpr std::size_t kPiece = std::size_t{1} << 20;

/// Builds pieces and puts them.
class Pieces {
 public:
  explicit Pieces(const CommitStore::Put& put) : put_(put) { bytes_.reserve(kPiece + kPiece / 8); }

  ByteWriter begin(SnapshotPiece piece, std::size_t metric) {
    bytes_.clear();
    ByteWriter out(bytes_);
    out.put(static_cast<std::uint8_t>(piece));
    out.put(static_cast<std::uint32_t>(metric));
    return out;
  }
  [[nodiscard]] bool full() const { return bytes_.size() >= kPiece; }
  void end() { put_(bytes_); }

 private:
  const CommitStore::Put& put_;
  std::string bytes_;
};

void put_series(std::size_t metric, const SeriesTable& table, const SeriesRegistry& registry,
                Pieces& pieces) {
  SeriesId id = 0;
  while (id < table.size()) {
    ByteWriter out = pieces.begin(SnapshotPiece::series, metric);
    for (; id < table.size() && !pieces.full(); ++id) {
      encode_series(id, table, registry, out);
    }
    pieces.end();
  }
}

/// What a metric counts; see MetricIdentity.
MetricIdentity identity_of(const Metric& metric, const SeriesKeyPlan& plan) {
  const std::string_view value =
      metric.value < kFirstUserField ? info(metric.value).name : "own number";
  return {metric.name,
          fmt::format("{} by {}{}{}", value, plan.layout().empty() ? "nothing" : plan.layout(),
                      metric.where_text.empty() ? "" : " where ", metric.where_text)};
}

/// Both read the same places of a record, and the same names.
bool same_fields(const Metric& a, const Metric& b) {
  return a.value == b.value &&
         std::equal(a.labels.begin(), a.labels.end(), b.labels.begin(), b.labels.end(),
                    [](const MetricLabel& one, const MetricLabel& other) {
                      return one.field == other.field && one.lookup == other.lookup;
                    });
}

}  // namespace

/// Rebuilds registries and tables, also of metrics that there are none of any more: whether there
/// is one turns out at the end.
class PrometheusSink::Reader final : public CommitReader {
 public:
  struct Kept {
    MetricIdentity identity;
    std::shared_ptr<SeriesRegistry> registry;
    SeriesTable table;
  };

  explicit Reader(const PrometheusSink& sink) : sink_(sink) {}

  void begin() override {
    kept_.clear();
    shown_ = Shown();
  }

  bool snapshot(std::string_view piece) override {
    ByteCursor in(piece);
    const auto kind = static_cast<SnapshotPiece>(in.get<std::uint8_t>());
    const auto metric = in.get<std::uint32_t>();
    if (kind == SnapshotPiece::checkpoint) {
      return decode(in, shown_.time) && decode(in, shown_.checkpoint) && in.left() == 0;
    }
    if (kind == SnapshotPiece::metrics) {
      return arrange(in) && in.left() == 0;
    }
    if (!in.ok() || metric >= kept_.size()) {
      return false;
    }
    Kept& kept = kept_[metric];
    switch (kind) {
      case SnapshotPiece::totals:
        return decode_totals(in, kept.table) && in.left() == 0;
      case SnapshotPiece::series:
        while (in.left() != 0) {
          if (!decode_series(in, kept.table, *kept.registry)) {
            return false;
          }
        }
        return true;
      case SnapshotPiece::waiting:
        return decode_waiting(in, kept.table) && in.left() == 0;
      default:
        return false;
    }
  }

  bool commit(std::uint64_t number, std::string_view bytes) override {
    ByteCursor in(bytes);
    if (!decode(in, shown_.time) || !decode(in, shown_.checkpoint)) {
      return false;
    }
    if (in.get<std::uint8_t>() != 0 && !arrange(in)) {
      return false;
    }
    for (Kept& kept : kept_) {
      if (!decode(in, kept.table, *kept.registry, delta_)) {
        return false;
      }
      kept.table.apply(delta_, shown_.time);
    }
    shown_.number = number;
    return in.ok() && in.left() == 0;
  }

  /// What was read, without metrics.
  [[nodiscard]] const Shown& shown() const { return shown_; }
  std::vector<Kept>& kept() { return kept_; }

 private:
  /// From here on these are the metrics.
  bool arrange(ByteCursor& in) {
    std::vector<MetricIdentity> metrics;
    if (!decode(in, metrics)) {
      return false;
    }
    std::vector<Kept> arranged;
    for (const MetricIdentity& metric : metrics) {
      const auto known = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& each) {
        return each.identity == metric && each.registry;
      });
      if (known != kept_.end()) {
        arranged.push_back(std::move(*known));
        known->registry = nullptr;
      } else {
        arranged.push_back({metric, registry_of(metric), {}});
      }
      if (!arranged.back().registry) {
        return false;
      }
    }
    kept_ = std::move(arranged);
    return true;
  }

  [[nodiscard]] std::shared_ptr<SeriesRegistry> registry_of(const MetricIdentity& identity) const {
    for (const Counted& each : sink_.counted_) {
      if (each.identity == identity) {
        return std::make_shared<SeriesRegistry>(each.metric);
      }
    }
    try {
      return std::make_shared<SeriesRegistry>(identity.name);
    } catch (const Error&) {
      return nullptr;  // no metric was ever called so
    }
  }

  const PrometheusSink& sink_;
  std::vector<Kept> kept_;
  Shown shown_;
  SeriesDelta delta_;  // scratch
};

PrometheusSink::PrometheusSink(PrometheusSinkOptions options) : options_(std::move(options)) {
  std::vector<SeriesTable> tables(options_.metrics.size());
  for (const Metric& metric : options_.metrics) {
    counted_.push_back(counted(metric, std::make_shared<SeriesRegistry>(metric)));
  }
  show(std::move(tables));
}

PrometheusSink::~PrometheusSink() = default;

PrometheusSink::Counted PrometheusSink::counted(const Metric& metric,
                                                std::shared_ptr<SeriesRegistry> registry) {
  MetricIdentity identity = identity_of(metric, registry->plan());
  SeriesCounter counter(registry, metric.value);
  return {metric, std::move(identity), std::move(registry), std::move(counter)};
}

/// The tables are those of what is counted.
void PrometheusSink::show(std::vector<SeriesTable> tables) {
  std::vector<Facts> facts;
  facts.reserve(counted_.size());
  for (const Counted& each : counted_) {
    facts.push_back({each.identity, each.metric.help, each.registry});
  }
  shown_.with([&](Shown& shown) {
    shown.metrics = std::move(tables);
    shown.facts = std::make_shared<const std::vector<Facts>>(std::move(facts));
  });
}

CommitReader& PrometheusSink::reader() {
  reader_ = std::make_unique<Reader>(*this);
  reader_->begin();
  return *reader_;
}

Checkpoint PrometheusSink::restored() {
  const std::unique_ptr<Reader> reader = std::move(reader_);
  std::vector<SeriesTable> tables(counted_.size());
  changes_.clear();
  tell_metrics_ = reader->kept().size() != counted_.size();
  for (std::size_t m = 0; m < counted_.size(); ++m) {
    Counted& each = counted_[m];
    bool in_place = false;
    for (std::size_t k = 0; k < reader->kept().size(); ++k) {
      Reader::Kept& kept = reader->kept()[k];
      if (kept.identity == each.identity) {
        tables[m] = std::move(kept.table);
        each = counted(each.metric, kept.registry);
        each.registry->restored(tables[m].live(), tables[m].stopped());
        each.counter.restore(tables[m]);
        in_place = k == m;
      } else if (kept.identity.name == each.identity.name) {
        changes_.push_back({kept.identity.name, kept.identity.meaning, each.identity.meaning});
      }
    }
    tell_metrics_ = tell_metrics_ || !in_place;
  }
  show(std::move(tables));
  shown_.with([&](Shown& shown) {
    shown.time = reader->shown().time;
    shown.checkpoint = reader->shown().checkpoint;
    shown.number = reader->shown().number;
  });
  keep_limits();
  return reader->shown().checkpoint;
}

/// Caps may be lower than they were: the lightest series beyond them stop counting.
void PrometheusSink::keep_limits() {
  for (std::size_t m = 0; m < counted_.size(); ++m) {
    shown_.with([&](const Shown& shown) {
      counted_[m].registry->retire_beyond_limit(
          [&](SeriesId id) { return shown.metrics[m].value(id); });
    });
  }
}

bool PrometheusSink::reconfigure(std::vector<Metric> metrics, const Checkpoint& checkpoint) {
  constexpr std::size_t kNew = ~std::size_t{0};
  std::vector<std::shared_ptr<SeriesRegistry>> registries;
  std::vector<MetricIdentity> identities;
  std::vector<std::size_t> before;  // the place of the same metric
  for (const Metric& metric : metrics) {
    registries.push_back(std::make_shared<SeriesRegistry>(metric));
    identities.push_back(identity_of(metric, registries.back()->plan()));
    const auto same = std::find_if(counted_.begin(), counted_.end(), [&](const Counted& each) {
      return each.identity == identities.back();
    });
    before.push_back(same == counted_.end() ? kNew
                                            : static_cast<std::size_t>(same - counted_.begin()));
  }
  const CommitTime time = time_of(checkpoint);
  const std::uint64_t number = store_metrics(identities, registries, before, checkpoint, time);
  if (number == 0) {
    failing_ = true;
    shown_.with([](Shown& shown) { ++shown.failures; });
    return false;
  }
  std::vector<Counted> counting;
  std::vector<SeriesTable> tables(metrics.size());
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    if (before[m] == kNew) {
      counting.push_back(counted(metrics[m], registries[m]));
      continue;
    }
    // A scrape may be reading the old ones: they are swapped for copies that are shown at once.
    tables[m] = shown_.with([&](const Shown& shown) { return shown.metrics[before[m]]; });
    Counted& known = counted_[before[m]];
    if (same_fields(known.metric, metrics[m])) {
      counting.push_back(std::move(known));
      counting.back().metric = metrics[m];
      counting.back().registry->set_limit(metrics[m].max_series);
      counting.back().next_idle_check_ms = 0;
    } else {
      // The user's own fields have other places in a record now, or names come from elsewhere.
      counting.push_back(counted(metrics[m], registries[m]));
      registries[m]->take_over(*known.registry, tables[m]);
      counting.back().counter.restore(tables[m]);
    }
  }
  counted_ = std::move(counting);
  options_.metrics = std::move(metrics);
  show(std::move(tables));
  shown_.with([&](Shown& shown) {
    shown.checkpoint = checkpoint;
    shown.number = number;
  });
  tell_metrics_ = false;
  keep_limits();
  return true;
}

/// Makes it durable that these are the metrics; 0 where that fails.
std::uint64_t PrometheusSink::store_metrics(
    const std::vector<MetricIdentity>& identities,
    const std::vector<std::shared_ptr<SeriesRegistry>>& registries,
    const std::vector<std::size_t>& before, const Checkpoint& checkpoint, const CommitTime& time) {
  if (store_ == nullptr) {
    return 1;
  }
  bytes_.clear();
  ByteWriter out(bytes_);
  encode(time, out);
  encode(checkpoint, out);
  out.put(std::uint8_t{1});
  encode(identities, out);
  shown_.with([&](const Shown& shown) {
    for (std::size_t m = 0; m < identities.size(); ++m) {
      SeriesDelta nothing;
      if (before[m] < shown.metrics.size()) {
        nothing.total = shown.metrics[before[m]].total();
        nothing.capped = shown.metrics[before[m]].capped();
      }
      encode(nothing, *registries[m], out);
    }
  });
  return store_->append(bytes_);
}

void PrometheusSink::keep_in(CommitStore& store, std::uint64_t number) {
  store_ = &store;
  // Whoever kept it may have been scraped. Nothing is lost if not: what is shown as 0 first has
  // its value later.
  scraped_before_ = number != 0;
  shown_.with([&](Shown& shown) { shown.number = number; });
}

std::uint64_t PrometheusSink::make_snapshot(const CommitStore::Put& put) const {
  std::vector<SeriesTable> tables;
  std::vector<std::shared_ptr<const void>> leases;
  AllFacts facts;
  std::string head;
  const std::uint64_t number = shown_.with([&](const Shown& shown) {
    facts = shown.facts;
    for (const Facts& each : *facts) {
      leases.push_back(each.registry->lease());
    }
    tables = shown.metrics;
    ByteWriter out(head);
    encode(shown.time, out);
    encode(shown.checkpoint, out);
    return shown.number;
  });
  Pieces pieces(put);
  pieces.begin(SnapshotPiece::checkpoint, 0).put_bytes(head);
  pieces.end();
  std::vector<MetricIdentity> identities;
  for (const Facts& each : *facts) {
    identities.push_back(each.identity);
  }
  ByteWriter metrics = pieces.begin(SnapshotPiece::metrics, 0);
  encode(identities, metrics);
  pieces.end();
  for (std::size_t m = 0; m < tables.size(); ++m) {
    const SeriesRegistry& registry = *(*facts)[m].registry;
    ByteWriter totals = pieces.begin(SnapshotPiece::totals, m);
    encode_totals(tables[m], totals);
    pieces.end();
    put_series(m, tables[m], registry, pieces);
    ByteWriter waiting = pieces.begin(SnapshotPiece::waiting, m);
    encode_waiting(tables[m], waiting);
    pieces.end();
  }
  return number;
}

}  // namespace weir
