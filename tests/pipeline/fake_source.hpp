#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/base/guarded.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// What a test tells a FakeSource, and what it tells back. Thread-safe.
struct FakeFeed {
  Guarded<std::vector<std::string>> messages;  ///< not read yet
  Guarded<SourceStatus> status{std::in_place, SourceStatus{true, true, "", {}}};
  Guarded<std::vector<SourceState>> committed;
  std::atomic<bool> ends{false};    ///< after the messages there are
  std::atomic<bool> throws{false};  ///< at the next read
  std::atomic<std::int64_t> read{0};

  void send(std::string message) {
    messages.with([&](auto& all) { all.push_back(std::move(message)); });
  }
  /// Waits until all messages have been handed over.
  void wait_until_read(std::int64_t count) const {
    while (read < count) {
      std::this_thread::yield();
    }
  }
};

/// A source of one origin that delivers what it is fed.
class FakeSource final : public Source {
 public:
  explicit FakeSource(std::shared_ptr<FakeFeed> feed) : feed_(std::move(feed)) {}

  bool read(PayloadBatch& batch, const std::stop_token& /*stop*/) override {
    if (feed_->throws) {
      throw std::runtime_error("the disk is full");
    }
    const bool ends = feed_->ends;
    auto messages = feed_->messages.with([](auto& all) { return std::exchange(all, {}); });
    for (const std::string& message : messages) {
      batch.add(message, 0);
    }
    position_ += static_cast<std::int64_t>(messages.size());
    feed_->read = position_;
    if (messages.empty()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return !ends;
  }
  [[nodiscard]] SourceState state() const override {
    return {{{"fake", "0", "", position_, -1, 0}}, {}, {}};
  }
  void committed(const SourceState& state) override {
    feed_->committed.with([&](auto& all) { all.push_back(state); });
  }
  [[nodiscard]] SourceStatus status() const override {
    return feed_->status.with([](const SourceStatus& status) { return status; });
  }

 private:
  std::shared_ptr<FakeFeed> feed_;
  std::int64_t position_ = 0;
};

}  // namespace weir
