#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/flow/commit_store.hpp"
#include "weir/sink/prometheus.hpp"

namespace weir {

/// A store in memory. What was appended outlives the sink; snapshots are made when a test says so.
class FakeStore final : public CommitStore {
 public:
  struct Snapshot {
    std::uint64_t number = 0;
    std::vector<std::string> pieces;
  };

  [[nodiscard]] std::uint64_t append(std::string_view commit) override {
    if (refuses) {
      ++refused;
      return 0;
    }
    commits.emplace_back(commit);
    return commits.size();
  }
  [[nodiscard]] std::string trouble() const override { return refuses ? "it refuses" : ""; }

  void keep_snapshot(const PrometheusSink& sink) {
    Snapshot& snapshot = snapshots.emplace_back();
    snapshot.number = sink.make_snapshot(
        [&snapshot](std::string_view piece) { snapshot.pieces.emplace_back(piece); });
  }

  /// Reads the snapshot of this index, where there is one, and all commits behind it; the number of
  /// the last.
  void load(CommitReader& reader, std::uint64_t& number,
            std::optional<std::size_t> from = {}) const {
    number = 0;
    reader.begin();
    if (from) {
      number = snapshots.at(*from).number;
      for (const std::string& piece : snapshots[*from].pieces) {
        ASSERT_TRUE(reader.snapshot(piece));
      }
    }
    while (number < commits.size()) {
      const std::string& bytes = commits[number];
      ASSERT_TRUE(reader.commit(++number, bytes)) << "commit " << number;
    }
  }
  /// A sink as the next process would have it, which goes on in `store`, usually this one.
  [[nodiscard]] std::unique_ptr<PrometheusSink> restored(PrometheusSinkOptions options,
                                                         FakeStore& store,
                                                         std::optional<std::size_t> from = {},
                                                         Checkpoint* checkpoint = nullptr) const {
    auto sink = std::make_unique<PrometheusSink>(std::move(options));
    std::uint64_t number = 0;
    load(sink->reader(), number, from);
    Checkpoint last = sink->restored();
    sink->keep_in(store, number);
    if (checkpoint != nullptr) {
      *checkpoint = std::move(last);
    }
    return sink;
  }

  bool refuses = false;
  std::size_t refused = 0;
  std::vector<std::string> commits;
  std::vector<Snapshot> snapshots;
};

}  // namespace weir
