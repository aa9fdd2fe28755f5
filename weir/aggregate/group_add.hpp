#pragma once

#include <cstddef>
#include <cstdint>

#include "weir/aggregate/group_hash.hpp"
#include "weir/aggregate/group_table.hpp"

namespace weir {

/// Tables that share groups out by some bits of the keys' hashes.
struct GroupTables {
  GroupTable* tables;
  unsigned shift = 0;
  std::uint64_t mask = 0;  ///< 0: all groups belong into the first table

  [[nodiscard]] GroupTable& of(std::uint64_t hash) const { return tables[hash >> shift & mask]; }
};

/// Adds groups or images of rows, which lie one after another, to tables; `kMostAdded` at a time.
/// Throws Error where a sum would be beyond 64 bits.
using AddToGroups = void (*)(const GroupLayout& layout, const GroupHash& hash,
                             const GroupTables& tables, const std::uint64_t* images,
                             std::size_t count);
inline constexpr std::size_t kMostAdded = 256;

/// The fastest one for the size of a layout's key.
AddToGroups choose_add(const GroupLayout& layout);

}  // namespace weir
