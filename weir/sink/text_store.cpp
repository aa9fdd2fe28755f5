#include "weir/sink/text_store.hpp"

#include <utility>

namespace weir {

char* TextStore::take(std::size_t size) {
  if (size > kLargest) {
    auto room = std::make_unique_for_overwrite<char[]>(size);
    char* const at = room.get();
    large_.emplace(at, std::move(room));
    return at;
  }
  if (auto& free = free_[class_of(size)]; !free.empty()) {
    char* const room = free.back();
    free.pop_back();
    return room;
  }
  const std::size_t rounded = class_of(size) * kStep;
  if (blocks_.empty() || used_ + rounded > kBlock) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlock));
    used_ = 0;
  }
  char* const room = blocks_.back().get() + used_;
  used_ += rounded;
  return room;
}

void TextStore::give_back(char* room, std::size_t size) {
  if (size > kLargest) {
    large_.erase(room);
  } else {
    free_[class_of(size)].push_back(room);
  }
}

}  // namespace weir
