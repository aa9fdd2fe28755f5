#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "weir/state/window_plan.hpp"

namespace weir {

/// Of one window, what is there and what is not.
struct WindowFileList {
  std::vector<std::string> files;    ///< finished ones, in the order of their paths
  std::vector<std::string> awaited;  ///< folders whose file should come yet
  std::vector<std::string> lacking;  ///< folders that had files before, and have later ones
  std::string trouble;               ///< a folder that cannot be looked into; empty: none
};

/// Finds the nfcapd files of a window: those with its name below some folders. A channel is a
/// folder with files of its own, right in it or in the folders by date that nfcapd -S makes:
/// nfsen keeps one for each source, below that of a profile.
class WindowFiles {
 public:
  /// `recent`: a channel that has a file of a window this long before another one should have one
  /// of that, too; 288 windows at most. `plan` outlives it. Throws Error::usage naming --read for
  /// what is no folder.
  WindowFiles(std::vector<std::string> folders, const WindowPlan& plan,
              std::chrono::seconds recent);

  /// Looks anew each time, so that channels may come and go. A file that nfcapd is still writing
  /// has another name.
  [[nodiscard]] WindowFileList find(Window window) const;

 private:
  [[nodiscard]] std::vector<std::string> channels(std::string& trouble) const;
  [[nodiscard]] bool any_between(const std::string& channel, Window after, Window before) const;

  std::vector<std::string> folders_;
  const WindowPlan& plan_;
  std::chrono::seconds recent_;
};

}  // namespace weir
