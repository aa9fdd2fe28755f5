#pragma once

#include <string>
#include <vector>

namespace weir {

/// `weir check [--live] [export] FLAGS…`: says what a command with these flags would do, and with
/// `--live` tries out what it needs. Returns 1 where there is a problem; throws Error as the
/// command does for wrong flags.
int run_check(const std::string& command, const std::vector<std::string>& arguments);

}  // namespace weir
