#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "weir/aggregate/group_order.hpp"
#include "weir/aggregate/group_run.hpp"
#include "weir/aggregate/group_table.hpp"
#include "weir/flow/stages.hpp"

namespace weir {

/// Finished groups, brought in parts that have no key in common, and given out in order.
class GroupResults {
 public:
  /// With a `store` groups are put away there, and not kept in memory. All must outlive it.
  GroupResults(const GroupLayout& layout, const GroupOrder& order, ByteStore* store);

  /// Takes a part in. Thread-safe.
  void add(std::vector<GroupTable> tables);
  /// All parts are there. After it nothing may be added.
  void finish();

  /// Groups, also those that are not among the top.
  [[nodiscard]] std::uint64_t groups() const { return groups_; }
  /// Groups that are not among the top.
  [[nodiscard]] std::uint64_t others() const { return groups_ - shown_; }
  /// What is not among the top, and all groups, merged into one; the fields of the key are absent.
  void other(Flow& row) const;
  void totals(Flow& row) const;

  /// Groups that are not in order can be taken by part, by several threads at a time.
  [[nodiscard]] std::size_t parts() const { return parts_.size(); }
  void emit_part(std::size_t part, Emit& emit);
  /// All groups, in order. Those that were put away are gone after it.
  void emit(Emit& emit);

 private:
  using Entry = GroupComparator::Entry;
  struct Part {
    std::vector<GroupTable> tables;
    std::vector<Entry> sorted;
    GroupRun run;
  };
  class Cursor;

  void sort(Part& part) const;
  void keep_top(Part& part, std::vector<std::uint64_t>& other) const;
  void put_away(Part& part) const;
  void merge_values(std::vector<std::uint64_t>& into, const std::uint64_t* words,
                    const char* whose) const;
  void merged_row(const std::vector<std::uint64_t>& words, Flow& row) const;
  void emit_sorted(Emit& emit);

  const GroupLayout* layout_;
  GroupOrder order_;
  GroupComparator before_;
  ByteStore* store_;
  std::mutex adding_;  // guards what follows
  std::vector<Part> parts_;
  std::uint64_t groups_ = 0;
  std::vector<std::uint64_t> other_;
  std::vector<std::uint64_t> totals_;
  // After finish().
  std::uint64_t shown_ = 0;
  std::vector<Entry> top_;
};

}  // namespace weir
