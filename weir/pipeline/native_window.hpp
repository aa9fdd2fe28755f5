#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "weir/enrich/enrichment.hpp"
#include "weir/flow/filter.hpp"
#include "weir/pipeline/nfcapd_reader.hpp"
#include "weir/pipeline/print_columns.hpp"
#include "weir/pipeline/window_files.hpp"
#include "weir/pipeline/window_rows.hpp"
#include "weir/pipeline/window_run.hpp"

namespace weir {

/// What is read instead of a command's output, and how it is grouped.
struct NativeOptions {
  std::vector<std::string> folders;
  std::string by;     ///< empty: each flow is a row
  std::string where;  ///< empty: all flows
  unsigned threads = 1;
  std::size_t max_memory = 0;  ///< bytes for groups, 0 for no limit
  EnrichOptions enrich{};      ///< what flows do not say themselves
};

/// Reads the nfcapd files of one window at a time, groups their flows and makes messages of the
/// groups, in the order of their keys, or of each flow, in that of the files: the same ones
/// whenever it is done again, as long as files that things are looked up in stay the same.
///
/// A window is whole when each of its files is closed and read without loss, and what was read adds
/// up to what nfcapd wrote down when it closed the file.
class NativeWindow final : public WindowRows {
 public:
  struct World {
    std::function<std::chrono::sys_seconds()> now;
    /// After so long a window is made of the files that are there, though a channel lacks.
    std::chrono::seconds give_up = std::chrono::hours(1);
    std::string spill_folder = ".";  ///< for groups beyond max_memory
  };

  /// `plan` outlives it. Throws Error::usage for folders, groups, columns, filters and keys that
  /// make no sense, and for files to look things up in that cannot be used.
  NativeWindow(NativeOptions native, WindowRunOptions run, World world, const WindowPlan& plan);

  using WindowRows::run;
  [[nodiscard]] WindowRun run(Window window, const Take& take,
                              const std::stop_token& stop) override;

 private:
  class Messages;
  class Intake;

  [[nodiscard]] std::string lack(Window window, const WindowFileList& files) const;
  [[nodiscard]] WindowRun read(const WindowFileList& files, const Take& take,
                               const std::stop_token& stop);
  void take_in(NfcapdWork& work, std::vector<Intake>& intakes, const std::stop_token& stop);

  NativeOptions native_;
  WindowRunOptions run_;
  World world_;
  const WindowPlan& plan_;
  WindowFiles files_;
  Filter where_;
  PrintRows rows_;
  std::unique_ptr<Enrichment> enrichment_;  // null where nothing is looked up
  FieldSet wanted_;
};

}  // namespace weir
