#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "weir/aggregate/group_add.hpp"
#include "weir/aggregate/group_run.hpp"

namespace weir {

/// The one place of a run where groups go that do not fit into memory, opened when the first one
/// does. Thread-safe.
class GroupSpill {
 public:
  using Open = std::function<std::unique_ptr<ByteStore>()>;
  explicit GroupSpill(Open open) : open_(std::move(open)) {}
  /// Throws Error where it cannot be opened.
  ByteStore& store();

 private:
  Open open_;
  std::once_flag once_;
  std::unique_ptr<ByteStore> store_;
};

/// Groups shared out over 64 tables by their keys' hashes, so that tables grow in small steps, and
/// those of several threads are merged side by side. Where they would take more memory than they
/// may, the largest tables are put away. One thread.
class GroupPartitions {
 public:
  static constexpr std::size_t kCount = 64;
  /// Groups of one partition can be shared out again by other bits of the hash so many times.
  static constexpr unsigned kLevels = 5;

  /// `limit` in bytes, 0 for none. All must outlive it.
  GroupPartitions(const GroupLayout& layout, const GroupHash& hash, GroupSpill& spill,
                  std::size_t limit, unsigned level = 0);

  /// Adds groups or images of rows, at most kMostAdded.
  void add(const std::uint64_t* images, std::size_t count);

  [[nodiscard]] std::vector<GroupTable>& tables() { return tables_; }
  [[nodiscard]] std::vector<GroupRun>& runs() { return runs_; }
  [[nodiscard]] bool spilled() const { return spilled_; }
  /// Bytes that the tables take.
  [[nodiscard]] std::size_t memory() const;
  /// Groups that are in memory.
  [[nodiscard]] std::size_t size() const;
  /// Puts all away that is in memory.
  void spill_all();

 private:
  void spill_some();
  void spill(std::size_t i);

  const GroupLayout* layout_;
  const GroupHash* hash_;
  GroupSpill* spill_;
  std::size_t limit_;
  unsigned shift_;
  AddToGroups add_;
  std::vector<GroupTable> tables_;
  std::vector<GroupRun> runs_;
  bool spilled_ = false;
};

}  // namespace weir
