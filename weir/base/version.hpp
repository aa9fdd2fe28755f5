#pragma once

#include <string_view>

namespace weir {

/// This build's version, as in "0.1.0".
[[nodiscard]] std::string_view version();

/// The first 12 digits of the commit this was built from; "unknown" outside a git checkout.
[[nodiscard]] std::string_view git_hash();

}  // namespace weir
