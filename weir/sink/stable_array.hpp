#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

namespace weir {

/// An array that only grows at its end and whose elements never move. One thread at a time appends;
/// any thread may read an element whose index it was given by a thread that had appended it.
template <typename T>
class StableArray {
 public:
  static constexpr std::size_t kChunk = std::size_t{1} << 14;
  static constexpr std::size_t kMaxSize = kChunk << 13;  ///< 134 million

  StableArray() = default;
  ~StableArray() {
    for (auto& chunk : chunks_) {
      delete[] chunk.load(std::memory_order_relaxed);
    }
  }
  StableArray(const StableArray&) = delete;
  StableArray& operator=(const StableArray&) = delete;

  [[nodiscard]] std::size_t size() const { return size_; }
  void push_back(const T& value) {
    auto& chunk = chunks_[size_ / kChunk];
    if (size_ % kChunk == 0) {
      chunk.store(std::make_unique_for_overwrite<T[]>(kChunk).release(), std::memory_order_release);
    }
    chunk.load(std::memory_order_relaxed)[size_ % kChunk] = value;
    ++size_;
  }
  /// Of the appending thread; nobody else may be reading this element.
  void set(std::size_t index, const T& value) {
    chunks_[index / kChunk].load(std::memory_order_relaxed)[index % kChunk] = value;
  }
  const T& operator[](std::size_t index) const {
    return chunks_[index / kChunk].load(std::memory_order_acquire)[index % kChunk];
  }

 private:
  std::array<std::atomic<T*>, kMaxSize / kChunk> chunks_{};
  std::size_t size_ = 0;  ///< of the appending thread alone
};

}  // namespace weir
