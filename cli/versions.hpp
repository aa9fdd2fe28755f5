#pragma once

#include <string>

namespace weir {

/// What `weir --version` prints: version, commit and the libraries it runs with.
std::string version_text();

}  // namespace weir
