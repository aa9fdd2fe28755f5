#include <benchmark/benchmark.h>

#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/series_data.hpp"
#include "weir/sink/prometheus.hpp"
#include "weir/sink/series_counter.hpp"

// What it costs to count a record: the argument `series` is how many there are, `zipf` how they are
// drawn (0: evenly).

namespace weir {
namespace {

/// The series of a million records in turn.
const std::vector<bench::Pair>& draw(std::size_t series, bool zipf) {
  static std::map<std::pair<std::size_t, bool>, std::vector<bench::Pair>> drawn;
  std::vector<bench::Pair>& pairs = drawn[{series, zipf}];
  if (!pairs.empty()) {
    return pairs;
  }
  constexpr std::size_t kRecords = 1'000'000;
  std::mt19937_64 random(1);
  // Popular series are no neighbours in memory.
  const std::vector<std::size_t> order = bench::shuffled(series);
  const bench::Zipf ranks(series);
  for (std::size_t i = 0; i < kRecords; ++i) {
    pairs.push_back(bench::pair_of(order[zipf ? ranks(random) : random() % series]));
  }
  return pairs;
}

template <typename Add>
void measure(benchmark::State& state, Add&& add) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const auto& pairs = draw(series, state.range(1) != 0);
  FlowBatch all;
  for (std::size_t i = 0; i < series; ++i) {
    bench::append_flow(all, bench::pair_of(i), 1);
    if (all.full() || i + 1 == series) {
      add(all);
      all.clear();
    }
  }
  FlowBatch batch;
  std::size_t at = 0;
  const auto refill = [&] {
    batch.clear();
    while (!batch.full()) {
      bench::append_flow(batch, pairs[at], 1400);
      at = at + 1 == pairs.size() ? 0 : at + 1;
    }
  };
  // Making the rows is measured alone and taken off: pausing the clock costs more than a batch
  // does.
  for (auto _ : state) {
    refill();
    add(batch);
  }
  const auto runs = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(runs * static_cast<std::int64_t>(FlowBatch::kCapacity));
}

void fill_only(benchmark::State& state) {
  measure(state, [](const FlowBatch& batch) { benchmark::DoNotOptimize(batch[0].bytes); });
}

void prometheus_sink_write(benchmark::State& state) {
  PrometheusSink sink({.metrics = bench::default_metrics()});
  Accounts accounts;
  measure(state, [&](const FlowBatch& batch) { sink.write(batch, accounts); });
}

void series_counter_add(benchmark::State& state) {
  Metric metric = bench::default_metrics()[0];
  SeriesCounter counter(std::make_shared<SeriesRegistry>(metric), metric.value);
  std::vector<std::uint16_t> rows(FlowBatch::kCapacity);
  std::iota(rows.begin(), rows.end(), std::uint16_t{0});
  measure(state, [&](const FlowBatch& batch) {
    benchmark::DoNotOptimize(counter.prepare(batch, {rows.data(), batch.size()}));
    counter.add();
  });
}

void write_all(PrometheusSink& sink, const std::vector<bench::Pair>& pairs) {
  Accounts accounts;
  FlowBatch batch;
  for (const bench::Pair& pair : pairs) {
    bench::append_flow(batch, pair, 1400);
    if (batch.full()) {
      sink.write(batch, accounts);
      batch.clear();
    }
  }
  sink.write(batch, accounts);
}

/// Takes commits as fast as bytes can be had.
class NoStore final : public CommitStore {
 public:
  [[nodiscard]] std::uint64_t append(std::string_view commit) override {
    bytes += commit.size();
    return ++number_;
  }
  [[nodiscard]] std::string trouble() const override { return ""; }
  std::uint64_t bytes = 0;

 private:
  std::uint64_t number_ = 0;
};

/// A commit in which all these series changed; `kept`: it is encoded for a store too.
void prometheus_sink_commit(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  PrometheusSink sink({.metrics = bench::default_metrics()});
  NoStore store;
  if (state.range(1) != 0) {
    sink.keep_in(store, 1);
  }
  std::vector<bench::Pair> pairs;
  for (const std::size_t index : bench::shuffled(series)) {
    pairs.push_back(bench::pair_of(index));
  }
  write_all(sink, pairs);
  benchmark::DoNotOptimize(sink.commit({}));
  store.bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    write_all(sink, pairs);
    state.ResumeTiming();
    benchmark::DoNotOptimize(sink.commit({}));
  }
  const auto changed = static_cast<double>(series) * static_cast<double>(state.iterations());
  state.counters["per_series"] =
      benchmark::Counter(changed, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["bytes"] = static_cast<double>(store.bytes) / changed;
}

/// From a snapshot in memory to a sink that counts.
void prometheus_sink_restore(benchmark::State& state) {
  std::vector<std::string> pieces;
  {
    PrometheusSink sink({.metrics = bench::default_metrics()});
    std::vector<bench::Pair> pairs;
    for (const std::size_t index : bench::shuffled(static_cast<std::size_t>(state.range(0)))) {
      pairs.push_back(bench::pair_of(index));
    }
    write_all(sink, pairs);
    benchmark::DoNotOptimize(sink.commit({}));
    sink.make_snapshot([&](std::string_view piece) { pieces.emplace_back(piece); });
  }
  std::size_t live = 0;
  for (auto _ : state) {
    PrometheusSink sink({.metrics = bench::default_metrics()});
    CommitReader& reader = sink.reader();
    for (const std::string& piece : pieces) {
      if (!reader.snapshot(piece)) {
        state.SkipWithError("a piece makes no sense");
        return;
      }
    }
    benchmark::DoNotOptimize(sink.restored());
    write_all(sink, {bench::pair_of(0)});
    state.PauseTiming();
    live = sink.summary().metrics[0].population.live;
    state.ResumeTiming();
  }
  state.counters["live"] = static_cast<double>(live);
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"series", "zipf"});
  for (const std::int64_t series : {1, 20'000, 1'000'000}) {
    benchmark->Args({series, 1})->Args({series, 0});
  }
}
BENCHMARK(fill_only)->Apply(sizes);
BENCHMARK(series_counter_add)->Apply(sizes);
BENCHMARK(prometheus_sink_write)->Apply(sizes);
BENCHMARK(prometheus_sink_commit)
    ->ArgNames({"series", "kept"})
    ->ArgsProduct({{20'000, 1'000'000}, {0, 1}})
    ->Iterations(10)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(prometheus_sink_restore)
    ->ArgNames({"series"})
    ->Arg(20'000)
    ->Arg(1'000'000)
    ->Iterations(5)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weir
