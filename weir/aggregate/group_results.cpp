#include "weir/aggregate/group_results.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "weir/aggregate/group_rows.hpp"
#include "weir/aggregate/group_view.hpp"

namespace weir {
namespace {

/// Many runs are read side by side.
constexpr std::size_t kSortedPiece = std::size_t{8} << 10;
constexpr std::size_t kPiece = std::size_t{64} << 10;
constexpr std::size_t kReadAtOnce = 256;
constexpr std::size_t kAhead = 4;  ///< groups of one part

}  // namespace

/// Goes through the groups of one part in order, in memory or as they were put away.
class GroupResults::Cursor {
 public:
  Cursor(const GroupResults& results, Part& part) : results_(&results), part_(&part) {
    if (results.store_ != nullptr) {
      reader_ =
          std::make_unique<GroupRunReader>(*results.layout_, *results.store_, std::move(part.run));
    }
  }
  /// False behind the last. Passes on what is in `rows` before that is lost.
  bool next(Entry& entry, GroupRows& rows) {
    if (reader_ == nullptr) {
      if (at_ == part_->sorted.size()) {
        return false;
      }
      // Equal ones are compared by their keys, and all become rows.
      __builtin_prefetch(part_->sorted[std::min(at_ + kAhead, part_->sorted.size() - 1)].words);
      entry = part_->sorted[at_++];
      return true;
    }
    const std::size_t words = results_->layout_->words();
    if (at_ * words == read_.size()) {
      rows.flush();
      read_ = reader_->next(kReadAtOnce);
      at_ = 0;
      if (read_.empty()) {
        return false;
      }
    }
    entry = results_->before_.entry(read_.data() + at_++ * words);
    return true;
  }

