#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/pipeline/stream.hpp"
#include "weir/state/ledger_note.hpp"

namespace weir {

/// A Kafka that is a list.
struct Batch {
  std::optional<KafkaLedgerEntry> entry;
  std::vector<std::string> values;
};
struct Cluster {
  std::optional<KafkaLedgerEntry> ledger;
  std::vector<Batch> batches;
  bool away = false;
  bool sent_before = false;                    ///< the next batch is found to be there already
  std::optional<KafkaLedgerEntry> by_another;  ///< and what another instance has made of the ledger
  std::uint64_t opened = 0;
};

class FakeSink final : public BatchSink {
 public:
  explicit FakeSink(Cluster& cluster) : cluster_(cluster) {}

  Outcome open(std::optional<KafkaLedgerEntry>& entry, Patience /*patience*/,
               const std::stop_token& /*stop*/) override {
    ++cluster_.opened;
    entry = cluster_.ledger;
    return cluster_.away ? Outcome::not_now : Outcome::done;
  }
  Outcome send(SpoolFile& spool, const std::optional<KafkaLedgerEntry>& entry,
               Patience /*patience*/, const std::stop_token& /*stop*/) override {
    if (cluster_.away) {
      return Outcome::not_now;
    }
    if (std::exchange(cluster_.sent_before, false)) {
      cluster_.ledger = cluster_.by_another ? cluster_.by_another : entry;
      return Outcome::already;
    }
    Batch batch{entry, {}};
    spool.rewind();
    for (SpoolRecord record; spool.next(record);) {
      batch.values.emplace_back(record.value);
    }
    cluster_.batches.push_back(std::move(batch));
    if (entry) {
      cluster_.ledger = entry;
    }
    return Outcome::done;
  }
  [[nodiscard]] std::string trouble() const override {
    return cluster_.away ? "Kafka is away" : "";
  }

 private:
  Cluster& cluster_;
};

inline std::chrono::sys_seconds utc(std::string_view name) {
  return std::chrono::sys_seconds(parse_window(name).value().start().time_since_epoch());
}

class StreamFixture : public ::testing::Test {
 protected:
  StreamFixture() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-stream-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    // In nfdump's place: prints what was laid down for the window, and fails where nothing was.
    std::ofstream(folder_ / "nfdump") << "#!/bin/sh\nexec cat \"${0%/*}/${2##*/}\"\n";
    ::chmod((folder_ / "nfdump").c_str(), 0755);
  }
  ~StreamFixture() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] StreamOptions options() const {
    StreamOptions options;
    options.kafka.ledger = "weir-stream.test";
    options.run.command =
        (folder_ / "nfdump").string() + " -r {timestamp} -A dstctry -o 'fmt:%ts,%byt,%fl' -N";
    options.run.format = MessageFormat::json;
    options.timezone = "UTC";
    options.state = (folder_ / "last").string();
    return options;
  }
  StreamWorld world() {
    return {std::make_unique<FakeSink>(cluster_), [this] { return now_; },
            [this](std::chrono::milliseconds time, const std::stop_token& /*stop*/) {
              now_ +=
                  std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(time));
              if (on_sleep_) {
                on_sleep_();
              }
            }};
  }
  void window(const std::string& name, int bytes = 10) const {
    std::ofstream(folder_ / ("nfcapd." + name))
        << "Date first seen,Bytes,Flows\n2026-11-21 21:25:38.000,      " << bytes
        << ",    1\nSummary: total flows: 1, total bytes: " << bytes
        << ", total packets: 1, avg bps: 1, avg pps: 1, avg bpp: 1\n"
        << "Time window: 2026-11-21 21:25:38 - 2026-11-21 21:35:28\n"
        << "Total flows processed: 1, passed: 1, Blocks skipped: 0, Bytes read: 97800\n"
        << "Sys: 0.0022s User: 0.0000s Wall: 0.0013s flows/second: 744753.2 Runtime: 0.0034s\n";
  }
  void last(std::string_view text) const { std::ofstream(folder_ / "last") << text; }
  [[nodiscard]] std::string last() const {
    std::ifstream file(folder_ / "last");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static KafkaLedgerEntry entry(const std::string& name) {
    LedgerNote note;
    note.window = parse_window(name).value();
    return {note.window.minute, write_ledger_note(note)};
  }
  void ledger(const std::string& name) { cluster_.ledger = entry(name); }
  [[nodiscard]] std::vector<std::string> sent() const {
    std::vector<std::string> names;
    for (const Batch& batch : cluster_.batches) {
      names.push_back(batch.entry ? window_name({batch.entry->number}) : "-");
    }
    return names;
  }

  std::filesystem::path folder_;
  Cluster cluster_;
  std::chrono::sys_seconds now_ = utc("202611212321");
  std::function<void()> on_sleep_;
  std::stop_source stop_;
};

}  // namespace weir
