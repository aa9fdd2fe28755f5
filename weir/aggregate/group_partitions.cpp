#include "weir/aggregate/group_partitions.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr unsigned kBits = 6;
static_assert(GroupPartitions::kCount == std::size_t{1} << kBits);
static_assert(32 + kBits * GroupPartitions::kLevels <= 64, "the low 32 bits choose slots");

constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

}  // namespace

ByteStore& GroupSpill::store() {
  std::call_once(once_, [this] { store_ = open_(); });
  return *store_;
}

GroupPartitions::GroupPartitions(const GroupLayout& layout, const GroupHash& hash,
                                 GroupSpill& spill, std::size_t limit, unsigned level)
    : layout_(&layout),
      hash_(&hash),
      spill_(&spill),
      // What cannot be shared out further has to fit, whatever it takes.
      limit_(level < kLevels ? limit : 0),
      shift_(64 - kBits * (std::min(level, kLevels - 1) + 1)),
      add_(choose_add(layout)),
      runs_(kCount) {
  for (std::size_t i = 0; i < kCount; ++i) {
    tables_.emplace_back(layout);
  }
}

void GroupPartitions::add(const std::uint64_t* images, std::size_t count) {
  add_(*layout_, *hash_, {.tables = tables_.data(), .shift = shift_, .mask = kCount - 1}, images,
       count);
  if (limit_ != 0 && memory() > limit_) {
    spill_some();
  }
}

std::size_t GroupPartitions::memory() const {
  std::size_t sum = 0;
  for (const GroupTable& table : tables_) {
    sum += table.memory();
  }
  return sum;
}

std::size_t GroupPartitions::size() const {
  std::size_t sum = 0;
  for (const GroupTable& table : tables_) {
    sum += table.size();
  }
  return sum;
}

/// Half of the limit becomes free: so each partition is put away in few large runs, and what is
/// left goes on merging.
void GroupPartitions::spill_some() {
  std::array<std::size_t, kCount> order{};
  std::array<std::size_t, kCount> sizes{};
  for (std::size_t i = 0; i < kCount; ++i) {
    order[i] = i;
    sizes[i] = tables_[i].memory();
  }
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
  for (std::size_t left = memory(), i = 0; left > limit_ / 2 && i < kCount; ++i) {
    left -= sizes[order[i]];
    spill(order[i]);
  }
}

void GroupPartitions::spill_all() {
  for (std::size_t i = 0; i < kCount; ++i) {
    spill(i);
  }
}

void GroupPartitions::spill(std::size_t i) {
  spilled_ = true;
  if (tables_[i].size() != 0) {
    GroupRunWriter writer(*layout_, spill_->store(), kPieceBytes);
    tables_[i].for_each([&](const std::uint64_t* words) { writer.add(words); });
    writer.finish(runs_[i]);
  }
  tables_[i] = GroupTable(*layout_);
}

}  // namespace weir
