#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/support/mmdb_writer.hpp"
#include "weir/enrich/enrich_stage.hpp"
#include "weir/enrich/mmdb.hpp"
#include "weir/enrich/sampling_stage.hpp"

// What it costs to fill fields of a row that are looked up, both ends of it. The arguments are the
// number of prefixes, and of addresses that the rows have: a thousand stay in the CPU's caches, a
// million do not, nor does their part of the table.

namespace weir {
namespace {

/// Prefixes of lengths as the Internet's routing table has them, a fifth of them IPv6.
std::vector<IpNetwork> prefixes(std::size_t count) {
  std::mt19937_64 random(1);
  std::discrete_distribution<unsigned> v4({1, 1, 2, 3, 5, 4, 6, 10, 10, 60});  // 15 to 24
  std::discrete_distribution<unsigned> v6({10, 5, 5, 10, 10, 5, 5, 5, 45});    // /32 to /48
  std::vector<IpNetwork> all;
  all.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    IpAddress address;
    unsigned length = 0;
    if (i % 5 != 0) {
      address = IpAddress::from_ipv4(static_cast<std::uint32_t>(random() % 0xe0000000));
      length = 15 + v4(random);
    } else {
      address.bytes[0] = random() % 3 == 0 ? 0x24 : 0x2a;
      for (std::size_t byte = 1; byte < 6; ++byte) {
        address.bytes[byte] = static_cast<std::uint8_t>(random());
      }
      length = 32 + 2 * v6(random);
    }
    all.push_back({address.masked(length), static_cast<std::uint8_t>(length)});
  }
  return all;
}

/// Addresses in some of these prefixes.
std::vector<IpAddress> addresses(const std::vector<IpNetwork>& in, std::size_t count) {
  std::mt19937_64 random(2);
  std::vector<IpAddress> all;
  all.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    IpAddress address = in[random() % in.size()].address;
    address.bytes[15] = static_cast<std::uint8_t>(random());
    all.push_back(address);
  }
  return all;
}

std::string csv(const std::vector<IpNetwork>& networks) {
  std::string text;
  for (std::size_t i = 0; i < networks.size(); ++i) {
    text += networks[i].address.to_string() + "/" + std::to_string(networks[i].length) +
            ",network " + std::to_string(i % 10'000) + ",customer " + std::to_string(i % 500) +
            "\n";
  }
  return text;
}

class Nowhere final : public Emit {
 public:
  void operator()(FlowBatch& batch) override { benchmark::DoNotOptimize(batch[0].present); }
};

/// Rows of two addresses each go through a stage, or through none.
void run(benchmark::State& state, const std::vector<IpAddress>& drawn, Stage* stage) {
  FlowBatch batch;
  Accounts accounts;
  Nowhere next;
  std::mt19937 random(3);
  std::vector<std::uint32_t> order(std::size_t{1} << 16U);
  for (std::uint32_t& place : order) {
    place = static_cast<std::uint32_t>(random() % drawn.size());
  }
  std::size_t at = 0;
  for (auto _ : state) {
    batch.clear();
    while (!batch.full()) {
      Flow& row = batch.next();
      set(row, field("src_addr"), drawn[order[at++ % order.size()]]);
      set(row, field("dst_addr"), drawn[order[at++ % order.size()]]);
      set(row, field("bytes"), std::uint64_t{1400});
      set(row, field("packets"), std::uint64_t{1});
      set(row, field("sampling_rate"), std::uint64_t{1000});
      set(row, field("exporter"), drawn[at >> 7U & 3U]);
      batch.append();
    }
    if (stage != nullptr) {
      stage->process(batch, accounts, next);
    } else {
      next(batch);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(FlowBatch::kCapacity));
}

void rows_alone(benchmark::State& state) {
  const auto in = prefixes(static_cast<std::size_t>(state.range(0)));
  run(state, addresses(in, static_cast<std::size_t>(state.range(1))), nullptr);
}

void networks(benchmark::State& state) {
  const auto in = prefixes(static_cast<std::size_t>(state.range(0)));
  const auto published = std::make_shared<Published<EnrichTables>>();
  EnrichTables tables;
  tables.networks = std::make_shared<const NetworkTable>(NetworkTable::parse(csv(in)));
  published->publish(tables);
  EnrichStage stage(published, writes_of(tables));
  run(state, addresses(in, static_cast<std::size_t>(state.range(1))), &stage);
}

/// A database of these networks, in which `member` has one of `values` texts.
std::string database(std::vector<IpNetwork> in, const std::string& member, std::size_t values,
                     std::string (*value)(std::size_t)) {
  std::stable_sort(in.begin(), in.end(), [](const IpNetwork& a, const IpNetwork& b) {
    return a.length < b.length;  // the writer takes wider ones first
  });
  MmdbWriter writer(28);
  std::vector<std::uint32_t> places;
  for (std::size_t i = 0; i < values; ++i) {
    places.push_back(writer.put(mmdb::map({{member, value(i)}})));
  }
  for (std::size_t i = 0; i < in.size(); ++i) {
    writer.insert(in[i].address.to_string() + "/" + std::to_string(in[i].length),
                  places[i * 7919 % values]);
  }
  return writer.bytes();
}

GeoTable countries(const std::vector<IpNetwork>& in) {
  return GeoTable::read(Mmdb(database(in, "country_code", 26 * 9, [](std::size_t i) {
    return mmdb::text(std::string{static_cast<char>('A' + i / 9), static_cast<char>('A' + i % 9)});
  })));
}

std::string systems(const std::vector<IpNetwork>& in) {
  return database(in, "asn", 70'000, [](std::size_t i) { return mmdb::number(i + 1); });
}

void geo(benchmark::State& state) {
  const auto in = prefixes(static_cast<std::size_t>(state.range(0)));
  const auto published = std::make_shared<Published<EnrichTables>>();
  EnrichTables tables;
  tables.geo = std::make_shared<const GeoTable>(
      GeoTable::merge(countries(in), GeoTable::read(Mmdb(systems(in)))));
  published->publish(tables);
  EnrichStage stage(published, writes_of(tables));
  run(state, addresses(in, static_cast<std::size_t>(state.range(1))), &stage);
}

void read_database(benchmark::State& state) {
  const std::string bytes = systems(prefixes(static_cast<std::size_t>(state.range(0))));
  for (auto _ : state) {
    benchmark::DoNotOptimize(GeoTable::read(Mmdb(bytes)).size());
  }
}

void sampling(benchmark::State& state) {
  const auto in = prefixes(static_cast<std::size_t>(state.range(0)));
  SamplingStage stage(0, nullptr, std::make_shared<SamplingCounters>(), nullptr);
  run(state, addresses(in, static_cast<std::size_t>(state.range(1))), &stage);
}

void parse_networks(benchmark::State& state) {
  const std::string text = csv(prefixes(static_cast<std::size_t>(state.range(0))));
  for (auto _ : state) {
    benchmark::DoNotOptimize(NetworkTable::parse(text).size());
  }
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->Args({10'000, 1'000})->Args({1'000'000, 1'000})->Args({1'000'000, 1'000'000});
}

BENCHMARK(rows_alone)->Apply(sizes);
BENCHMARK(networks)->Apply(sizes);
BENCHMARK(geo)->Apply(sizes);
BENCHMARK(sampling)->Args({10'000, 1'000});
BENCHMARK(parse_networks)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(read_database)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weir
