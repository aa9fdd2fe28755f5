#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/flow/stages.hpp"
#include "weir/io/file_lock.hpp"
#include "weir/sink/prometheus.hpp"
#include "weir/state/commit_log.hpp"

namespace weir {

struct ExportStateOptions {
  std::string folder;  ///< of these topics and this group alone
  /// A metric may mean something else than the one of its name that was kept: its counters then
  /// begin at 0, and reading goes on.
  bool restart_on_change = false;
};

/// The folder in `state_dir` for what is read from these places (topics, or a file), whatever bytes
/// and how many of them are in their names, and in whatever order they are given.
[[nodiscard]] std::string state_folder(std::string_view state_dir, std::vector<std::string> places);

/// Whether there is something in a folder to go on from. Changes nothing.
[[nodiscard]] bool state_is_there(const std::string& folder);

/// Why no state can be kept in a folder, which is made if it is not there; empty if it can.
[[nodiscard]] std::string cannot_keep_state(const std::string& folder);

/// Keeps what an exporter has counted, and how far it has read, in one folder that is locked as
/// long as this lives. The sink outlives it.
class ExportState {
 public:
  /// Brings the sink and the places to go on from to where the last process left them. Throws Error
  /// where another process has the folder, Error::usage where a metric that is kept means something
  /// else now, or what is there cannot be read.
  ExportState(ExportStateOptions options, PrometheusSink& sink);
  ~ExportState();
  ExportState(const ExportState&) = delete;
  ExportState& operator=(const ExportState&) = delete;

  /// How far was read, and what became of it. Empty where nothing was kept.
  [[nodiscard]] const Checkpoint& checkpoint() const { return checkpoint_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }
  /// Something was kept, so it can be shown before anything is read.
  [[nodiscard]] bool restored() const { return restored_; }
  /// Why the last commit could not be kept; empty if it was. Any thread.
  [[nodiscard]] std::string trouble() const { return log_->trouble(); }

 private:
  const std::string folder_;
  FileLock lock_;
  std::unique_ptr<CommitLog> log_;
  CommitRecovery recovery_;
  Checkpoint checkpoint_;
  bool restored_ = false;
};

}  // namespace weir
