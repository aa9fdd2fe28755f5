#pragma once

#include <string>

#include "weir/io/file.hpp"

namespace weir {

/// A new empty file in `folder`, for reading and writing, which has no name and is gone when it is
/// closed. Without a descriptor where that fails; errno says why.
[[nodiscard]] Fd open_unnamed_file(const std::string& folder);

}  // namespace weir
