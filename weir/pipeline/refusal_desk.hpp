#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "weir/flow/refusal_fan_out.hpp"
#include "weir/pipeline/recent_refusals.hpp"
#include "weir/sink/dead_letters.hpp"

namespace weir {

/// Everybody who is told of an exporter's refused records.
class RefusalDesk {
 public:
  /// Without dead letters where it is null.
  explicit RefusalDesk(std::unique_ptr<DeadLetters> dead_letters)
      : dead_letters_(std::move(dead_letters)),
        all_(dead_letters_ ? std::vector<Refusals*>{&recent_, dead_letters_.get()}
                           : std::vector<Refusals*>{&recent_}) {}
  RefusalDesk(const RefusalDesk&) = delete;
  RefusalDesk& operator=(const RefusalDesk&) = delete;

  [[nodiscard]] Refusals& all() { return all_; }
  [[nodiscard]] const RecentRefusals& recent() const { return recent_; }
  /// What has to be flushed before a commit; null: nothing.
  [[nodiscard]] Outbox* outbox() { return dead_letters_.get(); }
  /// Nothing: there are no dead letters.
  [[nodiscard]] std::optional<DeadLetterStatus> dead_letters() const {
    return dead_letters_ ? std::optional(dead_letters_->status()) : std::nullopt;
  }

 private:
  RecentRefusals recent_;
  std::unique_ptr<DeadLetters> dead_letters_;
  RefusalFanOut all_;
};

}  // namespace weir
