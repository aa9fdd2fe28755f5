#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "weir/aggregate/derived.hpp"
#include "weir/flow/field_names.hpp"
#include "weir/flow/flow.hpp"

namespace weir {

/// One part of what makes a group: a field, an address perhaps cut to its network.
struct KeyPart {
  FieldId field = 0;
  std::uint8_t v4_bits = 32;
  std::uint8_t v6_bits = 128;

  bool operator==(const KeyPart&) const = default;
};

/// One column of the result: a field of the key, a merged field, or a derived one.
struct GroupColumn {
  std::string name;  ///< what it is called in the output
  std::variant<FieldId, Derived> source;

  bool operator==(const GroupColumn&) const = default;
};

/// How rows become groups. Rows with the same key are one group; an absent field and one of 0 (or
/// empty) are the same. Without key parts everything is one group.
///
/// Fields that are not in the key are merged as the field table says: summed, the least, the
/// greatest, or all bits. A row without `flows` counts as one flow.
struct GroupSpec {
  std::vector<KeyPart> key;
  std::vector<GroupColumn> columns;
  /// A flow and its reverse are one group: `bytes` and `packets` are what went from `src_*` to
  /// `dst_*`, `out_bytes` and `out_packets` what came back. The lower port is `dst_port` (the
  /// service); where the key has no ports, or the same ones, the lesser address (or AS, …) is the
  /// source. Protocols without ports are not folded where ports are in the key.
  bool bidirectional = false;
};

/// The words of `--by` and `--fields`, both separated by commas. A key part is `field`, for
/// addresses also `field/N` (for IPv4; IPv6 as it is when N is at most 32, else for IPv6 only) or
/// `field/N/M` (IPv4/IPv6). A column is `field`, a derived column's name, or either with a name of
/// its own: `field:name` or `name:field`, whichever of the two is a field. Without `fields` the
/// columns are the key, flows, packets and bytes. `names` are those that fields have.
/// Throws Error::usage that names the word and near matches.
GroupSpec parse_group_spec(std::string_view by, std::string_view fields, bool bidirectional = false,
                           const FieldNames& names = {});

/// The other direction's field (`src_addr` for `dst_addr`, `out_if` for `in_if`), the field itself
/// where there is none.
FieldId mirror_of(FieldId id);

/// Throws Error::usage where a spec makes no sense: a key field given twice, a column that is
/// neither in the key nor can be merged, directions that cannot be folded.
void check(const GroupSpec& spec);

/// A key part as `--by` takes it.
std::string to_string(const KeyPart& part, const FieldNames& names = {});

}  // namespace weir
