#pragma once

#include <string>

#include "weir/pipeline/check_records.hpp"
#include "weir/pipeline/finding.hpp"

namespace weir {

/// What the first records of a file of JSON lines come to. Standard input (`-`) and named pipes are
/// left alone, as what is read of them would be gone. Throws Error::usage as `--from` does.
[[nodiscard]] Findings check_input_file(const std::string& path, const JudgeOptions& options);

}  // namespace weir
