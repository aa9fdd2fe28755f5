#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weir/state/commit_frame.hpp"

namespace weir {

/// One file of a commit log, by its name.
struct CommitFile {
  FileKind kind = FileKind::log;
  std::uint64_t generation = 0;
  std::string path;
};

/// The folder that a commit log has to itself: `log-G`, `snapshot-G`, each with `.tmp` while it is
/// being made, and what was set aside. All other names are left alone.
class CommitFiles {
 public:
  /// Makes the folder, and those it is in, where there is none. Throws Error::usage that names
  /// --state-dir where that cannot be, or where weir may not write in it.
  explicit CommitFiles(std::string folder);

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string path(FileKind kind, std::uint64_t generation) const;
  [[nodiscard]] static std::string temporary(const std::string& path) { return path + ".tmp"; }

  /// Logs and snapshots, the oldest generation first; in one generation the log first, which begins
  /// before its snapshot is made. Throws Error::usage where the folder cannot be read.
  [[nodiscard]] std::vector<CommitFile> list() const;
  /// Removes what was being made when a process ended. Throws Error::usage where it cannot.
  void remove_temporaries() const;
  /// Removes logs and snapshots of the generations before; those that cannot be are left.
  void remove_before(std::uint64_t generation) const;

  /// Renames a file to NAME.WHY-TIME, where `why` is a word such as "damaged". The new path; empty
  /// where it failed.
  [[nodiscard]] static std::string set_aside(const std::string& path, const std::string& why);
  /// Copies a file to NAME.WHY-TIME, and when that is on the disk cuts it to its first `bytes`. The
  /// copy's path; empty where it failed, and then the file is as it was.
  [[nodiscard]] static std::string copy_and_cut(const std::string& path, const std::string& why,
                                                std::uint64_t bytes);
  /// Cuts a file and waits for the disk. 0 or an errno.
  [[nodiscard]] static int cut(const std::string& path, std::uint64_t bytes);

 private:
  std::string folder_;
};

}  // namespace weir
