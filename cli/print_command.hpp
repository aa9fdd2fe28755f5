#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weir/pipeline/print_run.hpp"

namespace weir {

/// `weir print`: flow records of files as text. `command` is what the user typed. Returns the exit
/// status: 1 where something could not be read; throws Error.
int run_print(const std::string& command, const std::vector<std::string>& arguments);

/// One line: what was read and matched, and how many groups that makes.
[[nodiscard]] std::string print_summary(const PrintReport& report, bool grouped_rows);

/// A bar of at most `width` columns (ASCII) for so many bytes of all.
[[nodiscard]] std::string draw_reading(std::uint64_t read, std::uint64_t of, std::size_t width);

}  // namespace weir