 private:
  const GroupResults* results_;
  Part* part_;
  std::unique_ptr<GroupRunReader> reader_;
  std::span<const std::uint64_t> read_;
  std::size_t at_ = 0;
};

GroupResults::GroupResults(const GroupLayout& layout, const GroupOrder& order, ByteStore* store)
    : layout_(&layout),
      order_(order),
      before_(layout, order),
      store_(order.top == 0 ? store : nullptr),
      other_(layout.nothing()),
      totals_(layout.nothing()) {}

void GroupResults::add(std::vector<GroupTable> tables) {
  Part part{.tables = std::move(tables), .sorted = {}, .run = {}};
  std::uint64_t groups = 0;
  std::vector<std::uint64_t> totals = layout_->nothing();
  for (const GroupTable& table : part.tables) {
    groups += table.size();
    if (order_.totals) {
      table.for_each(
          [&](const std::uint64_t* words) { merge_values(totals, words, "all groups"); });
    }
  }
  std::vector<std::uint64_t> other = layout_->nothing();
  if (order_.by || order_.top != 0) {
    sort(part);
  }
  if (order_.top != 0) {
    keep_top(part, other);
  }
  if (store_ != nullptr) {
    put_away(part);
  }
  const std::lock_guard lock(adding_);
  groups_ += groups;
  merge_values(totals_, totals.data(), "all groups");
  merge_values(other_, other.data(), "all other groups");
  parts_.push_back(std::move(part));
}

void GroupResults::sort(Part& part) const {
  for (const GroupTable& table : part.tables) {
    table.for_each(
        [&](const std::uint64_t* words) { part.sorted.push_back(before_.entry(words)); });
  }
  if (order_.top != 0 && part.sorted.size() > order_.top) {
    std::nth_element(part.sorted.begin(),
                     part.sorted.begin() + static_cast<std::ptrdiff_t>(order_.top),
                     part.sorted.end(), before_);
  } else {
    std::sort(part.sorted.begin(), part.sorted.end(), before_);
  }
}

/// Keeps the part's best groups only, in a table of their own.
void GroupResults::keep_top(Part& part, std::vector<std::uint64_t>& other) const {
  const std::size_t kept = std::min(part.sorted.size(), order_.top);
  for (std::size_t i = kept; i < part.sorted.size(); ++i) {
    merge_values(other, part.sorted[i].words, "all other groups");
  }
  std::vector<GroupTable> top;
  top.emplace_back(*layout_);
  for (std::size_t i = 0; i < kept; ++i) {
    top[0].append(*layout_, part.sorted[i].words);
  }
  part.tables = std::move(top);
  part.sorted.clear();
  part.sorted.shrink_to_fit();
  part.tables[0].for_each(
      [&](const std::uint64_t* words) { part.sorted.push_back(before_.entry(words)); });
}

void GroupResults::put_away(Part& part) const {
  GroupRunWriter writer(*layout_, *store_, order_.by ? kSortedPiece : kPiece);
  if (order_.by) {
    for (const Entry& entry : part.sorted) {
      writer.add(entry.words);
    }
  } else {
    for (const GroupTable& table : part.tables) {
      table.for_each([&](const std::uint64_t* words) { writer.add(words); });
    }
  }
  writer.finish(part.run);
  part.tables = std::vector<GroupTable>();
  part.sorted = std::vector<Entry>();
}

void GroupResults::finish() {
  shown_ = groups_;
  if (order_.top == 0) {
    return;
  }
  for (const Part& part : parts_) {
    top_.insert(top_.end(), part.sorted.begin(), part.sorted.end());
  }
  std::sort(top_.begin(), top_.end(), before_);
  for (std::size_t i = order_.top; i < top_.size(); ++i) {
    merge_values(other_, top_[i].words, "all other groups");
  }
  top_.resize(std::min(top_.size(), order_.top));
  shown_ = top_.size();
}

void GroupResults::merge_values(std::vector<std::uint64_t>& into, const std::uint64_t* words,
                                const char* whose) const {
  std::uint64_t* const to = into.data() + layout_->key_words();
  const std::uint64_t* const from = words + layout_->key_words();
  if (!layout_->merge(to, from)) {
    throw_overflow(*layout_, to, from, whose);
  }
}

void GroupResults::merged_row(const std::vector<std::uint64_t>& words, Flow& row) const {
  row.present.clear();
  GroupView(*layout_, words.data()).to_flow(row);
  for (const GroupLayout::Part& part : layout_->parts()) {
    row.present.remove(part.field);
  }
}

void GroupResults::other(Flow& row) const {
  merged_row(other_, row);
}

void GroupResults::totals(Flow& row) const {
  merged_row(totals_, row);
}

void GroupResults::emit_part(std::size_t part, Emit& emit) {
  GroupRows rows(*layout_, emit);
  for (const GroupTable& table : parts_[part].tables) {
    table.for_each([&](const std::uint64_t* words) { rows.add(words); });
  }
  if (store_ != nullptr) {
    GroupRunReader reader(*layout_, *store_, std::move(parts_[part].run));
    for (auto groups = reader.next(FlowBatch::kCapacity); !groups.empty();
         groups = reader.next(FlowBatch::kCapacity)) {
      for (std::size_t i = 0; i < groups.size(); i += layout_->words()) {
        rows.add(groups.data() + i);
      }
      // Their texts are gone with the next ones.
      rows.flush();
    }
  }
  rows.flush();
}

void GroupResults::emit(Emit& emit) {
  if (order_.top != 0) {
    GroupRows rows(*layout_, emit);
    for (const Entry& entry : top_) {
      rows.add(entry.words);
    }
    rows.flush();
  } else if (order_.by) {
    emit_sorted(emit);
  } else {
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      emit_part(part, emit);
    }
  }
}

/// The parts are sorted; what comes first of all parts' first groups is next.
void GroupResults::emit_sorted(Emit& emit) {
  struct First {
    Entry entry;
    std::size_t cursor;
  };
  GroupRows rows(*layout_, emit);
  std::vector<Cursor> cursors;
  std::vector<First> heap;
  for (Part& part : parts_) {
    cursors.emplace_back(*this, part);
    First first{.entry = {}, .cursor = cursors.size() - 1};
    if (cursors.back().next(first.entry, rows)) {
      heap.push_back(first);
    }
  }
  const auto later = [this](const First& a, const First& b) { return before_(b.entry, a.entry); };
  std::make_heap(heap.begin(), heap.end(), later);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    First& first = heap.back();
    rows.add(first.entry.words);
    if (cursors[first.cursor].next(first.entry, rows)) {
      std::push_heap(heap.begin(), heap.end(), later);
    } else {
      heap.pop_back();
    }
  }
  rows.flush();
}

}  // namespace weir
