#include "weir/aggregate/grouping.hpp"

#include <algorithm>
#include <utility>

#include "weir/base/parallel.hpp"

namespace weir {
namespace {

constexpr std::size_t kLeastMemory = std::size_t{64} << 10;
/// What sorting takes for a group.
constexpr std::size_t kEntry = sizeof(GroupComparator::Entry);

/// Each thread's share; nothing stays nothing.
std::size_t share(const GroupingOptions& options) {
  return options.max_memory == 0 ? 0 : std::max(kLeastMemory, options.max_memory / options.threads);
}

}  // namespace

Grouper::Grouper(const GroupLayout& layout, const GroupHash& hash, GroupSpill& spill,
                 std::size_t limit)
    : packer_(layout, hash), partitions_(layout, hash, spill, limit) {}

void Grouper::process(const FlowBatch& batch) {
  static_assert(FlowBatch::kCapacity <= kMostAdded);
  partitions_.add(packer_.pack(batch), batch.size());
  rows_ += batch.size();
}

Grouping::Grouping(const GroupSpec& spec, GroupingOptions options)
    : layout_(spec),
      hash_(options.seed),
      spill_(options.open_spill),
      options_(std::move(options)),
      add_(choose_add(layout_)) {
  options_.threads = std::max(options_.threads, 1U);
  for (unsigned i = 0; i < options_.threads; ++i) {
    workers_.push_back(std::make_unique<Grouper>(layout_, hash_, spill_, share(options_)));
  }
}

Grouping::~Grouping() = default;

std::uint64_t Grouping::rows() const {
  std::uint64_t sum = 0;
  for (const auto& worker : workers_) {
    sum += worker->rows();
  }
  return sum;
}

void Grouping::finish(const GroupOrder& order) {
  const bool sorted = order.by || order.top != 0;
  std::size_t needed = 0;
  for (const auto& worker : workers_) {
    spilled_ = spilled_ || worker->partitions_.spilled();
    needed += worker->partitions_.memory() + (sorted ? worker->partitions_.size() * kEntry : 0);
  }
  const std::size_t limit = share(options_);
  spilled_ = spilled_ || (limit != 0 && needed > limit * workers_.size());
  results_.emplace(layout_, order, spilled_ ? &spill_.store() : nullptr);
  if (!spilled_) {
    run_parallel(options_.threads, GroupPartitions::kCount,
                 [this](std::size_t i) { merge_in_memory(i); });
  } else {
    run_parallel(options_.threads, workers_.size(),
                 [this](std::size_t i) { workers_[i]->partitions_.spill_all(); });
    run_parallel(options_.threads, GroupPartitions::kCount, [&](std::size_t i) {
      GroupRun run;
      for (const auto& worker : workers_) {
        GroupRun& part = worker->partitions_.runs()[i];
        run.pieces.insert(run.pieces.end(), part.pieces.begin(), part.pieces.end());
        run.groups += part.groups;
      }
      // What is sorted takes more, and a table that grows has both its sizes for a moment.
      merge_spilled(std::move(run), sorted ? limit / 2 : limit / 4 * 3, 1);
    });
  }
  results_->finish();
}

void Grouping::merge_in_memory(std::size_t partition) {
  std::vector<GroupTable*> tables;
  tables.reserve(workers_.size());
  for (const auto& worker : workers_) {
    tables.push_back(&worker->partitions_.tables()[partition]);
  }
  std::ranges::sort(tables, [](const auto* a, const auto* b) { return a->size() > b->size(); });
  std::vector<GroupTable> merged;
  merged.push_back(std::exchange(*tables[0], GroupTable(layout_)));
  for (std::size_t i = 1; i < tables.size(); ++i) {
    tables[i]->for_each_block([&](const std::uint64_t* groups, std::size_t count) {
      add_(layout_, hash_, {.tables = merged.data()}, groups, count);
    });
    *tables[i] = GroupTable(layout_);
  }
  if (merged[0].size() != 0) {
    results_->add(std::move(merged));
  }
}

void Grouping::merge_spilled(GroupRun run, std::size_t limit, unsigned level) {
  if (run.groups == 0) {
    return;
  }
  GroupPartitions partitions(layout_, hash_, spill_, limit, level);
  GroupRunReader reader(layout_, spill_.store(), std::move(run));
  for (auto groups = reader.next(kMostAdded); !groups.empty(); groups = reader.next(kMostAdded)) {
    partitions.add(groups.data(), groups.size() / layout_.words());
  }
  if (!partitions.spilled()) {
    results_->add(std::move(partitions.tables()));
    return;
  }
  partitions.spill_all();
  for (GroupRun& part : partitions.runs()) {
    merge_spilled(std::move(part), limit, level + 1);
  }
}

}  // namespace weir
