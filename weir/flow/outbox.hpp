#pragma once

#include <stop_token>

#include "weir/flow/stages.hpp"

namespace weir {

/// Holds what has to be safe elsewhere before a commit is made, because the records it came from
/// are not read again after that. All calls from the pipeline's thread.
class Outbox {
 public:
  virtual ~Outbox() = default;
  /// Before anything is put in: where records come from, which outlives this, and what ends all
  /// waiting early.
  virtual void begin(const Source& source, std::stop_token stop) = 0;
  /// All that was put in is safe. False: not yet, so no commit may be made.
  virtual bool flush() = 0;
  /// So much waits that nothing more should be read. Tries to change that first, which may take a
  /// second.
  [[nodiscard]] virtual bool full() = 0;
};

}  // namespace weir
