// Makes the log in a state folder as long as it ever gets: age_state FOLDER SERIES MIB
//
// FOLDER holds what a killed weir has left of reading paced_topic's records. Commits of 100,000
// series each are appended to it until its logs have MIB, as if weir had gone on for so long; no
// snapshot is made. Prints what was added to the truth.
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <memory>
#include <random>
#include <string>

#include "bench/tools/paced_series.hpp"
#include "weir/pipeline/as_traffic.hpp"
#include "weir/sink/prometheus.hpp"
#include "weir/state/commit_log.hpp"

namespace {

using weir::bench::PacedSeries;

/// The texts that a state has were made by whoever wrote it.
class NoNames final : public weir::Lookup {
 public:
  [[nodiscard]] std::uint64_t generation() const override { return 0; }
  [[nodiscard]] std::shared_ptr<const weir::NameTable> current() const override { return table_; }

 private:
  struct Table final : weir::NameTable {
    void append(std::uint64_t, std::string&) const override {}
  };
  std::shared_ptr<const weir::NameTable> table_ = std::make_shared<Table>();
};

constexpr std::uint64_t kBytes = 1400;  // of a record

void write_some(weir::PrometheusSink& sink, std::uint64_t series, std::mt19937_64& random,
                weir::Accounts& accounts, std::uint64_t& received) {
  constexpr int kRecords = 100'000;
  weir::FlowBatch batch;
  std::deque<std::string> hosts;  // rows only refer to them
  for (int i = 0; i < kRecords; ++i) {
    const PacedSeries each(random() % series);
    hosts.push_back(each.host());
    weir::Flow& row = batch.next();
    set(row, weir::field("src_as"), each.src_as());
    set(row, weir::field("dst_as"), each.dst_as());
    set(row, weir::field("label"), std::string_view(hosts.back()));
    set(row, weir::field("bytes"), kBytes);
    batch.append();
    received += each.in ? kBytes : 0;
    if (batch.full() || i + 1 == kRecords) {
      sink.write(batch, accounts);
      batch.clear();
      hosts.clear();
    }
  }
  accounts.origins.at(0).messages += kRecords;
  accounts.origins.at(0).records += kRecords;
}

int run(const std::string& folder, std::uint64_t series, std::uint64_t limit) {
  weir::PrometheusSink sink({.metrics = weir::as_traffic_metrics(
                                 {PacedSeries::kOwnAs}, std::make_shared<NoNames>(), 1'000'000)});
  weir::CommitLog log({.folder = folder, .compact_above = UINT64_MAX});
  const std::string about = log.about().value();
  const weir::CommitRecovery recovery = log.load(sink.reader());
  weir::Checkpoint checkpoint = sink.restored();
  sink.keep_in(log, recovery.number);
  log.open(about, [](const weir::CommitStore::Put&) { return std::uint64_t{0}; });
  std::mt19937_64 random(3);
  std::uint64_t received = 0;
  const std::uint64_t before = checkpoint.accounts.counted;
  while (log.stats().log_bytes < limit) {
    write_some(sink, series, random, checkpoint.accounts, received);
    if (!sink.commit(checkpoint)) {
      return 1;
    }
  }
  const std::uint64_t messages = checkpoint.accounts.counted - before;
  fmt::print("{{\"messages\": {}, \"received\": {}, \"transmitted\": {}}}\n", messages, received,
             messages * kBytes - received);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: age_state FOLDER SERIES MIB\n", stderr);
    return 2;
  }
  try {
    return run(argv[1], std::strtoull(argv[2], nullptr, 10),
               std::strtoull(argv[3], nullptr, 10) << 20U);
  } catch (const std::exception& error) {
    fmt::print(stderr, "age_state: {}\n", error.what());
    return 1;
  }
}
