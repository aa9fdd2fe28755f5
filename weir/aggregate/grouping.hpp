#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "weir/aggregate/group_packer.hpp"
#include "weir/aggregate/group_partitions.hpp"
#include "weir/aggregate/group_results.hpp"
#include "weir/aggregate/group_spec.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

struct GroupingOptions {
  unsigned threads = 1;  ///< that bring rows, and merge at the end; at least 1
  /// Bytes that the groups may take, 0 for no limit; at least 64 KiB a thread are taken anyway.
  std::size_t max_memory = 0;
  /// Opens the place for groups that do not fit; needed with `max_memory`.
  GroupSpill::Open open_spill = {};
  /// Of the hashes; another one for each run where flows come from outside.
  std::uint64_t seed = 0;
};

/// One thread's part of a Grouping.
class Grouper {
 public:
  Grouper(const GroupLayout& layout, const GroupHash& hash, GroupSpill& spill, std::size_t limit);

  /// Groups a batch's rows, of which nothing has to be kept. Throws Error where a sum would be
  /// beyond 64 bits, or where groups have to be put away and cannot.
  void process(const FlowBatch& batch);
  /// Rows that came in.
  [[nodiscard]] std::uint64_t rows() const { return rows_; }

 private:
  friend class Grouping;

  GroupPacker packer_;
  GroupPartitions partitions_;
  std::uint64_t rows_ = 0;
};

/// Groups rows by a spec: several threads bring them, each by a Grouper of its own, then groups are
/// merged and come out, in order if wanted. What comes out depends neither on the number of threads
/// nor on the memory they may take, except for the order where none is wanted.
class Grouping {
 public:
  /// Throws Error::usage where the spec makes no sense.
  Grouping(const GroupSpec& spec, GroupingOptions options);
  ~Grouping();
  Grouping(const Grouping&) = delete;
  Grouping& operator=(const Grouping&) = delete;

  /// Below `threads`. Each by one thread at a time, and none after `finish`.
  [[nodiscard]] Grouper& worker(std::size_t i) { return *workers_[i]; }

  /// Merges what all threads have brought. Once. Throws Error as Grouper::process does.
  void finish(const GroupOrder& order = {});

  // All that follows: after `finish`.

  /// All groups, also those that are not among the top.
  [[nodiscard]] std::uint64_t groups() const { return results_->groups(); }
  /// Rows that came in.
  [[nodiscard]] std::uint64_t rows() const;
  /// Groups had to be put away for want of memory.
  [[nodiscard]] bool spilled() const { return spilled_; }

  /// The groups as rows, which have the key's fields and all merged ones; derived columns are
  /// computed from these (derived.hpp). Once. Rows and texts are good during the call.
  void emit(Emit& emit) { results_->emit(emit); }
  /// The same by parts, which several threads may take at a time, for results without an order.
  [[nodiscard]] std::size_t parts() const { return results_->parts(); }
  void emit_part(std::size_t part, Emit& emit) { results_->emit_part(part, emit); }

  /// How many groups are not among the top, and all of them as one row, without the key's fields.
  [[nodiscard]] std::uint64_t others() const { return results_->others(); }
  void other(Flow& row) const { results_->other(row); }
  /// All groups as one row, where the order says that totals are wanted.
  void totals(Flow& row) const { results_->totals(row); }

 private:
  void merge_in_memory(std::size_t partition);
  void merge_spilled(GroupRun run, std::size_t limit, unsigned level);

  GroupLayout layout_;
  GroupHash hash_;
  GroupSpill spill_;
  GroupingOptions options_;
  AddToGroups add_;
  std::vector<std::unique_ptr<Grouper>> workers_;
  bool spilled_ = false;
  std::optional<GroupResults> results_;
};

}  // namespace weir
