#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "weir/base/guarded.hpp"
#include "weir/flow/outbox.hpp"
#include "weir/flow/refusals.hpp"
#include "weir/pipeline/recent_refusals.hpp"
#include "weir/sink/dead_letters.hpp"

namespace weir {

/// Where an exporter's refused records go: the last few are kept, and all are sent away as dead
/// letters, if there are any. Calls from the pipeline's thread, but for `recent` and `status`.
class RefusalDesk final : public Refusals, public Outbox {
 public:
  /// Without dead letters where it is null.
  explicit RefusalDesk(std::shared_ptr<DeadLetters> letters);
  RefusalDesk(const RefusalDesk&) = delete;
  RefusalDesk& operator=(const RefusalDesk&) = delete;

  void refused(Refused reason, const RecordPlace& place) override;

  void begin(const Source& source, std::stop_token stop) override;
  bool flush() override { return !letters_ || letters_->flush(); }
  [[nodiscard]] bool full() override { return letters_ && letters_->full(); }

  /// Sends them away by these from now on, or not at all. Right after a `flush` that worked, for
  /// what waits is forgotten.
  void use(std::shared_ptr<DeadLetters> letters);

  [[nodiscard]] const RecentRefusals& recent() const { return recent_; }
  /// What became of dead letters, those before the last `use` too; nothing: there are none.
  [[nodiscard]] std::optional<DeadLetterStatus> dead_letters() const;

 private:
  struct Shown {
    std::shared_ptr<const DeadLetters> letters;
    DeadLetterStatus past;  ///< counts of those that were used before
  };

  RecentRefusals recent_;
  std::shared_ptr<DeadLetters> letters_;
  const Source* source_ = nullptr;
  std::stop_token stop_;
  Guarded<Shown> shown_;
};

}  // namespace weir
