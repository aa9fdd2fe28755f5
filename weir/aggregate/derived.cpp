#include "weir/aggregate/derived.hpp"

#include <limits>

namespace weir {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kNanosPerMilli = 1'000'000;

/// By the same steps in floating point as nfdump, so that the last digit agrees.
std::uint64_t per_second(double count, std::uint64_t ms) {
  if (ms == 0) {
    return 0;
  }
  const double rate = count / (static_cast<double>(ms) / 1000.0);
  return rate >= static_cast<double>(kMost) ? kMost : static_cast<std::uint64_t>(rate);
}

}  // namespace

std::optional<Derived> find_derived(std::string_view name) {
  for (const DerivedInfo& row : kDerived) {
    if (row.name == name) {
      return row.id;
    }
  }
  return std::nullopt;
}

std::uint64_t duration_ms(const Flow& row) {
  if (!row.present.has(field("first_seen")) || !row.present.has(field("last_seen"))) {
    return 0;
  }
  const std::uint64_t first = row.first_seen / kNanosPerMilli;
  const std::uint64_t last = row.last_seen / kNanosPerMilli;
  return last > first ? last - first : 0;
}

std::uint64_t derived_value(const Flow& row, Derived id) {
  const std::uint64_t bytes = get_integer(row, field("bytes"));
  const std::uint64_t packets = get_integer(row, field("packets"));
  switch (id) {
    case Derived::duration:
      return duration_ms(row);
    case Derived::pps:
      return per_second(static_cast<double>(packets), duration_ms(row));
    case Derived::bps:
      return per_second(static_cast<double>(bytes) * 8, duration_ms(row));
    case Derived::bpp:
      return packets == 0 ? 0 : bytes / packets;
  }
  return 0;
}

}  // namespace weir
