#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "weir/pipeline/stream.hpp"

namespace weir {

/// One line of at most `width` columns (ASCII): how far, which window, how many rows, how long it
/// will take as it has gone so far. Narrow ones leave out the bar, then the line's end.
[[nodiscard]] std::string draw_progress(const StreamProgress& progress,
                                        std::chrono::seconds elapsed, std::size_t width);

/// Shows below the log on a terminal how far a run of more than one window is; the line is taken
/// away at the end. One thread.
class ProgressBar {
 public:
  /// Whether stderr is a terminal that can show one.
  [[nodiscard]] static bool possible();

  ProgressBar() = default;
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(const StreamProgress& progress);

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace weir
