#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "weir/flow/flow.hpp"

namespace weir {

/// Columns that are computed from a group's merged fields, as nfdump defines them.
enum class Derived : std::uint8_t {
  duration,  ///< last_seen - first_seen in seconds, to the millisecond
  pps,       ///< packets a second
  bps,       ///< bits a second
  bpp,       ///< bytes a packet
};

struct DerivedInfo {
  std::string_view name;
  Derived id;
  std::array<FieldId, 3> needs;  ///< merged fields it is computed from
  std::uint8_t count;            ///< of them
};

inline constexpr auto kDerived = std::to_array<DerivedInfo>({
    {"duration", Derived::duration, {field("first_seen"), field("last_seen")}, 2},
    {"pps", Derived::pps, {field("first_seen"), field("last_seen"), field("packets")}, 3},
    {"bps", Derived::bps, {field("first_seen"), field("last_seen"), field("bytes")}, 3},
    {"bpp", Derived::bpp, {field("bytes"), field("packets")}, 2},
});

std::optional<Derived> find_derived(std::string_view name);
constexpr const DerivedInfo& info(Derived id) {
  return kDerived[static_cast<std::size_t>(id)];
}

/// Milliseconds between the times, each cut to a millisecond as nfdump keeps them; 0 where the
/// last one lies before the first one or one of them is absent.
std::uint64_t duration_ms(const Flow& row);
/// A derived column as a whole number: `duration` in milliseconds; rates are cut, not rounded, and
/// 0 where they would divide by 0. Stops at 2^64-1.
std::uint64_t derived_value(const Flow& row, Derived id);

}  // namespace weir
