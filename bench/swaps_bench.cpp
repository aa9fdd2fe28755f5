#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/series_data.hpp"
#include "weir/sink/prometheus.hpp"

// What it costs to keep the heaviest of many label sets: a record counted at a cap of 10,000
// series, with commits, scrapes and swaps in between. `keys` is how many label sets come, `zipf`
// how they are drawn (0: evenly), `top` whether the heaviest are kept. With 10,000 keys nothing is
// capped.

namespace weir {
namespace {

constexpr std::size_t kCap = 10'000;
/// As if 100,000 came each second, and a scrape every 15 s.
constexpr std::size_t kBatchesASecond = 100'000 / FlowBatch::kCapacity;

/// The label sets of eight million records in turn.
const std::vector<std::uint32_t>& draw(std::size_t keys, bool zipf) {
  static std::map<std::pair<std::size_t, bool>, std::vector<std::uint32_t>> drawn;
  std::vector<std::uint32_t>& numbers = drawn[{keys, zipf}];
  if (!numbers.empty()) {
    return numbers;
  }
  constexpr std::size_t kRecords = 8'000'000;
  numbers.reserve(kRecords);
  std::mt19937_64 random(1);
  const bench::Zipf ranks(zipf ? keys : 1);
  for (std::size_t i = 0; i < kRecords; ++i) {
    numbers.push_back(static_cast<std::uint32_t>(zipf ? ranks(random) : random() % keys));
  }
  return numbers;
}

void append_flow(FlowBatch& batch, std::uint32_t number) {
  static constexpr std::string_view kHosts[] = {"bdr1.fra.example.net", "bdr2.fra.example.net",
                                                "bdr1.ams.example.net", "bdr1.prg.example.net"};
  Flow& row = batch.next();
  // Popular ones are no neighbours.
  set(row, field("src_as"), number * 2654435761U);
  set(row, field("dst_as"), bench::kOwnAs);
  set(row, field("label"), kHosts[number % std::size(kHosts)]);
  set(row, field("bytes"), std::uint64_t{1400});
  batch.append();
}

Metric metric(bool top) {
  Metric out = bench::default_metrics()[1];
  out.max_series = kCap;
  out.keep = top ? Metric::Keep::top : Metric::Keep::first;
  return out;
}

template <typename Add>
void measure(benchmark::State& state, Add&& add) {
  const auto& numbers = draw(static_cast<std::size_t>(state.range(0)), state.range(1) != 0);
  FlowBatch batch;
  std::size_t at = 0;
  for (auto _ : state) {
    batch.clear();
    while (!batch.full()) {
      append_flow(batch, numbers[at]);
      at = at + 1 == numbers.size() ? 0 : at + 1;
    }
    add(batch);
  }
  const auto runs = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(runs * static_cast<std::int64_t>(FlowBatch::kCapacity));
}

void fill_only(benchmark::State& state) {
  measure(state, [](const FlowBatch& batch) { benchmark::DoNotOptimize(batch[0].bytes); });
}

void prometheus_sink_write(benchmark::State& state) {
  std::chrono::system_clock::time_point now{std::chrono::hours(500'000)};
  PrometheusSink sink({.metrics = {metric(state.range(2) != 0)}, .now = [&now] { return now; }});
  Accounts accounts;
  std::size_t batches = 0;
  measure(state, [&](const FlowBatch& batch) {
    sink.write(batch, accounts);
    if (++batches % kBatchesASecond == 0) {
      now += std::chrono::seconds(1);
      benchmark::DoNotOptimize(sink.commit({{}, accounts}));
      if (batches % (15 * kBatchesASecond) == 0) {
        benchmark::DoNotOptimize(sink.snapshot());
      }
    }
  });
  const MetricSnapshot shown = sink.summary().metrics[0];
  state.counters["swapped"] = static_cast<double>(shown.swapped);
  state.counters["in_other"] =
      static_cast<double>(shown.capped) / static_cast<double>(accounts.counted);
}

constexpr std::int64_t kFew = 10'000;
constexpr std::int64_t kMany = 10'000'000;
BENCHMARK(fill_only)->ArgNames({"keys", "zipf"})->ArgsProduct({{kFew, kMany}, {0, 1}});
BENCHMARK(prometheus_sink_write)
    ->ArgNames({"keys", "zipf", "top"})
    ->ArgsProduct({{kFew, kMany}, {0, 1}, {0, 1}})
    ->Iterations(60'000);

}  // namespace
}  // namespace weir
