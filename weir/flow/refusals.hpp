#pragma once

#include "weir/flow/accounts.hpp"
#include "weir/flow/batch.hpp"

namespace weir {

/// Is told of every record that is refused, after it was counted, with its bytes. Whoever refuses
/// may be told of nobody: then it is null.
class Refusals {
 public:
  /// What `place` refers to is valid only during the call. Of the pipeline's thread.
  virtual void refused(Refused reason, const RecordPlace& place) = 0;

 protected:
  ~Refusals() = default;
};

}  // namespace weir
