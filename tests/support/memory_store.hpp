#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <vector>

#include "weir/base/byte_store.hpp"
#include "weir/base/error.hpp"

namespace weir {

/// A ByteStore in memory, which fails once it has taken `capacity` bytes.
class MemoryStore final : public ByteStore {
 public:
  explicit MemoryStore(std::uint64_t capacity = ~std::uint64_t{0}) : capacity_(capacity) {}

  std::uint64_t append(std::span<const char> bytes) override {
    const std::lock_guard lock(mutex_);
    if (bytes.size() > capacity_ - bytes_.size()) {
      throw Error("the store is full");
    }
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return bytes_.size() - bytes.size();
  }
  void read(std::uint64_t offset, std::span<char> into) override {
    const std::lock_guard lock(mutex_);
    if (offset + into.size() > bytes_.size()) {
      throw Error("read beyond the end");
    }
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
  }
  /// What was released reads as something else, so that a second reading shows.
  void release(std::uint64_t offset, std::uint64_t size) override {
    const std::lock_guard lock(mutex_);
    std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), size, '\xa5');
    released_ += size;
  }

  [[nodiscard]] std::uint64_t size() const { return bytes_.size(); }
  [[nodiscard]] std::uint64_t released() const { return released_; }

 private:
  std::mutex mutex_;
  std::vector<char> bytes_;
  std::uint64_t capacity_;
  std::uint64_t released_ = 0;
};

}  // namespace weir
