#pragma once

#include <utility>
#include <vector>

#include "weir/flow/refusals.hpp"

namespace weir {

/// Tells several of each refusal, in their order; they outlive it.
class RefusalFanOut final : public Refusals {
 public:
  explicit RefusalFanOut(std::vector<Refusals*> all) : all_(std::move(all)) {}

  void refused(Refused reason, const RecordPlace& place) override {
    for (Refusals* each : all_) {
      each->refused(reason, place);
    }
  }

 private:
  std::vector<Refusals*> all_;
};

}  // namespace weir
