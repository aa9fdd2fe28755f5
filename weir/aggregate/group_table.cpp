#include "weir/aggregate/group_table.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <new>
#include <utility>

#include "weir/aggregate/group_view.hpp"
#include "weir/base/error.hpp"

namespace weir {
namespace {

constexpr std::align_val_t kCacheLine{64};

}  // namespace

const char* GroupTexts::keep(const char* text, std::uint64_t word) {
  const std::size_t size = static_cast<std::uint32_t>(word);
  if (size == 0) {
    return nullptr;
  }
  Recent& recent = recent_[word >> 32 & (recent_.size() - 1)];
  if (recent.word == word && std::memcmp(recent.text, text, size) == 0) {
    return recent.text;
  }
  if (size > block_size_ - used_) {
    block_size_ = std::max(size, std::clamp(block_size_ * 2, kFirstBlock, kLargestBlock));
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_size_));
    memory_ += block_size_;
    used_ = 0;
  }
  char* const kept = blocks_.back().get() + used_;
  std::memcpy(kept, text, size);
  used_ += size;
  recent = {kept, word};
  return kept;
}

void GroupTable::Free::operator()(std::uint64_t* cells) const {
  ::operator delete[](cells, kCacheLine);
}

GroupTable::Chunk GroupTable::make_chunk(std::size_t words) {
  // A cell of 32 or 64 bytes then never lies on two cache lines more than it must.
  return Chunk(
      static_cast<std::uint64_t*>(::operator new[](words * sizeof(std::uint64_t), kCacheLine)));
}

bool GroupTable::same_texts(const GroupLayout& layout, const std::uint64_t* cell,
                            const std::uint64_t* image) {
  const GroupView a(layout, cell);
  const GroupView b(layout, image);
  return std::ranges::all_of(layout.parts(), [&](const GroupLayout::Part& part) {
    return part.storage != Storage::text || a.text(part) == b.text(part);
  });
}

void GroupTable::append(const GroupLayout& layout, const std::uint64_t* words) {
  add_cell(layout, words);
}

std::uint64_t* GroupTable::add_cell(const GroupLayout& layout, const std::uint64_t* image) {
  if (size_ == cell_room_) {
    grow_cells();
  }
  std::uint64_t* const cell = at(size_);
  std::copy_n(image, words_, cell);
  if (layout.texts() != 0) {
    texts_ = texts_ ? std::move(texts_) : std::make_unique<GroupTexts>();
    for (const GroupLayout::Part& part : layout.parts()) {
      if (part.storage == Storage::text) {
        const char* const kept = texts_->keep(std::bit_cast<const char*>(cell[part.text]),
                                              image[part.at / sizeof *image]);
        cell[part.text] = reinterpret_cast<std::uintptr_t>(kept);
      }
    }
  }
  ++size_;
  return cell;
}

/// The first chunk begins small and doubles, since many tables stay small; only then cells move.
void GroupTable::grow_cells() {
  if (cell_room_ >= kChunkCells) {
    if (size_ > std::numeric_limits<Cell>::max() - 2 * kChunkCells) {
      throw Error("too many groups for one table; allow less memory with --max-memory");
    }
    chunks_.push_back(make_chunk(kChunkCells * words_));
    cell_room_ += kChunkCells;
    return;
  }
  const std::size_t room = std::max(kFirstCells, cell_room_ * 2);
  Chunk larger = make_chunk(room * words_);
  if (chunks_.empty()) {
    chunks_.push_back(std::move(larger));
  } else {
    std::copy_n(chunks_[0].get(), size_ * words_, larger.get());
    chunks_[0] = std::move(larger);
  }
  cell_room_ = room;
}

void GroupTable::put(std::vector<Line>& lines, Slot slot) {
  const std::size_t mask = lines.size() - 1;
  for (std::size_t line = slot.hash / kLineSlots & mask;; line = (line + 1) & mask) {
    for (std::uint32_t i = 0; i < kLineSlots; ++i) {
      Slot& to = lines[line].slots[(slot.hash + i) % kLineSlots];
      if (to.cell == 0) {
        to = slot;
        return;
      }
    }
  }
}

void GroupTable::grow_slots() {
  std::vector<Line> larger(std::max(kFirstLines, lines_.size() * 2));
  for (const Line& line : lines_) {
    for (const Slot slot : line.slots) {
      if (slot.cell != 0) {
        put(larger, slot);
      }
    }
  }
  lines_ = std::move(larger);
  line_mask_ = lines_.size() - 1;
}

}  // namespace weir
