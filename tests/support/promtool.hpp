#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "tests/support/temp_folder.hpp"

namespace weir {

/// What `promtool check metrics` says about an exposition, empty where it finds nothing; none where
/// promtool is not installed (Debian package prometheus).
inline std::optional<std::string> promtool_findings(const std::string& exposition) {
  if (std::system("command -v promtool >/dev/null") != 0) {
    return std::nullopt;
  }
  const TempFolder folder;
  folder.put("in", exposition);
  const std::string command =
      "promtool check metrics <" + folder.path("in") + " >" + folder.path("out") + " 2>&1";
  const int status = std::system(command.c_str());
  const std::string said = folder.get("out");
  return WEXITSTATUS(status) == 0 ? said : "it failed: " + said;
}

}  // namespace weir
