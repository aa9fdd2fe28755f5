#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weir/pipeline/finding.hpp"

namespace weir {

/// Whether a folder can be written to, or made where it is not there. Makes nothing. `what` it is
/// for, as in `cache`.
[[nodiscard]] Finding check_folder(const std::string& what, const std::string& folder);

/// Whether these addresses can be listened on. One that is taken is a warning: most likely weir
/// itself runs there. Host names are looked up only where `resolve` is set. Throws Error::usage for
/// what `weir export` refuses.
[[nodiscard]] Findings check_listening(const std::vector<std::string>& addresses, bool resolve);

/// The memory that this process may use, in bytes; 0: not known.
[[nodiscard]] std::uint64_t usable_memory();

}  // namespace weir
