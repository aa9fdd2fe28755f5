#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/flow/commit_store.hpp"
#include "weir/state/commit_files.hpp"
#include "weir/state/frame_file.hpp"

namespace weir {

/// What recovery found, for the log and for metrics.
struct CommitRecovery {
  std::uint64_t number = 0;     ///< of the last commit; 0 = there was none
  std::uint64_t cut_bytes = 0;  ///< of a commit that was not finished
  /// Commits were there that could not be read, or nobody knows: what was shown may have been
  /// higher than what was read. Never so for a commit that was only not finished.
  bool lost = false;
  /// Files that were damaged and set aside, by their new names; where that failed, by their old.
  std::vector<std::string> set_aside;
  /// What the file says it is about in which the last commit was.
  std::string about;
};

/// What whoever goes on has to know besides.
struct RecoveredFiles {
  std::uint64_t start = 0;            ///< generation that reading began with; 0: none
  std::uint64_t next_generation = 1;  ///< above all that were ever seen
  std::uint64_t logs = 0;             ///< files that were read behind the snapshot
  std::uint64_t log_bytes = 0;        ///< of them
  std::uint64_t snapshot_bytes = 0;   ///< that the snapshot holds, unpacked
};

/// Reads what the files of a commit log hold, once.
///
/// Reading begins at the newest snapshot that is whole, or the newest log that begins anew. Behind
/// it come the logs of its generation and later, each from the commit on that its header names as
/// the one before. A log overrules those before it: commits that these have from there on count for
/// nothing. That is how a log goes on behind commits that nobody was ever told of (the fsync had
/// failed), or that cannot be read any more, without a byte of the older files being changed.
///
/// Only files that nothing of this depends on are renamed; those that are needed are cut, once a
/// copy is on the disk. So reading again, after a crash anywhere in here, finds the same.
class CommitFilesReader {
 public:
  CommitFilesReader(const CommitFiles& files, CommitReader& reader)
      : files_(files), reader_(reader) {}

  /// Throws Error where something is in the way that somebody has to see to.
  CommitRecovery run();
  [[nodiscard]] const RecoveredFiles& found() const { return found_; }

 private:
  struct Log {
    CommitFile file;
    FrameFile frames;
    /// Commits above this number count for nothing: a later log has its own.
    std::uint64_t overruled_above = UINT64_MAX;
  };
  struct Damage {
    std::string path;
    std::uint64_t offset = 0;
    std::string what;
    bool keep_front = false;  ///< what is before `offset` was read
    bool lost = false;
  };

  void open_files();
  void read_start();
  [[nodiscard]] bool read_snapshot(const CommitFile& file);
  void read_log(Log& log);
  void judge_end(Log& log);
  void cut_tail(const Log& log);
  void deal_with_damage();
  void make_durable();

  const CommitFiles& files_;
  CommitReader& reader_;
  std::vector<CommitFile> snapshots_;
  std::vector<Log> logs_;
  std::vector<Damage> damages_;
  std::vector<std::string> used_logs_;
  RecoveredFiles found_;
  CommitRecovery out_;
};

/// What the newest file that can be read says it is about; none where there is none. Throws
/// Error::usage as FrameFile does.
[[nodiscard]] std::optional<std::string> newest_about(const CommitFiles& files);

}  // namespace weir
