#include "weir/flow/batch.hpp"

#include <algorithm>

namespace weir {

void PayloadBatch::grow(std::size_t needed) {
  const std::size_t capacity = std::max(needed, std::max(capacity_ * 2, kTargetBytes));
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  if (used_ != 0) {
    std::memcpy(larger.get(), buffer_.get(), used_);
  }
  // Padding is read but never used; defined content keeps memory checkers quiet.
  std::memset(larger.get() + used_, 0, capacity - used_);
  buffer_ = std::move(larger);
  capacity_ = capacity;
}

char* TextArena::allocate(std::size_t size) {
  if (size > kBlock) {
    large_.push_back(std::make_unique_for_overwrite<char[]>(size));
    return large_.back().get();
  }
  if (blocks_.empty() || used_ + size > kBlock) {
    if (!blocks_.empty()) {
      ++block_;
    }
    if (block_ == blocks_.size()) {
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlock));
    }
    used_ = 0;
  }
  char* const room = blocks_[block_].get() + used_;
  used_ += size;
  return room;
}

std::string_view TextArena::copy(std::string_view text) {
  if (text.empty()) {
    return {};
  }
  char* const room = allocate(text.size());
  std::memcpy(room, text.data(), text.size());
  return {room, text.size()};
}

void TextArena::reset() {
  large_.clear();
  block_ = 0;
  used_ = 0;
}

}  // namespace weir
