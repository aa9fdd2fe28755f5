#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "weir/aggregate/group_hash.hpp"
#include "weir/aggregate/group_layout.hpp"
#include "weir/flow/batch.hpp"

namespace weir {

/// Makes images of a batch's rows, all rows of one column after another. One thread.
class GroupPacker {
 public:
  /// Both must live as long as this.
  GroupPacker(const GroupLayout& layout, const GroupHash& hash);

  /// The images of the batch's rows, `layout.words()` words each; good until the next call, their
  /// texts as long as the batch.
  const std::uint64_t* pack(const FlowBatch& batch);

 private:
  struct Pair {
    std::uint16_t one;
    std::uint16_t other;
  };

  void look_at(const FlowBatch& batch);
  void pack_part(const GroupLayout::Part& part);
  template <typename Narrow>
  void pack_integers(const GroupLayout::Part& part);
  void pack_reals(const GroupLayout::Part& part);
  template <bool Masked>
  void pack_addresses(const GroupLayout::Part& part);
  void pack_texts(const GroupLayout::Part& part);
  void pack_value(const GroupLayout::Value& value, std::size_t word);
  void fold_directions();
  [[nodiscard]] bool must_turn(const std::uint64_t* image) const;
  void turn(std::uint64_t* image) const;
  /// Calls `each(row, image)`.
  template <typename Each>
  void for_rows(Each&& each);

  const GroupLayout* layout_;
  const GroupHash* hash_;
  std::vector<Pair> compared_;  ///< parts of both ends, the deciding ones first
  std::vector<Pair> swapped_;   ///< words of values that change places
  bool has_ports_ = false;
  std::array<const Flow*, FlowBatch::kCapacity> rows_{};
  std::size_t size_ = 0;
  FieldSet everywhere_;  ///< fields that all rows of the batch have
  std::unique_ptr<std::uint64_t[]> images_;
};

}  // namespace weir
