#pragma once

#include <cstddef>
#include <string>

namespace weir {

/// Bytes of memory that this process may have at most: the machine's, or less where a control group
/// it is in (of a container, a systemd unit), or one above that, has a limit; cgroups v1 and v2. 0
/// where nothing is known. `root` is where /proc and /sys are, for tests.
[[nodiscard]] std::size_t memory_limit(const std::string& root = "");

}  // namespace weir
