#include "weir/aggregate/group_run.hpp"

#include <cstring>
#include <utility>

#include "weir/aggregate/group_view.hpp"

namespace weir {

GroupRunWriter::GroupRunWriter(const GroupLayout& layout, ByteStore& store, std::size_t piece_bytes)
    : layout_(&layout), store_(&store), piece_bytes_(piece_bytes) {}

void GroupRunWriter::add(const std::uint64_t* words) {
  const auto put = [this](const void* bytes, std::size_t size) {
    const char* const begin = static_cast<const char*>(bytes);
    buffer_.insert(buffer_.end(), begin, begin + size);
  };
  put(words, layout_->words() * sizeof *words);
  if (layout_->texts() != 0) {
    const GroupView view(*layout_, words);
    for (const GroupLayout::Part& part : layout_->parts()) {
      if (part.storage == Storage::text) {
        const std::string_view text = view.text(part);
        put(text.data(), text.size());
      }
    }
  }
  ++run_.groups;
  if (buffer_.size() >= piece_bytes_) {
    flush();
  }
}

void GroupRunWriter::flush() {
  if (!buffer_.empty()) {
    run_.pieces.push_back({store_->append(buffer_), buffer_.size()});
    buffer_.clear();
  }
}

void GroupRunWriter::finish(GroupRun& run) {
  flush();
  run.pieces.insert(run.pieces.end(), run_.pieces.begin(), run_.pieces.end());
  run.groups += run_.groups;
  run_ = {};
}

GroupRunReader::GroupRunReader(const GroupLayout& layout, ByteStore& store, GroupRun run)
    : layout_(&layout), store_(&store), run_(std::move(run)) {}

std::span<const std::uint64_t> GroupRunReader::next(std::size_t most) {
  if (at_ == buffer_.size()) {
    if (piece_ == run_.pieces.size()) {
      return {};
    }
    const GroupRun::Piece piece = run_.pieces[piece_++];
    buffer_.resize(piece.size);
    store_->read(piece.offset, buffer_);
    store_->release(piece.offset, piece.size);
    at_ = 0;
  }
  words_.clear();
  for (std::size_t i = 0; i < most && at_ < buffer_.size(); ++i) {
    take();
  }
  return words_;
}

void GroupRunReader::take() {
  const std::size_t count = layout_->words();
  words_.resize(words_.size() + count);
  std::uint64_t* const group = words_.data() + words_.size() - count;
  std::memcpy(group, buffer_.data() + at_, count * sizeof *group);
  at_ += count * sizeof *group;
  if (layout_->texts() == 0) {
    return;
  }
  const GroupView view(*layout_, group);
  for (const GroupLayout::Part& part : layout_->parts()) {
    if (part.storage == Storage::text) {
      group[part.text] = reinterpret_cast<std::uintptr_t>(buffer_.data() + at_);
      at_ += view.size_of_text(part);
    }
  }
}

}  // namespace weir
