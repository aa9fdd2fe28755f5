#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "bench/random_values.hpp"
#include "weir/decode/json.hpp"
#include "weir/decode/json_reference.hpp"

namespace weir {
namespace {

constexpr std::size_t kMessages = 1000;

std::string address(Random& random) {
  return fmt::format("{}.{}.{}.{}", random.below(224), random.below(256), random.below(256),
                     random.below(256));
}

/// As pmacct 1.7 prints a record with these 17 primitives, 360 to 400 bytes.
std::string pmacct_message(Random& random) {
  constexpr std::string_view kProtocols[] = {"tcp", "udp", "icmp", "ipv6-icmp", "gre"};
  return fmt::format(
      R"({{"event_type": "purge", "label": "bdr{}", "as_src": {}, "as_dst": {}, "peer_ip_src": "{}", )"
      R"("iface_in": {}, "iface_out": {}, "ip_src": "{}", "ip_dst": "{}", "port_src": {}, )"
      R"("port_dst": {}, "ip_proto": "{}", "stamp_inserted": "2026-11-21 20:{:02}:00", )"
      R"("stamp_updated": "2026-11-21 20:{:02}:01", "packets": {}, "bytes": {}, )"
      R"("writer_id": "default_kafka/{}"}})",
      random.below(40), random.of_digits(6), random.of_digits(6), address(random),
      random.of_digits(4), random.of_digits(4), address(random), address(random),
      random.below(65536), random.of_digits(4), kProtocols[random.below(5)], random.below(60),
      random.below(60), random.of_digits(4), random.of_digits(8), random.below(65536));
}

std::vector<std::string> pmacct_messages() {
  Random random;
  std::vector<std::string> messages;
  for (std::size_t i = 0; i < kMessages; ++i) {
    messages.push_back(pmacct_message(random));
  }
  return messages;
}

PayloadBatch batch_of(const std::vector<std::string>& messages) {
  PayloadBatch batch;
  for (const std::string& message : messages) {
    batch.add(message, 0);
  }
  return batch;
}

FieldSet export_fields() {
  FieldSet wanted;
  for (const FieldId id : {field("src_as"), field("dst_as"), field("label"), field("bytes")}) {
    wanted.add(id);
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

void report(benchmark::State& state, const std::vector<std::string>& messages) {
  std::size_t bytes = 0;
  for (const std::string& message : messages) {
    bytes += message.size();
  }
  const auto runs = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(runs * static_cast<std::int64_t>(messages.size()));
  state.SetBytesProcessed(runs * static_cast<std::int64_t>(bytes));
}

void decode_with_templates(benchmark::State& state) {
  const auto messages = pmacct_messages();
  const PayloadBatch batch = batch_of(messages);
  JsonDecoder decoder(DecoderOptions{export_fields()});
  Accounts accounts;
  SumBytes sum;
  for (auto _ : state) {
    decoder.decode(batch, accounts, sum);
  }
  benchmark::DoNotOptimize(sum.sum());
  report(state, messages);
}
BENCHMARK(decode_with_templates);

/// Records of a program of one's own, with what is counted inside an object.
void decode_mapped(benchmark::State& state) {
  Random random;
  std::vector<std::string> messages;
  for (std::size_t i = 0; i < kMessages; ++i) {
    messages.push_back(fmt::format(
        R"({{"at":"2026-11-21T20:{:02}:00Z","meta":{{"customer":"c{}","site":{{"id":{}}}}},)"
        R"("flow":{{"src":"{}","dst":"{}","proto":"tcp","octets":{},"packets":{}}}}})",
        random.below(60), random.below(500), random.below(100), address(random), address(random),
        random.of_digits(8), random.of_digits(4)));
  }
  const PayloadBatch batch = batch_of(messages);
  DecoderOptions options;
  options.wanted = export_fields();
  options.wanted.add(field("user_text_0"));
  options.wanted.add(field("user_number_1"));
  options.mapping = {{"$.flow.octets", field("bytes")},
                     {"$.meta.customer", field("user_text_0")},
                     {"$.meta.site.id", field("user_number_1")}};
  JsonDecoder decoder(options);
  Accounts accounts;
  SumBytes sum;
  for (auto _ : state) {
    decoder.decode(batch, accounts, sum);
  }
  benchmark::DoNotOptimize(sum.sum());
  report(state, messages);
}
BENCHMARK(decode_mapped);

/// Rows into a FlowBatch and nothing else.
class Rows final : public JsonRecords {
 public:
  Flow& row() override {
    if (rows_.full()) {
      rows_.clear();
    }
    return rows_.next();
  }
  TextArena& texts() override { return rows_.texts(); }
  void finish(JsonVerdict verdict, std::string_view /*bytes*/) override {
    if (verdict.kind == JsonVerdict::Kind::flow) {
      rows_.append();
    }
  }

 private:
  FlowBatch rows_;
};

void read_by_reference(benchmark::State& state) {
  const auto messages = pmacct_messages();
  const PayloadBatch batch = batch_of(messages);
  JsonReference reference(std::make_shared<JsonKeys>(DecoderOptions{export_fields()}));
  Rows rows;
  for (auto _ : state) {
    for (const PayloadBatch::Payload& payload : batch.payloads()) {
      benchmark::DoNotOptimize(reference.read(batch.text(payload), rows));
    }
  }
  report(state, messages);
}
BENCHMARK(read_by_reference);

void copy_only(benchmark::State& state) {
  const auto messages = pmacct_messages();
  const PayloadBatch batch = batch_of(messages);
  std::vector<char> target(4096);
  benchmark::DoNotOptimize(target.data());
  for (auto _ : state) {
    for (const PayloadBatch::Payload& payload : batch.payloads()) {
      std::memcpy(target.data(), batch.text(payload).data(), payload.size);
      benchmark::ClobberMemory();
    }
  }
  report(state, messages);
}
BENCHMARK(copy_only);

}  // namespace
}  // namespace weir
