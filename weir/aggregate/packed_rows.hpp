#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "weir/flow/flow.hpp"

namespace weir {

/// A row's values without what it has no value for, on its own: texts are in it.
using PackedRow = std::unique_ptr<std::uint64_t[]>;

/// Makes packed rows of some of a row's fields, and rows of them again.
class RowPacker {
 public:
  explicit RowPacker(const FieldSet& fields);

  [[nodiscard]] PackedRow pack(const Flow& row) const;
  /// Texts are good as long as what was packed.
  void unpack(const PackedRow& packed, Flow& row) const;
  /// In the order of the field table.
  [[nodiscard]] const std::vector<FieldId>& fields() const { return fields_; }

 private:
  /// Words of all fields, texts' bytes not counted.
  [[nodiscard]] static std::size_t words_of(FieldId id);

  std::vector<FieldId> fields_;
  FieldSet kept_;
  std::size_t words_ = 0;
};

}  // namespace weir
