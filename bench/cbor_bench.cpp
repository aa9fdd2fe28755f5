#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "weir/decode/cbor.hpp"
#include "weir/encode/row_encoder.hpp"

namespace weir {
namespace {

constexpr std::size_t kMessages = 1000;

/// The rows that `weir stream` sends by default, one a message.
PayloadBatch stream_messages(MessageFormat format) {
  std::mt19937_64 random(1);
  const auto below = [&random](std::uint64_t limit) { return random() % limit; };
  RowEncoder encoder(format,
                     {{"first_seen", ColumnKind::time},
                      {"dst_ctr", ColumnKind::number},
                      {"duration", ColumnKind::duration},
                      {"packets", ColumnKind::number},
                      {"bytes", ColumnKind::number},
                      {"pps", ColumnKind::number},
                      {"bps", ColumnKind::number},
                      {"flows", ColumnKind::number}},
                     {}, nullptr);
  PayloadBatch batch;
  std::string value;
  std::string key;
  for (std::size_t i = 0; i < kMessages; ++i) {
    const std::vector<std::string> texts = {
        fmt::format("2026-11-21 23:{:02}:12.{:03}", below(60), below(1000)),
        fmt::format("{}", below(895)),
        fmt::format("{}.{:03}", below(300), below(1000)),
        fmt::format("{}", below(1'000'000)),
        fmt::format("{}", below(1'000'000'000)),
        fmt::format("{}", below(10'000)),
        fmt::format("{}", below(10'000'000)),
        fmt::format("{}", below(10'000))};
    const std::vector<std::string_view> row(texts.begin(), texts.end());
    if (encoder.encode(row, value, key) == EncodeStatus::encoded) {
      batch.add(value, 0);
    }
  }
  return batch;
}

class SumBytes final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      sum += batch[i].bytes;
    }
  }
  std::uint64_t sum = 0;
};

void decode(benchmark::State& state, MessageFormat format, const FieldSet& wanted) {
  const PayloadBatch batch = stream_messages(format);
  CborDecoder decoder(DecoderOptions{wanted});
  Accounts accounts;
  SumBytes sum;
  for (auto _ : state) {
    decoder.decode(batch, accounts, sum);
  }
  benchmark::DoNotOptimize(sum.sum);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(batch.size()));
}

FieldSet fields_of_a_metric() {
  FieldSet wanted;
  wanted.add(field("bytes"));
  wanted.add(field("dst_country_numeric"));
  return wanted;
}

FieldSet all_that_are_sent() {
  FieldSet wanted = fields_of_a_metric();
  for (const FieldId id : {field("first_seen"), field("packets"), field("flows")}) {
    wanted.add(id);
  }
  return wanted;
}

BENCHMARK_CAPTURE(decode, texts_for_a_metric, MessageFormat::cbor, fields_of_a_metric());
BENCHMARK_CAPTURE(decode, texts_all, MessageFormat::cbor, all_that_are_sent());
BENCHMARK_CAPTURE(decode, typed_for_a_metric, MessageFormat::cbor_typed, fields_of_a_metric());
BENCHMARK_CAPTURE(decode, typed_all, MessageFormat::cbor_typed, all_that_are_sent());

}  // namespace
}  // namespace weir
