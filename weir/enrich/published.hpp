#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "weir/base/guarded.hpp"

namespace weir {

/// A value that is replaced as a whole while others go on using the one before. Thread-safe.
template <typename Value>
class Published {
 public:
  void publish(Value value) {
    auto shared = std::make_shared<const Value>(std::move(value));
    held_.with([&](auto& held) { held.swap(shared); });
    generation_.fetch_add(1, std::memory_order_release);
  }
  /// How often it was replaced; cheap enough to ask for every batch. `current` is at least as new.
  [[nodiscard]] std::uint64_t generation() const {
    return generation_.load(std::memory_order_acquire);
  }
  /// Null before the first.
  [[nodiscard]] std::shared_ptr<const Value> current() const {
    return held_.with([](const auto& held) { return held; });
  }

 private:
  Guarded<std::shared_ptr<const Value>> held_;
  std::atomic<std::uint64_t> generation_{0};
};

/// The value one thread works with, renewed when it asks.
template <typename Value>
class Following {
 public:
  explicit Following(std::shared_ptr<const Published<Value>> source) : source_(std::move(source)) {
    renew();
  }
  /// The newest; valid until the next call.
  const Value& newest() {
    if (source_->generation() != generation_) {
      renew();
    }
    return *value_;
  }

 private:
  void renew() {
    generation_ = source_->generation();  // first: what is newer is asked for again
    value_ = source_->current();
  }

  std::shared_ptr<const Published<Value>> source_;
  std::uint64_t generation_ = 0;
  std::shared_ptr<const Value> value_;
};

}  // namespace weir
