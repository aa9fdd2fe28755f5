#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "weir/pipeline/nfcapd_reader.hpp"
#include "weir/source/nfcapd_files.hpp"

// What a flow of nfcapd files costs before anything is done with it. WEIR_NFCAPD names the folder,
// as bench/tools/make_nfcapd makes one.

namespace weir {
namespace {

class Touch final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    rows += batch.size();
    benchmark::DoNotOptimize(batch[0].bytes);
  }
  std::uint64_t rows = 0;
};

std::vector<std::string> files() {
  const char* const folder = std::getenv("WEIR_NFCAPD");
  return folder == nullptr ? std::vector<std::string>{}
                           : nfcapd_files(std::vector<std::string>{folder});
}

/// Reading and unpacking alone.
void nfcapd_read(benchmark::State& state) {
  const auto paths = files();
  if (paths.empty()) {
    state.SkipWithError("WEIR_NFCAPD names no folder");
    return;
  }
  std::int64_t records = 0;
  NfcapdBuffer buffer;
  std::string trouble;
  for (auto _ : state) {
    for (const std::string& path : paths) {
      const NfcapdFile file(path);
      for (std::size_t i = 0; i < file.blocks(); ++i) {
        const NfcapdBlock block = file.read_block(i, buffer, trouble);
        records += block.records;
        benchmark::DoNotOptimize(block.bytes.data());
      }
    }
  }
  state.SetItemsProcessed(records);
}

void read_and_decode(benchmark::State& state, std::initializer_list<FieldId> fields) {
  const auto paths = files();
  if (paths.empty()) {
    state.SkipWithError("WEIR_NFCAPD names no folder");
    return;
  }
  FieldSet wanted;
  for (const FieldId id : fields) {
    wanted.add(id);
  }
  Touch touch;
  for (auto _ : state) {
    const auto work = nfcapd_work(paths, wanted);
    NfcapdReader reader(*work, wanted);
    reader.run(touch);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(touch.rows));
}

void nfcapd_as_pairs(benchmark::State& state) {
  read_and_decode(
      state, {field("src_as"), field("dst_as"), field("bytes"), field("packets"), field("flows")});
}

void nfcapd_addresses(benchmark::State& state) {
  read_and_decode(state, {field("dst_addr"), field("bytes"), field("packets"), field("flows")});
}

void nfcapd_five_tuple(benchmark::State& state) {
  read_and_decode(state, {field("src_addr"), field("dst_addr"), field("src_port"),
                          field("dst_port"), field("proto"), field("bytes"), field("packets"),
                          field("flows"), field("first_seen"), field("last_seen")});
}

BENCHMARK(nfcapd_read)->Unit(benchmark::kMillisecond);
BENCHMARK(nfcapd_as_pairs)->Unit(benchmark::kMillisecond);
BENCHMARK(nfcapd_addresses)->Unit(benchmark::kMillisecond);
BENCHMARK(nfcapd_five_tuple)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weir
