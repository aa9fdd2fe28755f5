#pragma once

#include <cstdint>
#include <string_view>

#include "weir/flow/commit_store.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Takes of what a PrometheusSink has kept only how far its records were read, whatever its metrics
/// were.
class CheckpointReader final : public CommitReader {
 public:
  void begin() override { checkpoint_ = {}; }
  bool snapshot(std::string_view piece) override;
  bool commit(std::uint64_t number, std::string_view bytes) override;

  [[nodiscard]] const Checkpoint& checkpoint() const { return checkpoint_; }

 private:
  Checkpoint checkpoint_;
};

}  // namespace weir
