// How a PrometheusSink comes back from what a store has kept, and how it is put there whole.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "weir/base/byte_cursor.hpp"
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

}  // namespace

/// Rebuilds registries and tables; with them the sink begins.
class PrometheusSink::Reader final : public CommitReader {
 public:
  explicit Reader(PrometheusSink& sink) : sink_(sink) {}

  void begin() override {
    sink_.start_over();
    read_ = Shown();
    read_.metrics.resize(sink_.counted_.size());
  }

  bool snapshot(std::string_view piece) override {
    ByteCursor in(piece);
    const auto kind = static_cast<SnapshotPiece>(in.get<std::uint8_t>());
    const auto metric = in.get<std::uint32_t>();
    if (kind == SnapshotPiece::checkpoint) {
      return decode(in, read_.time) && decode(in, read_.checkpoint) && in.left() == 0;
    }
    if (!in.ok() || metric >= read_.metrics.size()) {
      return false;
    }
    SeriesTable& table = read_.metrics[metric];
    switch (kind) {
      case SnapshotPiece::totals:
        return decode_totals(in, table) && in.left() == 0;
      case SnapshotPiece::series:
        while (in.left() != 0) {
          if (!decode_series(in, table, *sink_.counted_[metric].registry)) {
            return false;
          }
        }
        return true;
      case SnapshotPiece::waiting:
        return decode_waiting(in, table) && in.left() == 0;
      case SnapshotPiece::checkpoint:
        break;
    }
    return false;
  }

  bool commit(std::uint64_t number, std::string_view bytes) override {
    ByteCursor in(bytes);
    if (!decode(in, read_.time) || !decode(in, read_.checkpoint)) {
      return false;
    }
    for (std::size_t m = 0; m < read_.metrics.size(); ++m) {
      if (!decode(in, read_.metrics[m], *sink_.counted_[m].registry, delta_)) {
        return false;
      }
      read_.metrics[m].apply(delta_, read_.time);
    }
    read_.number = number;
    return in.ok() && in.left() == 0;
  }

  Shown take() { return std::move(read_); }

 private:
  PrometheusSink& sink_;
  Shown read_;
  SeriesDelta delta_;  // scratch
};

PrometheusSink::PrometheusSink(PrometheusSinkOptions options) : options_(std::move(options)) {
  start_over();
}

PrometheusSink::~PrometheusSink() = default;

void PrometheusSink::start_over() {
  counted_.clear();
  for (const Metric& metric : options_.metrics) {
    auto registry = std::make_shared<SeriesRegistry>(metric);
    counted_.push_back({metric, registry, SeriesCounter(registry, metric.value)});
  }
  shown_.with([this](Shown& shown) {
    shown = Shown();
    shown.metrics.resize(counted_.size());
  });
}

CommitReader& PrometheusSink::reader() {
  reader_ = std::make_unique<Reader>(*this);
  reader_->begin();
  return *reader_;
}

Checkpoint PrometheusSink::restored() {
  Shown read = reader_->take();
  reader_.reset();
  for (std::size_t m = 0; m < counted_.size(); ++m) {
    Counted& each = counted_[m];
    const SeriesTable& table = read.metrics[m];
    each.registry->restored(table.live(), table.stopped());
    each.counter.restore(table);
  }
  Checkpoint checkpoint = read.checkpoint;
  shown_.with([&](Shown& shown) { shown = std::move(read); });
  return checkpoint;
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
  std::string head;
  const std::uint64_t number = shown_.with([&](const Shown& shown) {
    for (const Counted& each : counted_) {
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
  for (std::size_t m = 0; m < tables.size(); ++m) {
    ByteWriter totals = pieces.begin(SnapshotPiece::totals, m);
    encode_totals(tables[m], totals);
    pieces.end();
    put_series(m, tables[m], *counted_[m].registry, pieces);
    ByteWriter waiting = pieces.begin(SnapshotPiece::waiting, m);
    encode_waiting(tables[m], waiting);
    pieces.end();
  }
  return number;
}

}  // namespace weir
