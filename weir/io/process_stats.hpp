#pragma once

#include <cstdint>

namespace weir {

/// What the kernel says about this process (Linux /proc). Fields it does not give are 0.
struct ProcessStats {
  double cpu_seconds = 0;  ///< user and system
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
  std::uint64_t threads = 0;
  double start_time_seconds = 0;  ///< since 1970
};

ProcessStats process_stats();

}  // namespace weir
