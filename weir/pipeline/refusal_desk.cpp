#include "weir/pipeline/refusal_desk.hpp"

#include <cstddef>
#include <utility>

namespace weir {
namespace {

/// Adds the counts of `more`.
void add(const DeadLetterStatus& more, DeadLetterStatus& sum) {
  for (std::size_t i = 0; i < sum.sent.size(); ++i) {
    sum.sent[i] += more.sent[i];
  }
  sum.cut += more.cut;
  sum.failures += more.failures;
}

}  // namespace

RefusalDesk::RefusalDesk(std::shared_ptr<DeadLetters> letters)
    : letters_(std::move(letters)), shown_(std::in_place, Shown{letters_, {}}) {}

void RefusalDesk::refused(Refused reason, const RecordPlace& place) {
  recent_.refused(reason, place);
  if (letters_) {
    letters_->refused(reason, place);
  }
}

void RefusalDesk::begin(const Source& source, std::stop_token stop) {
  source_ = &source;
  stop_ = std::move(stop);
  if (letters_) {
    letters_->begin(source, stop_);
  }
}

void RefusalDesk::use(std::shared_ptr<DeadLetters> letters) {
  if (letters == letters_) {
    return;
  }
  if (letters && source_ != nullptr) {
    letters->begin(*source_, stop_);
  }
  shown_.with([&](Shown& shown) {
    if (letters_) {
      add(letters_->status(), shown.past);
    }
    shown.letters = letters;
  });
  letters_ = std::move(letters);
}

std::optional<DeadLetterStatus> RefusalDesk::dead_letters() const {
  return shown_.with([](const Shown& shown) -> std::optional<DeadLetterStatus> {
    if (!shown.letters) {
      return std::nullopt;
    }
    DeadLetterStatus status = shown.letters->status();
    add(shown.past, status);
    return status;
  });
}

}  // namespace weir
