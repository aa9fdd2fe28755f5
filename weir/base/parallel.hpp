#pragma once

#include <cstddef>
#include <functional>

namespace weir {

/// Calls `task` with every number below `count`, in no order, on up to `threads` threads of which
/// the caller's is one, and returns when all are done. After a task has thrown no further ones are
/// begun, and the first exception is thrown to the caller.
void run_parallel(unsigned threads, std::size_t count,
                  const std::function<void(std::size_t)>& task);

}  // namespace weir
