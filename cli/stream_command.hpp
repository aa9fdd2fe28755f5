#pragma once

#include <string>
#include <vector>

namespace weir {

/// `weir stream`: nfdump → Kafka, once or until a signal stops it. `command` is what the user
/// typed. Returns the exit status; throws Error.
int run_stream(const std::string& command, const std::vector<std::string>& arguments);

}  // namespace weir
