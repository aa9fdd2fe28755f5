#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "bench/series_data.hpp"
#include "weir/aggregate/grouping.hpp"

// What it costs to group five million flows, in CPU time a flow besides making the rows, and the
// memory at its peak. `peer` is the same by std::unordered_map.

namespace weir {
namespace {

constexpr std::size_t kFlows = 5'000'000;
constexpr std::size_t kAsPairs = 318'000;
constexpr std::size_t kAddresses = 2'350'000;  // of which 1.9 million occur
constexpr std::uint64_t kStart = 1'741'802'400'000'000'000;

struct Record {
  std::uint32_t src_as, dst_as, src, dst;
  std::uint16_t src_port, dst_port;
  std::uint8_t proto, flags;
  std::uint32_t bytes, packets, start_ms, length_ms;
};

std::uint32_t mixed(std::uint64_t number) {
  return static_cast<std::uint32_t>((number + 1) * 0x9e3779b97f4a7c15 >> 32U);
}

const std::vector<Record>& records() {
  static const std::vector<Record> made = [] {
    std::vector<Record> all;
    all.reserve(kFlows);
    std::mt19937_64 random(1);
    const bench::Zipf pairs(kAsPairs);
    const bench::Zipf addresses(kAddresses);
    for (std::size_t i = 0; i < kFlows; ++i) {
      if (i % 8 == 7) {  // the same flow once more, as routers that export twice send it
        all.push_back(all[random() % all.size()]);
        continue;
      }
      // Two thirds are drawn evenly, so that nearly all keys occur.
      const bool even = random() % 3 != 0;
      const std::size_t pair = even ? i % kAsPairs : pairs(random);
      const std::size_t address = even ? i % kAddresses : addresses(random);
      // Multiplying shuffles the numbers of 16 bits.
      all.push_back({.src_as = static_cast<std::uint32_t>(1 + pair % 565 * 40'503 % 65'536),
                     .dst_as = static_cast<std::uint32_t>(1 + pair / 565 * 30'011 % 65'536),
                     .src = mixed(random() % 110'000),
                     .dst = mixed(address + kAddresses),
                     .src_port = static_cast<std::uint16_t>(1024 + random() % 60'000),
                     .dst_port = static_cast<std::uint16_t>(random() % 2 != 0 ? 443 : 53),
                     .proto = static_cast<std::uint8_t>(random() % 4 != 0 ? 6 : 17),
                     .flags = 0x1b,
                     .bytes = static_cast<std::uint32_t>(random() % 100'000),
                     .packets = static_cast<std::uint32_t>(1 + random() % 90),
                     .start_ms = static_cast<std::uint32_t>(i / 2),
                     .length_ms = static_cast<std::uint32_t>(random() % 60'000)});
    }
    return all;
  }();
  return made;
}

void append(const Record& record, FlowBatch& batch) {
  Flow& row = batch.next();
  const std::uint64_t start = kStart + std::uint64_t{record.start_ms} * 1'000'000;
  set(row, field("src_as"), std::uint64_t{record.src_as});
  set(row, field("dst_as"), std::uint64_t{record.dst_as});
  set(row, field("src_addr"), IpAddress::from_ipv4(record.src));
  set(row, field("dst_addr"), IpAddress::from_ipv4(record.dst));
  set(row, field("src_port"), std::uint64_t{record.src_port});
  set(row, field("dst_port"), std::uint64_t{record.dst_port});
  set(row, field("proto"), std::uint64_t{record.proto});
  set(row, field("tcp_flags"), std::uint64_t{record.flags});
  set(row, field("bytes"), std::uint64_t{record.bytes});
  set(row, field("packets"), std::uint64_t{record.packets});
  set(row, field("first_seen"), start);
  set(row, field("last_seen"), start + std::uint64_t{record.length_ms} * 1'000'000);
  batch.append();
}

/// Calls `take` with the rows of one thread's share, batch by batch.
void read_rows(unsigned thread, unsigned threads,
               const std::function<void(const FlowBatch&)>& take) {
  FlowBatch batch;
  for (std::size_t i = kFlows * thread / threads; i < kFlows * (thread + 1) / threads; ++i) {
    append(records()[i], batch);
    if (batch.full()) {
      take(batch);
      batch.clear();
    }
  }
  take(batch);
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// `VmHWM` or `VmRSS`, in MB.
double memory(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == name + ":") {
      double kib = 0;
      status >> kib;
      return kib / 1024;
    }
  }
  return 0;
}

/// Gives back what was freed, so that the peak is what is needed from here on.
void forget_peak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;
}

class Count final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      bytes += batch[i].bytes;
    }
  }
  std::uint64_t bytes = 0;
};

/// Runs `work(take rows)` and tells what it costs beside making rows.
template <typename Work>
void measure(benchmark::State& state, unsigned threads, Work&& work) {
  records();
  double fill = 1e9;
  for (int i = 0; i < 2; ++i) {
    const double begin = cpu_seconds();
    read_rows(0, 1, [](const FlowBatch& batch) { benchmark::DoNotOptimize(batch.size()); });
    fill = std::min(fill, cpu_seconds() - begin);
  }
  double best = 1e9;
  double wall = 1e9;
  double peak = 0;
  std::size_t groups = 0;
  for (auto _ : state) {
    forget_peak();
    const double before = memory("VmRSS");
    const double begin = cpu_seconds();
    const auto clock = std::chrono::steady_clock::now();
    groups = work(threads);
    wall = std::min(
        wall, std::chrono::duration<double>(std::chrono::steady_clock::now() - clock).count());
    best = std::min(best, cpu_seconds() - begin);
    peak = std::max(peak, memory("VmHWM") - before);
  }
  constexpr double kNanos = 1e9 / static_cast<double>(kFlows);
  state.counters["ns_flow"] = (best - fill) * kNanos;
  state.counters["ns_rows"] = fill * kNanos;
  state.counters["wall_ms"] = wall * 1e3;
  state.counters["cpu_ms"] = best * 1e3;
  state.counters["groups"] = static_cast<double>(groups);
  state.counters["peak_MB"] = peak;
}

void group(benchmark::State& state, const char* by, const char* fields, std::size_t limit,
           const GroupOrder& order) {
  measure(state, static_cast<unsigned>(state.range(0)), [&](unsigned threads) {
    Grouping grouping(parse_group_spec(by, fields),
                      {.threads = threads, .max_memory = limit, .open_spill = {}, .seed = 1});
    {
      std::vector<std::jthread> readers;
      for (unsigned i = 0; i < threads; ++i) {
        readers.emplace_back([&grouping, i, threads] {
          Grouper& grouper = grouping.worker(i);
          read_rows(i, threads, [&](const FlowBatch& batch) { grouper.process(batch); });
        });
      }
    }
    grouping.finish(order);
    Count count;
    grouping.emit(count);
    benchmark::DoNotOptimize(count.bytes);
    return grouping.groups();
  });
}

constexpr const char* kSums = "packets,bytes,flows";

void as_pairs(benchmark::State& state) {
  group(state, "src_as,dst_as", kSums, 0, {});
}
void as_pairs_top(benchmark::State& state) {
  group(state, "src_as,dst_as", kSums, 0, {.by = field("bytes"), .top = 10});
}
void dst_addr(benchmark::State& state) {
  group(state, "dst_addr", kSums, 0, {});
}
void dst_addr_sorted(benchmark::State& state) {
  group(state, "dst_addr", kSums, 0, {.by = field("bytes")});
}
void dst_net(benchmark::State& state) {
  group(state, "dst_addr/24", kSums, 0, {});
}
void five_tuple(benchmark::State& state) {
  group(state, "src_addr,dst_addr,src_port,dst_port,proto",
        "first_seen,duration,packets,bytes,flows", 0, {});
}

template <typename Key>
struct Hash {
  std::size_t operator()(const Key& key) const {
    std::uint64_t state = 0;
    for (const std::uint64_t word : key) {
      state = (state ^ word) * 0x9e3779b97f4a7c15;
      state ^= state >> 32U;
    }
    return state;
  }
};

template <std::size_t Words, std::size_t Values, typename Pack>
void peer(benchmark::State& state, Pack&& pack) {
  using Key = std::array<std::uint64_t, Words>;
  measure(state, 1, [&](unsigned) {
    std::unordered_map<Key, std::array<std::uint64_t, Values>, Hash<Key>> groups;
    read_rows(0, 1, [&](const FlowBatch& batch) {
      for (std::size_t i = 0; i < batch.size(); ++i) {
        auto& values = groups[pack(batch[i])];
        values[0] += get_integer(batch[i], field("packets"));
        values[1] += get_integer(batch[i], field("bytes"));
        values[2] += 1;
      }
    });
    return groups.size();
  });
}

void peer_as_pairs(benchmark::State& state) {
  peer<2, 3>(state, [](const Flow& row) { return std::array{row.src_as, row.dst_as}; });
}
void peer_dst_addr(benchmark::State& state) {
  peer<2, 3>(state, [](const Flow& row) {
    return std::bit_cast<std::array<std::uint64_t, 2>>(row.dst_addr);
  });
}
void peer_five_tuple(benchmark::State& state) {
  peer<5, 5>(state, [](const Flow& row) {
    const auto src = std::bit_cast<std::array<std::uint64_t, 2>>(row.src_addr);
    const auto dst = std::bit_cast<std::array<std::uint64_t, 2>>(row.dst_addr);
    return std::array{src[0], src[1], dst[0], dst[1],
                      row.src_port << 32U | row.dst_port << 8U | row.proto};
  });
}

void runs(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("threads")->Arg(1)->Arg(2)->Iterations(3)->Unit(benchmark::kMillisecond);
}
void run(benchmark::internal::Benchmark* benchmark) {
  benchmark->Iterations(3)->Unit(benchmark::kMillisecond);
}
BENCHMARK(as_pairs)->Apply(runs)->UseRealTime();
BENCHMARK(peer_as_pairs)->Apply(run);
BENCHMARK(as_pairs_top)->Apply(runs)->UseRealTime();
BENCHMARK(dst_addr)->Apply(runs)->UseRealTime();
BENCHMARK(peer_dst_addr)->Apply(run);
BENCHMARK(dst_addr_sorted)->Apply(runs)->UseRealTime();
BENCHMARK(dst_net)->Apply(runs)->UseRealTime();
BENCHMARK(five_tuple)->Apply(runs)->UseRealTime();
BENCHMARK(peer_five_tuple)->Apply(run);

}  // namespace
}  // namespace weir
