#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "weir/flow/commit_store.hpp"
#include "weir/state/commit_recovery.hpp"
#include "weir/state/snapshot_maker.hpp"

namespace weir {

/// Numbers for metrics.
struct CommitLogStats {
  std::uint64_t log_bytes = 0;  ///< what a start has to read behind the newest snapshot
  SnapshotStats snapshots;
};

/// Commits in the files of one folder, which belongs to it alone.
///
///   log-G        commits, one after another, each with its number and a checksum
///   snapshot-G   all there was at some commit of log-G, or at the one before it; reading begins
///   with
///                the newest that is whole and goes on with log-G and those of higher numbers
///
/// One generation back is kept, so that a damaged snapshot costs nothing but time. Each process
/// begins a log of its own, so that nothing is ever written into a file that was read: a log
/// appears whole with its first commit in it, and says behind which commit it goes on. A new one is
/// begun too when a snapshot is to be made and when the disk has failed under the last.
class CommitLog final : public CommitStore {
 public:
  struct Options {
    std::string folder;  ///< is made if it is not there
    /// A snapshot is made when the log is larger than this and than half of what the last snapshot
    /// holds: making one costs by that, before it is packed.
    std::uint64_t compact_above = std::uint64_t{64} << 20;
    /// Between a snapshot that failed and the next try.
    std::chrono::milliseconds snapshot_retry{30000};
  };

  /// Throws Error::usage that names --state-dir where the folder cannot be made or written in.
  explicit CommitLog(Options options);
  ~CommitLog() override;
  CommitLog(const CommitLog&) = delete;
  CommitLog& operator=(const CommitLog&) = delete;

  /// What the newest file says it is about that can be read; none where there is none.
  [[nodiscard]] std::optional<std::string> about() const;
  /// Reads what there is, cuts off what was never finished, sets aside what is damaged; what was
  /// read is durable when it returns. Called once, before `open`. Throws Error where a file cannot
  /// be read or written for a reason that somebody has to see to, among them a reader that makes no
  /// sense of bytes that are whole.
  CommitRecovery load(CommitReader& reader);
  /// Is ready to append from now on. Throws Error where `about` is too long (1 MiB).
  void open(std::string_view about, MakeSnapshot make_snapshot);
  /// Makes no more snapshots and lets go of `make_snapshot`, giving up one that is being made.
  /// Waits for it, so it is not to be called with anything locked that `make_snapshot` needs.
  /// Commits can still be appended. Any thread.
  void close();

  [[nodiscard]] std::uint64_t append(std::string_view commit) override;
  [[nodiscard]] std::string trouble() const override;
  /// Any thread.
  [[nodiscard]] CommitLogStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
