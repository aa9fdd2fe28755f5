#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The whole program: `program` is argv[0], the rest its arguments. Returns the exit status; throws
/// Error.
int run_program(std::string_view program, std::vector<std::string> arguments);

}  // namespace weir
