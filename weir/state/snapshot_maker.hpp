#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "weir/base/log.hpp"
#include "weir/flow/commit_store.hpp"
#include "weir/state/commit_files.hpp"

namespace weir {

/// Numbers for metrics.
struct SnapshotStats {
  std::uint64_t made = 0;      ///< by this process
  std::uint64_t failures = 0;  ///< tries that failed
  std::uint64_t bytes = 0;     ///< that the newest holds, unpacked; 0: there is none
  double seconds = 0;          ///< that making the last one took
};

/// Makes snapshots on a thread of its own, one at a time, and removes the files that they make
/// superfluous. All but the constructor, `request` and the destructor may be called from any
/// thread.
class SnapshotMaker {
 public:
  struct Options {
    std::string about;
    std::uint64_t start =
        0;  ///< generation of the snapshot before, or of the log that began it all
    std::uint64_t bytes = 0;                 ///< that snapshot holds
    std::chrono::milliseconds retry{30000};  ///< between a failure and the next try
  };

  /// `files` outlives it.
  SnapshotMaker(const CommitFiles& files, CommitStore::MakeSnapshot make, Options options);
  /// Gives up the snapshot that is being made.
  ~SnapshotMaker() = default;
  SnapshotMaker(const SnapshotMaker&) = delete;
  SnapshotMaker& operator=(const SnapshotMaker&) = delete;

  /// Makes the snapshot of this generation, in which commits up to `number` are at least, however
  /// often it takes. Not while it is busy.
  void request(std::uint64_t generation, std::uint64_t number);
  [[nodiscard]] bool busy() const { return busy_.load(); }
  [[nodiscard]] SnapshotStats stats() const;

 private:
  struct Request {
    std::uint64_t generation;
    std::uint64_t number;
  };

  void run(const std::stop_token& stop);
  [[nodiscard]] std::string try_to_make(const Request& request, const std::stop_token& stop);

  const CommitFiles& files_;
  CommitStore::MakeSnapshot make_;
  Options options_;
  log::Limited failures_;

  mutable std::mutex mutex_;
  std::condition_variable_any requested_;
  std::optional<Request> request_;
  SnapshotStats stats_;
  std::atomic<bool> busy_{false};
  std::jthread thread_;  // last: it ends before the rest goes
};

}  // namespace weir
