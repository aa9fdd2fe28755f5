#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <vector>

#include "bench/random_values.hpp"
#include "tests/support/flow_message.hpp"
#include "weir/decode/any.hpp"
#include "weir/decode/detect.hpp"
#include "weir/decode/protobuf_flow.hpp"
#include "weir/decode/protobuf_wire.hpp"

namespace weir {
namespace {

constexpr std::size_t kMessages = 1000;

/// What goflow2 writes of a flow of NetFlow v9, about 110 bytes.
std::string flow_message(Random& random) {
  constexpr std::uint64_t kNow = 1'795'000'000'000'000'000;
  const std::uint64_t end = kNow - random.below(1'000'000'000);
  return FlowMessage()
      .number(1, 3)
      .number(3, 1)
      .number(4, random.of_digits(7))
      .bytes(6, random.bytes(4))
      .bytes(7, random.bytes(4))
      .number(9, random.of_digits(7))
      .number(10, random.of_digits(4))
      .bytes(11, random.bytes(4))
      .bytes(12, random.bytes(4))
      .number(14, random.of_digits(6))
      .number(15, random.of_digits(6))
      .number(16, 8 + random.below(17))
      .number(17, 8 + random.below(17))
      .number(18, random.of_digits(4))
      .number(19, random.of_digits(4))
      .number(20, random.below(2) != 0 ? 6 : 17)
      .number(21, random.below(65536))
      .number(22, random.of_digits(4))
      .number(26, random.below(32))
      .number(30, 0x800)
      .number(110, kNow)
      .number(111, end - random.below(60'000'000'000))
      .number(112, end)
      .framed();
}

struct Messages {
  PayloadBatch batch;
  std::int64_t bytes = 0;
};

Messages flow_messages() {
  Random random;
  Messages messages;
  for (std::size_t i = 0; i < kMessages; ++i) {
    const std::string message = flow_message(random);
    messages.batch.add(message, 0);
    messages.bytes += static_cast<std::int64_t>(message.size());
  }
  return messages;
}

FieldSet export_fields() {
  FieldSet wanted;
  for (const FieldId id : {field("src_as"), field("dst_as"), field("label"), field("bytes")}) {
    wanted.add(id);
  }
  return wanted;
}

FieldSet all_fields() {
  FieldSet wanted;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    wanted.add(static_cast<FieldId>(i));
  }
  return wanted;
}

class SumBytes final : public Emit {
 public:
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      sum_ += batch[i].bytes;
    }
  }
  [[nodiscard]] std::uint64_t sum() const { return sum_; }

 private:
  std::uint64_t sum_ = 0;
};

void report(benchmark::State& state, const Messages& messages) {
  const auto runs = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(runs * static_cast<std::int64_t>(messages.batch.size()));
  state.SetBytesProcessed(runs * messages.bytes);
}

void decode(benchmark::State& state, const FieldSet& wanted) {
  const Messages messages = flow_messages();
  ProtobufDecoder decoder({.wanted = wanted});
  Accounts accounts;
  SumBytes sum;
  for (auto _ : state) {
    decoder.decode(messages.batch, accounts, sum);
  }
  benchmark::DoNotOptimize(sum.sum());
  report(state, messages);
}
BENCHMARK_CAPTURE(decode, fields_of_export, export_fields());
BENCHMARK_CAPTURE(decode, all_fields, all_fields());

/// With the form found out for each message; `json_every` messages one is JSON.
void decode_any(benchmark::State& state, unsigned json_every) {
  Random random;
  Messages messages;
  for (unsigned i = 0; i < kMessages; ++i) {
    const bool json = json_every != 0 && i % json_every == 0;
    const std::string message =
        json ? fmt::format(R"({{"as_src": {}, "as_dst": {}, "bytes": {}}})", random.of_digits(5),
                           random.of_digits(5), random.of_digits(7))
             : flow_message(random);
    messages.batch.add(message, 0);
    messages.bytes += static_cast<std::int64_t>(message.size());
  }
  AnyDecoder decoder({.wanted = export_fields()});
  Accounts accounts;
  SumBytes sum;
  for (auto _ : state) {
    decoder.decode(messages.batch, accounts, sum);
  }
  benchmark::DoNotOptimize(sum.sum());
  report(state, messages);
}
BENCHMARK_CAPTURE(decode_any, of_one_form, 0U);
BENCHMARK_CAPTURE(decode_any, alternating_with_json, 2U);

void detect(benchmark::State& state) {
  const Messages messages = flow_messages();
  for (auto _ : state) {
    for (const PayloadBatch::Payload& payload : messages.batch.payloads()) {
      benchmark::DoNotOptimize(detect_dialect(messages.batch.text(payload)));
    }
  }
  report(state, messages);
}
BENCHMARK(detect);

/// The fields of a message one by one, as protozero finds them and as weir does.
void walk_protozero(benchmark::State& state) {
  const Messages messages = flow_messages();
  for (auto _ : state) {
    for (const PayloadBatch::Payload& payload : messages.batch.payloads()) {
      const std::string_view text = messages.batch.text(payload);
      protozero::pbf_reader reader(text.data() + 1, text.size() - 1);
      std::uint64_t sum = 0;
      while (reader.next()) {
        sum += reader.tag();
        reader.skip();
      }
      benchmark::DoNotOptimize(sum);
    }
  }
  report(state, messages);
}
BENCHMARK(walk_protozero);

void walk_own(benchmark::State& state) {
  const Messages messages = flow_messages();
  for (auto _ : state) {
    for (const PayloadBatch::Payload& payload : messages.batch.payloads()) {
      benchmark::DoNotOptimize(walks_as_protobuf(messages.batch.text(payload).substr(1)));
    }
  }
  report(state, messages);
}
BENCHMARK(walk_own);

}  // namespace
}  // namespace weir
