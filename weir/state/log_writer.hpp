#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/io/append_file.hpp"
#include "weir/state/commit_frame.hpp"
#include "weir/state/frame_packer.hpp"

namespace weir {

/// Random numbers of the system, for a new file.
[[nodiscard]] Salt new_salt();

/// What tells a file from another one of its name.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  bool operator==(const FileIdentity&) const = default;
};

/// Appends commits to one log after another. Methods say what went wrong, with the file and what to
/// do, or nothing where the commit is on the disk. One thread.
class LogWriter {
 public:
  /// Begins a log at `path` with its first commit. The log is written beside it and renamed, so
  /// that there is no log, ever, without a header and a commit that are whole. What is at `path`
  /// (from a try before this one) is replaced. `header` has the number before the commit's as base;
  /// its salt and writer are filled in.
  [[nodiscard]] std::string begin(const std::string& path, CommitFileHeader header,
                                  std::string_view commit);
  /// Appends the commit of this number, which is one above the last. After a failure the same
  /// number is given again.
  [[nodiscard]] std::string append(std::uint64_t number, std::string_view commit);
  /// The next commit begins a new log.
  void end() { file_.close(); }
  /// The last append failed because the log is not there any more: somebody has removed it, and all
  /// that was in it. It has ended by that.
  [[nodiscard]] bool removed() const { return removed_; }

  /// Another commit can be appended: a log was begun, and its disk has not failed.
  [[nodiscard]] bool can_append() const { return file_.is_open() && !file_.failing(); }
  /// Bytes of the log that is being written; 0 where there is none.
  [[nodiscard]] std::uint64_t size() const { return file_.is_open() ? file_.size() : 0; }

 private:
  [[nodiscard]] bool is_in_place() const;

  AppendFile file_;
  std::string path_;
  Salt salt_;
  FramePacker packer_;
  FileIdentity identity_;
  bool removed_ = false;
};

}  // namespace weir
