#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/aggregate/group_layout.hpp"
#include "weir/base/byte_store.hpp"

namespace weir {

/// Groups put away: whole groups in each piece, one after another, texts behind each.
struct GroupRun {
  struct Piece {
    std::uint64_t offset;
    std::uint64_t size;
  };
  std::vector<Piece> pieces;
  std::uint64_t groups = 0;
};

/// Puts groups away one by one.
class GroupRunWriter {
 public:
  /// `layout` and `store` must outlive it. A piece has about `piece_bytes`.
  GroupRunWriter(const GroupLayout& layout, ByteStore& store, std::size_t piece_bytes);

  /// Throws Error where the store fails.
  void add(const std::uint64_t* words);
  /// Writes what is left, and gives all that was written to `run`, behind what is in it.
  void finish(GroupRun& run);

 private:
  void flush();

  const GroupLayout* layout_;
  ByteStore* store_;
  std::size_t piece_bytes_;
  std::vector<char> buffer_;
  GroupRun run_;
};

/// Reads groups back, in the order in which they were put away; each piece is released once it is
/// in memory. Throws Error where the store fails.
class GroupRunReader {
 public:
  /// `layout` and `store` must outlive it.
  GroupRunReader(const GroupLayout& layout, ByteStore& store, GroupRun run);

  /// Up to `most` groups, whole ones one after another; none behind the last. Good until the next
  /// call, with their texts.
  std::span<const std::uint64_t> next(std::size_t most);

 private:
  void take();

  const GroupLayout* layout_;
  ByteStore* store_;
  GroupRun run_;
  std::size_t piece_ = 0;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace weir
