#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "weir/aggregate/group_layout.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Makes rows of groups again, and passes them on in batches. One thread.
class GroupRows {
 public:
  /// Both must outlive it.
  GroupRows(const GroupLayout& layout, Emit& emit) : layout_(&layout), emit_(&emit) {}

  /// The group must stay until the batch has been passed on.
  void add(const std::uint64_t* words) {
    if (size_ == groups_.size()) {
      flush();
    }
    // In order of size, groups lie anywhere in memory.
    __builtin_prefetch(words);
    __builtin_prefetch(words + layout_->words() - 1);
    groups_[size_++] = words;
  }
  /// Passes on what is there.
  void flush();

 private:
  const GroupLayout* layout_;
  Emit* emit_;
  FlowBatch batch_;
  std::array<const std::uint64_t*, FlowBatch::kCapacity> groups_{};
  std::size_t size_ = 0;
};

}  // namespace weir
