#pragma once

#include <span>
#include <string>
#include <vector>

namespace weir {

/// What `weir print` reads, by what it takes to read it.
struct PrintSources {
  std::vector<std::string> nfcapd;  ///< files
  std::vector<std::string> json;    ///< files and pipes of JSON records; "-" is standard input
};

/// Looks at paths: a folder stands for the nfcapd files in it (see nfcapd_files), a file is what it
/// begins with, a pipe JSON. Throws Error::usage for what is not there, for a file that is neither,
/// and where standard input is named twice.
[[nodiscard]] PrintSources find_print_sources(std::span<const std::string> paths);

}  // namespace weir
